package network

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// lastPort is the highest port number.
const lastPort = 65535

// Range is a range of ports of one protocol.
type Range struct {
	Protocol corev1.Protocol
	From, To int32
}

// String writes a range as people do: 8080/TCP, 8000-8080/TCP, all/UDP.
func (r Range) String() string {
	switch {
	case r.From <= 1 && r.To >= lastPort:
		return fmt.Sprintf("all/%s", r.Protocol)
	case r.From == r.To:
		return fmt.Sprintf("%d/%s", r.From, r.Protocol)
	}
	return fmt.Sprintf("%d-%d/%s", r.From, r.To, r.Protocol)
}

// Holds reports whether a port is in the range.
func (r Range) Holds(port int32, protocol corev1.Protocol) bool {
	return r.Protocol == protocol && r.From <= port && port <= r.To
}

// Protocols are those that policies know.
func Protocols() []corev1.Protocol {
	return []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}
}

// every holds all ports.
func every() []Range {
	var all []Range
	for _, protocol := range Protocols() {
		all = append(all, Range{protocol, 1, lastPort})
	}
	return all
}

// Ranges writes ranges with commas; "all ports" for every one, "no port" for none.
func Ranges(ranges []Range) string {
	if slices.Equal(join(ranges), join(every())) {
		return "all ports"
	}
	if len(ranges) == 0 {
		return "no port"
	}
	var words []string
	for _, r := range ranges {
		words = append(words, r.String())
	}
	return strings.Join(words, ", ")
}

// Join sorts ranges and unites those that touch.
func Join(ranges []Range) []Range { return join(ranges) }

// join sorts ranges and unites those that touch.
func join(ranges []Range) []Range {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, func(a, b Range) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	var joined []Range
	for _, r := range sorted {
		last := len(joined) - 1
		if last >= 0 && joined[last].Protocol == r.Protocol && r.From <= joined[last].To+1 {
			joined[last].To = max(joined[last].To, r.To)
			continue
		}
		joined = append(joined, r)
	}
	return joined
}

// Intersect are the ports that both lists hold.
func Intersect(a, b []Range) []Range {
	var both []Range
	for _, x := range a {
		for _, y := range b {
			from, to := max(x.From, y.From), min(x.To, y.To)
			if x.Protocol == y.Protocol && from <= to {
				both = append(both, Range{x.Protocol, from, to})
			}
		}
	}
	return join(both)
}

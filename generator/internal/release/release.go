// Package release knows what every environment after the first runs: the pins in
// releases/<env>.yaml, and how promotion and rollback move them.
//
// A pin holds the whole element of one Application (its path, namespace, project,
// labels) and the commit it was taken from. The element is copied verbatim from
// overlays/<env>/applications.yaml at that commit; an old spec is never decoded.
//
// The package has three layers, and nothing crosses them:
//
//   - formats: [Parse], [ParseCandidates], [Releases.Encode] and [Edit] turn bytes
//     into values and back. Files are untrusted: every value is checked.
//   - facts: [Load] gathers an [Input] from git and from the working tree.
//   - decisions: [Promote], [Rollback] and [Table] are pure functions of an Input.
//     They return the new bytes and never write.
//
// Invariants: pins are sorted by [Slot.Compare]; Parse(Encode(x)) equals x; Edit
// leaves every byte outside the pins it replaces as it was.
package release

import (
	"cmp"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"slices"
	"strings"
)

// Kind says what a pin deploys.
type Kind string

// The kinds, in the order in which they are deployed within a target.
const (
	// Cluster is the one element for what a whole cluster shares.
	Cluster Kind = "cluster"
	// Namespace is the infra element of one namespace.
	Namespace Kind = "namespace"
	// Application is the element of one application.
	Application Kind = "application"
)

// kinds lists the kinds in deployment order, which is also file order.
func kinds() []Kind { return []Kind{Cluster, Namespace, Application} }

func (k Kind) rank() int { return slices.Index(kinds(), k) }

// group returns the key under which a target lists the elements of kind k.
func (k Kind) group() string {
	switch k {
	case Cluster:
		return layout.Cluster
	case Namespace:
		return "namespaces"
	}
	return "applications"
}

// Slot identifies one element of an environment, whatever revision it runs.
type Slot struct {
	Target string `json:"target"`
	Kind   Kind   `json:"kind"`
	// Name is the name of the application or namespace; it is empty for a cluster.
	Name string `json:"name,omitempty"`
}

// Compare orders slots by target, then in deployment order, then by name.
func (s Slot) Compare(o Slot) int {
	return cmp.Or(
		strings.Compare(s.Target, o.Target),
		cmp.Compare(s.Kind.rank(), o.Kind.rank()),
		strings.Compare(s.Name, o.Name),
	)
}

// String returns the slot as messages name it, for example "application vote in prod-eu".
func (s Slot) String() string {
	if s.Kind == Cluster {
		return "the cluster element of " + s.Target
	}
	return string(s.Kind) + " " + s.Name + " in " + s.Target
}

// keys returns the path of mapping keys that leads to the slot in a file.
func (s Slot) keys() []string {
	if s.Kind == Cluster {
		return []string{"targets", s.Target, s.Kind.group()}
	}
	return []string{"targets", s.Target, s.Kind.group(), s.Name}
}

// Field is one line of an element.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Element is what an ApplicationSet needs to know about one Application: a flat
// list of text fields in the order in which they were written. Fields that this
// version does not know are kept.
type Element []Field

// Get returns the value of a field, or "" when the element does not have it.
func (e Element) Get(name string) string {
	for _, f := range e {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Run is one thing that a slot runs or ran: an element at a commit, and who put it there.
type Run struct {
	// Revision is a full commit id in lower-case hexadecimal digits.
	Revision string
	// By is who moved the pin, as git writes authors: "Jane Doe <jane@example.com>".
	By string
	// At is when the pin was moved, in UTC and RFC 3339 with whole seconds.
	At string
	// Replaces names the objects whose change Kubernetes would refuse, or which leaves data
	// behind, and about which whoever moved the pin has decided, as in StatefulSet/db.
	Replaces []string
	Element  Element
}

// Equal reports whether both runs are the same in every field.
func (r Run) Equal(o Run) bool {
	return r.Revision == o.Revision && r.By == o.By && r.At == o.At && slices.Equal(r.Replaces, o.Replaces) && slices.Equal(r.Element, o.Element)
}

// Pin says what one slot runs, and what it ran before.
type Pin struct {
	Slot
	Run
	// Previous holds at most [MaxPrevious] runs, newest first.
	Previous []Run
}

// MaxPrevious is the number of predecessors that a pin keeps for rollback.
const MaxPrevious = 3

// Equal reports whether both pins are the same in every field.
func (p Pin) Equal(o Pin) bool {
	return p.Slot == o.Slot && p.Run.Equal(o.Run) && slices.EqualFunc(p.Previous, o.Previous, Run.Equal)
}

// Releases is the content of releases/<env>.yaml. A nil *Releases stands for an environment
// that runs nothing yet, and is a valid receiver of all methods.
type Releases struct {
	Environment string
	// Pins is sorted by Slot.
	Pins []Pin
}

// Find returns the pin of a slot.
func (r *Releases) Find(s Slot) (Pin, bool) {
	if r == nil {
		return Pin{}, false
	}
	i, found := slices.BinarySearchFunc(r.Pins, s, func(p Pin, s Slot) int { return p.Slot.Compare(s) })
	if !found {
		return Pin{}, false
	}
	return r.Pins[i], true
}

// All returns every pin, sorted.
func (r *Releases) All() []Pin {
	if r == nil {
		return nil
	}
	return r.Pins
}

// Of returns the pins of one target, sorted: the cluster, namespaces, applications.
func (r *Releases) Of(target string) []Pin {
	var out []Pin
	for _, p := range r.All() {
		if p.Target == target {
			out = append(out, p)
		}
	}
	return out
}

// With returns a copy of r in which pins replace or join those that are there.
func (r *Releases) With(environment string, pins []Pin) *Releases {
	replaced := make(map[Slot]bool, len(pins))
	for _, p := range pins {
		replaced[p.Slot] = true
	}
	out := &Releases{Environment: environment, Pins: slices.Clone(pins)}
	for _, p := range r.All() {
		if !replaced[p.Slot] {
			out.Pins = append(out.Pins, p)
		}
	}
	sortPins(out.Pins)
	return out
}

// Equal reports whether both hold the same pins of the same environment.
func (r *Releases) Equal(o *Releases) bool {
	return r.Environment == o.Environment && slices.EqualFunc(r.Pins, o.Pins, Pin.Equal)
}

func sortPins(pins []Pin) {
	slices.SortStableFunc(pins, func(a, b Pin) int { return a.Slot.Compare(b.Slot) })
}

// Candidates is the content of overlays/<env>/applications.yaml: what an
// environment could run at the commit the file belongs to.
type Candidates struct {
	Environment string
	// Elements is sorted by Slot.
	Elements []Candidate
}

// Candidate is the element that a slot would run.
type Candidate struct {
	Slot
	Element Element
}

// Find returns the element of a slot. A nil receiver has none.
func (c *Candidates) Find(s Slot) (Element, bool) {
	if c == nil {
		return nil, false
	}
	i, found := slices.BinarySearchFunc(c.Elements, s, func(e Candidate, s Slot) int { return e.Slot.Compare(s) })
	if !found {
		return nil, false
	}
	return c.Elements[i].Element, true
}

// All returns every candidate, sorted. A nil receiver has none.
func (c *Candidates) All() []Candidate {
	if c == nil {
		return nil
	}
	return c.Elements
}

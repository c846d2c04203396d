package change

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// difference is one field whose value changes. nil is no value.
type difference struct {
	field    string
	old, new any
}

// differences lists the deepest fields that differ, by path. A value that is not stated is the one
// that the API server sets.
func differences(field string, old, now any) []difference {
	old, now = settled(field, old), settled(field, now)
	if equal(old, now) || isAmount(field) && sameAmount(old, now) {
		return nil
	}
	if a, b, ok := both[map[string]any](old, now); ok {
		return inMaps(field, a, b)
	}
	if a, b, ok := both[[]any](old, now); ok {
		return inLists(field, a, b)
	}
	return []difference{{field, old, now}}
}

// both returns two values of one type; a value that is missing is an empty one of that type.
func both[T any](old, now any) (a, b T, ok bool) {
	a, first := old.(T)
	b, second := now.(T)
	return a, b, first && second || first && now == nil || second && old == nil
}

func inMaps(field string, old, now map[string]any) []difference {
	keys := maps.Clone(old)
	if keys == nil {
		keys = map[string]any{}
	}
	maps.Copy(keys, now)
	var found []difference
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		found = append(found, differences(field+"."+key, old[key], now[key])...)
	}
	return found
}

// inLists compares the items of one name, or those at one place.
func inLists(field string, old, now []any) []difference {
	var found []difference
	if !named(old) || !named(now) {
		for i := range max(len(old), len(now)) {
			found = append(found, differences(fmt.Sprintf("%s[%d]", field, i), item(old, i), item(now, i))...)
		}
		return found
	}
	for _, name := range names(old, now) {
		found = append(found, whole(field+"["+name+"]", find(old, name), find(now, name))...)
	}
	if a, b := order(old), order(now); len(found) == 0 && !slices.Equal(a, b) {
		return []difference{{field, a, b}}
	}
	return found
}

// whole is one difference for an item that appears or disappears.
func whole(field string, old, now any) []difference {
	if old == nil || now == nil {
		return []difference{{field, old, now}}
	}
	return differences(field, old, now)
}

func item(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// order lists the names of items.
func order(list []any) []string {
	var out []string
	for _, entry := range list {
		out = append(out, nameOf(entry))
	}
	return out
}

// named reports whether all items of a list have names.
func named(list []any) bool {
	return !slices.ContainsFunc(list, func(entry any) bool { return nameOf(entry) == "" })
}

func nameOf(entry any) string {
	fields, _ := entry.(map[string]any)
	if name := text(fields["name"]); name != "" {
		return name
	}
	return text(Object(fields).get("metadata.name"))
}

func names(lists ...[]any) []string {
	var all []string
	for _, list := range lists {
		for _, entry := range list {
			if name := nameOf(entry); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

func find(list []any, name string) any {
	i := slices.IndexFunc(list, func(entry any) bool { return nameOf(entry) == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// settled is the value that the API server has for a field: empty maps and lists are none.
func settled(field string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			value = nil
		}
	case []any:
		if len(v) == 0 {
			value = nil
		}
	}
	if value == nil {
		return fallback(field)
	}
	return value
}

// fallback is the default of a field, nil when it has none.
func fallback(field string) any { return defaults()[pattern(field)] }

// pattern is a field with an asterisk for each item of a list.
func pattern(field string) string {
	for {
		start, end := strings.Index(field, "["), strings.Index(field, "]")
		if start < 0 || end < start {
			return field
		}
		field = field[:start] + ".*" + field[end+1:]
	}
}

// equal reports whether two values are one to the API server.
func equal(old, now any) bool {
	if a, b, ok := both[map[string]any](old, now); ok && (old != nil || now != nil) {
		keys := map[string]any{}
		maps.Copy(keys, a)
		maps.Copy(keys, b)
		for key := range keys {
			if !equal(a[key], b[key]) {
				return false
			}
		}
		return true
	}
	if a, b, ok := both[[]any](old, now); ok {
		return slices.EqualFunc(a, b, equal)
	}
	return text(old) == text(now)
}

// isAmount reports whether a field holds a quantity, which can be written in several ways.
func isAmount(field string) bool {
	return strings.Contains(field, ".requests.") || strings.Contains(field, ".limits.") || strings.Contains(field, ".hard.")
}

func sameAmount(old, now any) bool {
	a, b := quantity(text(old)), quantity(text(now))
	return a != nil && b != nil && a.Cmp(b) == 0
}

// grows reports whether a quantity becomes larger.
func (d difference) grows() bool {
	old, now := quantity(text(d.old)), quantity(text(d.new))
	return old != nil && now != nil && now.Cmp(old) > 0
}

// units are the suffixes of quantities.
func units() map[string]*big.Rat {
	all := map[string]*big.Rat{"n": big.NewRat(1, 1e9), "u": big.NewRat(1, 1e6), "m": big.NewRat(1, 1e3), "": big.NewRat(1, 1)}
	decimal, binary := big.NewRat(1, 1), big.NewRat(1, 1)
	for i, suffix := range []string{"k", "M", "G", "T", "P", "E"} {
		decimal = new(big.Rat).Mul(decimal, big.NewRat(1000, 1))
		binary = new(big.Rat).Mul(binary, big.NewRat(1024, 1))
		all[suffix], all[[]string{"Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}[i]] = decimal, binary
	}
	return all
}

// quantity reads an amount such as 10Gi, nil when the text is none.
func quantity(amount string) *big.Rat {
	number := strings.TrimRight(amount, "numkMGTPEi")
	factor := units()[amount[len(number):]]
	if factor == nil || number == "" || strings.ContainsAny(number, "/_xXpP") {
		return nil
	}
	value, ok := new(big.Rat).SetString(number)
	if !ok {
		return nil
	}
	return value.Mul(value, factor)
}

// within reports whether a field is another one or below it.
func within(field, above string) bool {
	rest, ok := strings.CutPrefix(field, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// longest is how much of a value a finding shows.
const longest = 60

// show is a value in a message.
func show(value any) string {
	if value == nil {
		return "none"
	}
	shown := []rune(strings.Join(strings.Fields(flat(value)), " "))
	if len(shown) > longest {
		return string(shown[:longest]) + "…"
	}
	return string(shown)
}

// flat writes maps and lists in one line, in the order of their keys.
func flat(value any) string {
	var parts []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+": "+flat(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, entry := range v {
			parts = append(parts, flat(entry))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	}
	return fmt.Sprint(value)
}

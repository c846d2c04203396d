package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// sortedKeys returns the keys of a map in order: no map order reaches a finding.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// MaxName is the length budget of names that become labels or Services, and of
// what is composed of them: <application>-<target> stays below 63 with room for a
// suffix.
const (
	maxApplication = 40
	maxEnvironment = 20
	maxName        = 40
)

// reservedWords would not be strings when they stand bare in YAML.
func reservedWords() []string {
	return []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
}

// deviceNames cannot be folders on Windows.
func deviceNames() []string {
	names := []string{"con", "prn", "aux", "nul"}
	for digit := '1'; digit <= '9'; digit++ {
		names = append(names, "com"+string(digit), "lpt"+string(digit))
	}
	return names
}

// IsName reports whether s may name anything in the spec: a DNS label that begins
// with a letter and that every YAML reader takes for a string.
func IsName(s string) bool {
	return isLabel(s) && s[0] >= 'a' && s[0] <= 'z' && len(s) <= 63 &&
		!slices.Contains(reservedWords(), s) && !slices.Contains(deviceNames(), s)
}

// isLabel reports whether s has the characters of a DNS label.
func isLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// checkName reports a name that cannot be one, or that is longer than its budget.
func checkName(list *diag.List, at diag.Range, what, name string, limit int, reserved ...string) {
	switch {
	case slices.Contains(reserved, name):
		list.Error(at, "name/reserved", fmt.Sprintf("%s is reserved", quoted(name))).Hint =
			"wavewright names its own objects like this. Choose another name."
	case slices.Contains(reservedWords(), name), slices.Contains(deviceNames(), name):
		list.Error(at, "name/reserved", fmt.Sprintf("%s cannot be a name", quoted(name))).Hint =
			"It is a word of YAML or a device name on Windows. Choose another name."
	case !IsName(name):
		d := list.Error(at, "name/invalid", fmt.Sprintf("%s is not a name", quoted(name)))
		d.Detail = "The name of " + what + " has lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
	case len(name) > limit:
		d := list.Error(at, "name/long", fmt.Sprintf("%s is too long", quoted(name)))
		d.Detail = fmt.Sprintf("It has %d characters; the name of %s may have %d, because labels and object names are built from it.", len(name), what, limit)
	}
}

// quoted shortens and quotes a user's word for a summary.
func quoted(s string) string {
	if runes := []rune(s); len(runes) > 40 {
		s = string(runes[:40]) + "…"
	}
	return `"` + s + `"`
}

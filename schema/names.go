package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// sortedKeys returns the keys of a map in order: no map order reaches a finding.
func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// The length budgets of names. Names become labels and Services, and parts of composed
// names: <application>-<target> must stay below 63 characters with room for a suffix.
const (
	maxApplication = 40
	maxEnvironment = 20
	maxName        = 40
)

// maxLabel is the length of a DNS label.
const maxLabel = 63

// reservedWords are not strings in YAML without quotes.
func reservedWords() []string {
	return []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
}

// deviceNames cannot be folders on Windows.
func deviceNames() []string {
	return []string{
		"con", "prn", "aux", "nul",
		"com1", "lpt1", "com2", "lpt2", "com3", "lpt3", "com4", "lpt4", "com5", "lpt5",
		"com6", "lpt6", "com7", "lpt7", "com8", "lpt8", "com9", "lpt9",
	}
}

// reservedEnvironments are names of files and folders beside those of the environments: the
// root of Argo CD itself, scripts of the pipeline, and the components that belong to no
// environment. A test holds them to the templates.
func reservedEnvironments() []string {
	return []string{
		DefaultArgoCD, "drift", "promote", "steps", "verify",
		"access-break-glass", "access-debug-full", "access-debug-limited", "access-view", "admission",
		"fast-failover", "hardening", "namespace", "pre-deploy", "spread-preferred", "spread-required", "spread-zones",
	}
}

// reservedTeams are parts of the names of our own AppProjects.
func reservedTeams() []string { return []string{"infra", "root", "apps"} }

// reservedApplications are the platform's own Argo CD Applications, the keywords of
// connectsTo, and the network policies of every namespace.
func reservedApplications() []string {
	return []string{"infra", "root", "cluster", "internet", "default-deny", "allow-dns", "allow-all"}
}

// reservedPrefix begins the names of the Argo CD Applications of namespaces.
const reservedPrefix = "infra-"

// IsName reports whether s may name anything in the spec: a DNS label that begins
// with a letter and that every YAML reader takes for a string.
func IsName(s string) bool {
	return isLabel(s) && s[0] >= 'a' && s[0] <= 'z' && len(s) <= maxLabel &&
		!slices.Contains(reservedWords(), s) && !slices.Contains(deviceNames(), s)
}

// IsDevice reports whether s is a device on Windows, where no file can have its name.
func IsDevice(s string) bool { return slices.Contains(deviceNames(), s) }

// isLabel reports whether s has the characters of a DNS label.
func isLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// maxPrefix is the length of the prefix of a platform.
const maxPrefix = 12

// platformPrefix has no hyphen: the text before the first hyphen of a composed name
// is then the prefix, and no two platforms can compose the same name.
var platformPrefix = lazyregexp.New(`^[a-z][a-z0-9]{1,11}$`)

// IsPrefix reports whether s can be the prefix of a platform.
func IsPrefix(s string) bool { return platformPrefix.MatchString(s) && IsName(s) }

// PrefixFrom suggests a prefix for a platform of this name. Names that differ only behind what
// fits get different prefixes: the end of what does not fit is a hash of the whole name.
func PrefixFrom(name string) string {
	const hashed = 5
	prefix := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name)), "0123456789")
	if IsPrefix(prefix) {
		return prefix
	}
	sum := sha256.Sum256([]byte(name))
	return "p"[:max(0, 1-len(prefix))] + prefix[:min(len(prefix), maxPrefix-hashed)] + hex.EncodeToString(sum[:])[:hashed]
}

// prefix checks that the platform has a prefix, of its own or its name.
func (v *validator) prefix() {
	root := v.spec.Node
	stated, name := root.Get("prefix"), v.spec.Metadata.Name
	switch {
	case isText(stated) && !IsPrefix(stated.Text):
		d := v.list.Error(stated.Range, "name/prefix", quoted(stated.Text)+" cannot be the prefix of a platform")
		d.Detail = fmt.Sprintf("A prefix has 2 to %d lower-case letters and digits, begins with a letter, and is no word of YAML. It has no hyphen, so that no two platforms compose the same name.", maxPrefix)
		d.Hint = fmt.Sprintf("Write prefix: %s.", PrefixFrom(stated.Text))
	case (stated == nil || stated.Kind == yamltree.Null) && IsName(name) && len(name) <= maxEnvironment && !IsPrefix(name):
		d := v.list.Error(root.At("metadata", "name"), "name/prefix", quoted(name)+" needs a prefix beside it")
		d.Detail = fmt.Sprintf("The prefix begins the names of all objects in shared places. The name of the platform could do so if it had 2 to %d lower-case letters and digits, and no hyphen.", maxPrefix)
		d.Hint = fmt.Sprintf("Write prefix: %s, or another one, below metadata. It can never change.", PrefixFrom(name))
	}
}

// checkName reports a name that is invalid or longer than its budget.
func checkName(list *diag.List, at diag.Range, what, name string, limit int, reserved ...string) {
	switch {
	case slices.Contains(reserved, name):
		list.Error(at, "name/reserved", quoted(name)+" is reserved").Hint =
			"wavewright uses this word itself where " + what + " is named. Choose another name."
	case slices.Contains(reservedWords(), name), slices.Contains(deviceNames(), name):
		list.Error(at, "name/reserved", quoted(name)+" cannot be a name").Hint =
			"It is a word of YAML or a device name on Windows. Choose another name."
	case len(name) > limit:
		d := list.Error(at, "name/long", quoted(name)+" is too long")
		d.Detail = fmt.Sprintf("It has %d characters; the name of %s may have %d, because labels and object names are built from it.", len(name), what, limit)
		d.Hint = "Choose a shorter name."
	case !IsName(name):
		d := list.Error(at, "name/invalid", quoted(name)+" is not a name")
		d.Detail = "The name of " + what + " has lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
		d.Hint = "Choose another name."
		if near := nameFrom(name); near != "" && len(near) <= limit {
			d.Hint = fmt.Sprintf("Write %q.", near)
		}
	}
}

// nameFrom suggests a valid name for s, or returns "".
func nameFrom(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !isLabel(string(r)) })
	if name := strings.Join(words, "-"); IsName(name) {
		return name
	}
	return ""
}

// checkObject reports an invalid name of a Kubernetes object of others, such as a
// namespace, which may begin with a digit.
func checkObject(list *diag.List, at diag.Range, what, name string) {
	if isLabel(name) && len(name) <= maxLabel {
		return
	}
	d := list.Error(at, "name/invalid", quoted(name)+" is not a name")
	d.Detail = fmt.Sprintf("The name of %s has up to %d lower-case letters, digits and hyphens, and no hyphen at either end.", what, maxLabel)
	d.Hint = "Write it as kubectl shows it."
}

// shownName is the number of characters of a user's word that a summary shows.
const shownName = 30

// quoted shortens and quotes a user's word for a summary.
func quoted(s string) string { return `"` + shortened(s) + `"` }

// shortened cuts a long text.
func shortened(s string) string {
	if runes := []rune(s); len(runes) > shownName {
		return string(runes[:shownName-1]) + "…"
	}
	return s
}

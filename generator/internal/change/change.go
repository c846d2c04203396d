// Package change compares the objects that a cluster has with those that it would get, and finds
// what nobody is told otherwise: updates that the API server refuses, that it accepts without
// effect, and data that stays behind under an old name. What the API server makes of a field is
// data, in the table of this package. The package is pure: callers build the objects.
package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Effect is what the cluster makes of a change.
type Effect string

// Effects, as they are printed.
const (
	// Refused is an update that the API server refuses, at each sync again.
	Refused Effect = "refused"
	// Ignored is an update that the API server accepts, while it keeps the old value.
	Ignored Effect = "ignored"
	// Replaced is an object that Argo CD deletes and creates anew, because its annotation asks
	// for that.
	Replaced Effect = "replaced"
	// LeftBehind is data that stays where it was, while what is new starts without it.
	LeftBehind Effect = "left behind"
	// Unreachable is a name that other workloads resolve, and that is gone.
	Unreachable Effect = "unreachable"
	// Conditional is a change that some clusters carry out.
	Conditional Effect = "conditional"
)

// Finding is one thing that a change does to an object.
type Finding struct {
	// Object is the kind and the name, as in StatefulSet/db.
	Object    string `json:"object"`
	Namespace string `json:"namespace,omitempty"`
	Field     string `json:"field"`
	Old       string `json:"old"`
	New       string `json:"new"`
	Effect    Effect `json:"effect"`
	// Does says what the cluster will do, and Steps what a person can do: whole sentences.
	Does  string `json:"does"`
	Steps string `json:"steps"`

	// Stateful says that the object holds data, or starts pods that do.
	Stateful bool `json:"stateful"`
}

// Blocks reports whether the change does not arrive as it was written, or leaves data behind. A
// name that is gone does neither.
func (f Finding) Blocks() bool { return f.Effect != Conditional && f.Effect != Unreachable }

// Same reports whether two findings are about one change of one field.
func (f Finding) Same(o Finding) bool {
	return f.Object == o.Object && f.Namespace == o.Namespace && f.Field == o.Field && f.New == o.New && f.Effect == o.Effect
}

// Object is an object as it is applied.
type Object map[string]any

// Kind of the object.
func (o Object) Kind() string { return text(o["kind"]) }

// Name of the object.
func (o Object) Name() string { return text(o.get("metadata.name")) }

// Namespace of the object, empty when it has none.
func (o Object) Namespace() string { return text(o.get("metadata.namespace")) }

// group is the kind with its API group, as in StatefulSet.apps: versions of one kind are the
// same objects.
func (o Object) group() string {
	group, _, versioned := strings.Cut(text(o["apiVersion"]), "/")
	if !versioned {
		return o.Kind()
	}
	return o.Kind() + "." + group
}

// String is the kind and the name.
func (o Object) String() string { return o.Kind() + "/" + o.Name() }

// same reports whether two objects are one to the API server.
func (o Object) same(other Object) bool {
	return o.group() == other.group() && o.Name() == other.Name() && o.Namespace() == other.Namespace()
}

// get returns the value at a path, nil when there is none.
func (o Object) get(path string) any {
	var at any = map[string]any(o)
	for key := range strings.SplitSeq(path, ".") {
		fields, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = fields[key]
	}
	return at
}

// Annotation returns the text of an annotation.
func (o Object) Annotation(name string) string {
	all, _ := o.get("metadata.annotations").(map[string]any)
	return text(all[name])
}

func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// Objects finds what becomes of objects that are there before and after.
func Objects(before, after []Object) []Finding {
	var found []Finding
	for _, old := range before {
		i := slices.IndexFunc(after, old.same)
		if i >= 0 {
			found = append(found, Updated(old, after[i])...)
		}
	}
	return sorted(found)
}

func sorted(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Field, b.Field))
	})
	return found
}

// Updated finds what becomes of one object.
func Updated(old, now Object) []Finding {
	if now.Annotation("argocd.argoproj.io/hook") != "" {
		return nil // Argo CD deletes it before it creates it again
	}
	var found []Finding
	for _, r := range rules() {
		if slices.Contains(r.kinds, now.group()) {
			found = append(found, r.findings(old, now)...)
		}
	}
	return found
}

// forced reports whether Argo CD deletes the object and creates it anew when an update is refused.
func (o Object) forced() bool {
	for option := range strings.SplitSeq(o.Annotation("argocd.argoproj.io/sync-options"), ",") {
		if strings.TrimSpace(option) == "Force=true" {
			return true
		}
	}
	return false
}

// findings lists the fields of a rule that differ.
func (r rule) findings(old, now Object) []Finding {
	if !r.applies(old, now) {
		return nil
	}
	var found []Finding
	for _, d := range differences(r.field, old.get(r.field), now.get(r.field)) {
		if r.excepts(d.field) {
			continue
		}
		effect, rest := r.effect, r.text
		switch {
		case r.grows != nil && d.grows():
			effect, rest = Conditional, *r.grows
		case effect == Refused && now.forced():
			effect, rest = Replaced, replaced()
		}
		found = append(found, Finding{
			Object: now.String(), Namespace: now.Namespace(), Field: d.field, Old: show(d.old), New: show(d.new),
			Effect: effect, Does: now.fill(rest.does), Steps: now.fill(rest.steps), Stateful: stateful(now.Kind()),
		})
	}
	return found
}

// excepts reports whether a field may change although the one above it may not. An asterisk stands
// for each item of a list.
func (r rule) excepts(field string) bool {
	field = pattern(field)
	return slices.ContainsFunc(r.except, func(free string) bool { return within(field, r.field+"."+free) })
}

// stateful reports whether objects of a kind hold data, or start pods that do.
func stateful(kind string) bool { return kind == statefulSet || kind == claim }

const (
	statefulSet = "StatefulSet"
	claim       = "PersistentVolumeClaim"
)

// fill puts the name of an object into a sentence of the table.
func (o Object) fill(sentence string) string {
	namespace := ""
	if o.Namespace() != "" {
		namespace = " -n " + o.Namespace()
	}
	return strings.NewReplacer("{kind}", o.Kind(), "{lower}", strings.ToLower(o.Kind()), "{name}", o.Name(), "{-n}", namespace).Replace(sentence)
}

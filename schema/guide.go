package schema

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/schema/yamltree"
)

//go:embed guide.yaml
var guideFile []byte

// guideRow is a row of guide.yaml, which describes its fields.
type guideRow struct {
	At    []string `yaml:"at" required:"true"`
	Keys  []string `yaml:"keys" required:"true"`
	Write []string `yaml:"write"`
	Top   bool     `yaml:"top"`
	Note  string   `yaml:"note"`
}

// guide knows how the spec says what people know by other names.
type guide []guideRow

func readGuide() guide {
	var rows struct {
		Rows guide `yaml:"rows"`
	}
	node, faults := yamltree.Parse("guide.yaml", guideFile)
	root := &yamltree.Node{Kind: yamltree.Map, Entries: []yamltree.Entry{{Key: "rows", Value: node}}}
	if faults = append(faults, yamltree.Decode(root, &rows, yamltree.DecodeOptions{})...); faults.HasErrors() {
		panic(fmt.Sprintf("guide.yaml: line %d: %s", faults[0].Subject.Line, faults[0].Summary))
	}
	return rows.Rows
}

// Guide returns the hints of unknown keys for a decoder. It reads guide.yaml when the first key is asked for.
func Guide() func(typ, key string, known []string) string {
	rows := sync.OnceValue(readGuide)
	return func(typ, key string, known []string) string { return rows().hint(typ, key, known) }
}

// customHint is the way of what has no field.
const customHint = "The spec has no field for it. Write the object or a patch into a folder custom/ beside the generated kustomization.yaml of the application."

// hint says how to write an unknown key of a type that has the fields known; nothing when the guide does not
// know.
func (g guide) hint(typ, key string, known []string) string {
	if row, found := g.row(typ, key); found {
		return row.hint(key, known)
	}
	if elsewhere := misplaced(typ, key); elsewhere != "" {
		return elsewhere
	}
	if row, found := g.row("Application", key); found && slices.Contains([]string{"Spec", "Environment", "Profile"}, typ) {
		return "Applications state it, or workload: {…} for all of them. " + row.hint(key, yamltree.Keys(Application{}))
	}
	return ""
}

// row returns the row of a key of a type.
func (g guide) row(typ, key string) (guideRow, bool) {
	i := slices.IndexFunc(g, func(row guideRow) bool {
		return row.isAt(typ) && slices.ContainsFunc(row.Keys, func(k string) bool { return fold(k) == fold(key) })
	})
	if i < 0 {
		return guideRow{}, false
	}
	return g[i], true
}

func (r guideRow) isAt(typ string) bool {
	return slices.ContainsFunc(r.At, func(at string) bool { return strings.EqualFold(at, typ) })
}

func (r guideRow) hint(key string, known []string) string {
	if r.Top {
		known = yamltree.Keys(Spec{})
	}
	if i := slices.IndexFunc(r.Keys, func(k string) bool { return fold(k) == fold(key) }); i >= 0 {
		key = r.Keys[i] // as Kubernetes spells it
	}
	var examples []string
	for _, example := range r.Write {
		if field, _, _ := strings.Cut(example, ":"); slices.Contains(known, field) {
			examples = append(examples, strings.Replace(example, "{KEY:", "{"+key+":", 1))
		}
	}
	where := ""
	if r.Top {
		where = " at the top level of the spec"
	}
	switch {
	case len(examples) > 0:
		return strings.TrimSpace("Write " + strings.Join(examples, ", or ") + where + ". " + r.Note)
	case r.Note != "":
		return r.Note
	}
	return customHint
}

// misplaced says where a key belongs that another part of the spec has.
func misplaced(typ, key string) string {
	workload := slices.Contains(yamltree.Keys(Workload{}), key)
	switch {
	case workload && typ == "Spec":
		return fmt.Sprintf("Write workload: {%s: …}, for every application in all environments, or state it in an application.", key)
	case workload && (typ == "Environment" || typ == "Profile"):
		return fmt.Sprintf("Write workload: {%s: …}, for every application of the environment, or state it in an application.", key)
	case workload && typ == "Container":
		return fmt.Sprintf("The application states %s itself, for the whole pod.", key)
	case typ == "Workload" && !workload && slices.Contains(yamltree.Keys(Application{}), key):
		return fmt.Sprintf("Only an application has %s: groups and other layers say what is the same wherever they hold. Write a placeholder such as {env} in a text, or state what differs in the application.", key)
	case (typ == "Application" || typ == "Workload") && slices.Contains(yamltree.Keys(Environment{}), key):
		return fmt.Sprintf("Environments state %s, and it holds for all of their applications.", key)
	case (typ == "Application" || typ == "Workload") && slices.Contains(yamltree.Keys(Platform{}), key):
		return fmt.Sprintf("Clusters state it: platform: {%s: …} at the top level of the spec.", key)
	}
	return ""
}

// fold makes the ways alike in which one word is written.
func fold(key string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
}

package schema

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// TestReference holds docs/spec-reference.md equal to the types.
func TestReference(t *testing.T) {
	r := referenceWriter{types: readSpecTypes(t)}
	r.intro()
	for _, typ := range r.types.order {
		r.section(typ)
	}
	r.profiles(t)
	holdEqual(t, "../docs/spec-reference.md", []byte(r.b.String()))
}

// referenceWriter prints the types as Markdown.
type referenceWriter struct {
	types *specTypes
	b     strings.Builder
}

func (r *referenceWriter) intro() {
	fmt.Fprintf(&r.b, `# The spec: every field

<!-- Generated from the Go types of package schema by its tests (%[1]s=true go test ./schema). Do not edit. -->

%[2]s is a [Spec](#spec). The files that its include names are each a [TeamFile](#teamfile).
The same facts are in the JSON schema, for completion in editors:

`+"```yaml\n# yaml-language-server: $schema=.wavewright/environments.schema.json\n```"+`

- A key that is not listed here is an error, as is a value of another type.
- **required** fields of an application may come from any of its layers: the workload of the
  spec, of a profile or of an environment, the groups that it uses, the application, and its own blocks for a profile,
  an environment and a cluster. Later layers win: maps merge, scalars and lists replace, null removes.
- Texts of a workload, a namespace pattern and the name of a secret store may use the placeholders
  {env} {cluster} {target} {team} {namespace} {app}; quote a text that begins with one.
- *Not supported yet* marks a field whose shape is settled and that this version refuses.
- Names of environments, clusters, teams, profiles, groups and applications begin with a lower-case letter, go on with
  lower-case letters, digits and hyphens, and do not end with a hyphen. Environments, clusters and the
  platform have at most %[3]d characters, the others %[4]d.
`, updateVariable, FileName, maxEnvironment, maxName)
}

func (r *referenceWriter) section(typ reflect.Type) {
	fmt.Fprintf(&r.b, "\n## %s\n\n%s\n", typ.Name(), markdown(r.types.docs[typ.Name()]))
	if typ == reflect.TypeFor[Application]() {
		fmt.Fprintf(&r.b, "\nBeside these, an application has all fields of [Workload](#workload).\n")
	}
	if len(r.types.fields[typ]) == 0 {
		return // the fields are those of Kubernetes
	}
	fmt.Fprintf(&r.b, "\n| Field | Type | Allowed | Description |\n|---|---|---|---|\n")
	inherited := map[string]bool{}
	if typ == reflect.TypeFor[Application]() {
		for _, f := range r.types.structFields(reflect.TypeFor[Workload]()) {
			inherited[f.key] = true
		}
	}
	for _, f := range r.types.fields[typ] {
		if !inherited[f.key] {
			r.row(f)
		}
	}
}

// defaultSentence is how comments state a default.
var defaultSentence = regexp.MustCompile(` ?Default: ([^.]*(?:\.[^ .][^.]*)*)\.( |$)`)

func (r *referenceWriter) row(f specField) {
	description, allowed := f.doc, r.allowed(f)
	if m := defaultSentence.FindStringSubmatch(f.doc); m != nil {
		description = strings.TrimSpace(strings.Replace(f.doc, m[0], " ", 1))
		allowed = append(allowed, "default: "+markdown(m[1]))
	}
	description = markdown(description)
	if f.later != "" {
		description = "*Not supported yet: " + markdown(f.later) + ".* " + description
	}
	fmt.Fprintf(&r.b, "| `%s` | %s | %s | %s |\n", f.key, r.typeName(f.typ, f.layer), strings.Join(allowed, "; "), description)
}

func (r *referenceWriter) allowed(f specField) []string {
	var allowed []string
	if f.required {
		allowed = append(allowed, "**required**")
	}
	if f.enum != nil {
		allowed = append(allowed, "`"+strings.Join(f.enum, "`, `")+"`")
	}
	return allowed
}

// typeName says in words what a field holds.
func (r *referenceWriter) typeName(typ reflect.Type, layer string) string {
	if typ == reflect.TypeFor[*yamltree.Node]() {
		if inner := layerType(layer); inner != nil {
			return r.link(inner)
		}
		return "anything"
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return r.typeName(typ.Elem(), layer)
	case reflect.Map:
		return "map of " + r.typeName(typ.Elem(), layer)
	case reflect.Slice:
		return "list of " + r.typeName(typ.Elem(), layer)
	case reflect.Struct:
		return r.link(typ)
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	}
	switch typ {
	case reflect.TypeFor[Amount]():
		return "amount"
	case reflect.TypeFor[PortRange]():
		return "number or text"
	}
	return "text"
}

// link names a struct. One that only unsupported fields have has no section.
func (r *referenceWriter) link(typ reflect.Type) string {
	name := typ.Name()
	if _, described := r.types.byName(name); !described {
		return name
	}
	text := fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	switch typ {
	case reflect.TypeFor[Port]():
		return "number, or " + text
	case reflect.TypeFor[Quota]():
		return "`auto`, or " + text
	}
	return text
}

// markdown keeps a comment from being read as Markdown or as HTML.
func markdown(s string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, ">", `\>`, "*", `\*`, "_", `\_`).Replace(s)
}

// profiles prints the built-in profiles as they are.
func (r *referenceWriter) profiles(t *testing.T) {
	fmt.Fprintf(&r.b, "\n## Built-in profiles\n\nA profile of your own extends one of these, and any field can be overridden in every layer.\n")
	for _, name := range BuiltinProfiles() {
		src, err := fs.ReadFile(profileFiles, "profiles/"+name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&r.b, "\n### %s\n\n```yaml\n%s```\n", name, src)
	}
}

package model_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/report"
)

// referenceFile is the page that lists everything a template can use.
const referenceFile = "../../../docs/template-reference.md"

// TestTemplateReference holds docs/template-reference.md equal to the types.
func TestTemplateReference(t *testing.T) {
	w := &referenceWriter{docs: map[string]*packageDocs{}, seen: map[reflect.Type]bool{}}
	w.visit(reflect.TypeFor[model.Data]())
	w.intro()
	w.placeholders()
	w.scopes()
	slices.SortFunc(w.types, func(a, b reflect.Type) int {
		return cmp.Or(strings.Compare(a.Name(), b.Name()), strings.Compare(a.PkgPath(), b.PkgPath()))
	})
	fmt.Fprintf(&w.b, "\n## Types\n")
	for _, typ := range w.types {
		w.section(t, typ)
	}
	if os.Getenv("GOLDIE_UPDATE") == "true" {
		if err := os.WriteFile(referenceFile, []byte(w.b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(referenceFile); err != nil || string(have) != w.b.String() {
		t.Errorf("%s is not what the types say; run GOLDIE_UPDATE=true go test -run TestTemplateReference ./generator/internal/model (%v)", path.Base(referenceFile), err)
	}
}

// referenceWriter prints the types that a template can reach from its dot.
type referenceWriter struct {
	docs  map[string]*packageDocs // by the path of the package
	seen  map[reflect.Type]bool
	types []reflect.Type
	b     strings.Builder
}

const module = "github.com/wavewright/wavewright/"

// visit collects the struct types of this module that a type leads to. Those of the spec
// have a reference of their own.
func (w *referenceWriter) visit(typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		w.visit(typ.Elem())
		return
	}
	if w.seen[typ] || !strings.HasPrefix(typ.PkgPath(), module+"generator/") || typ.Kind() != reflect.Struct {
		return
	}
	w.seen[typ] = true
	members := w.members(typ)
	if len(members) > 0 {
		w.types = append(w.types, typ)
	}
	for _, m := range members {
		w.visit(m.typ)
	}
}

// member is a field or method that a template can use.
type member struct {
	name      string
	arguments []reflect.Type
	typ       reflect.Type
	doc       string
	embedded  bool
}

// members lists the fields in the order of the type, then its own methods.
func (w *referenceWriter) members(typ reflect.Type) []member {
	docs := w.docsOf(typ.PkgPath())
	var list []member
	for field := range typ.Fields() {
		if field.Type == reflect.TypeFor[any]() && field.Name == "Report" {
			field.Type = reflect.TypeFor[*report.Report]() // the model does not know it
		}
		if field.IsExported() {
			list = append(list, member{name: field.Name, typ: field.Type, doc: docs.members[typ.Name()+"."+field.Name], embedded: field.Anonymous})
		}
	}
	pointer := reflect.PointerTo(typ)
	for method := range pointer.Methods() {
		doc, own := docs.methods[typ.Name()+"."+method.Name]
		out := method.Type.NumOut()
		if !own || out == 0 || out > 2 || out == 2 && method.Type.Out(1) != reflect.TypeFor[error]() {
			continue
		}
		m := member{name: method.Name, typ: method.Type.Out(0), doc: doc}
		for i := 1; i < method.Type.NumIn(); i++ {
			m.arguments = append(m.arguments, method.Type.In(i))
		}
		list = append(list, m)
	}
	return list
}

func (w *referenceWriter) intro() {
	fmt.Fprint(&w.b, `# What templates see

<!-- Generated from the Go types by their tests (GOLDIE_UPDATE=true go test -run TestTemplateReference ./generator/internal/model). Do not edit. -->

[Templates](templates.md) says how they are written. This page lists the placeholders of their paths, what
the dot has by these, and every field and method of every type that the dot leads to. A method with
arguments is called with them behind its name: `+"`[[.App.AllLabels .Platform]]`"+`.
`)
}

func (w *referenceWriter) placeholders() {
	fmt.Fprint(&w.b, `
## Placeholders

A path of a template takes those marked "path". Strings of a workload in the spec take those marked "text",
and the pattern of namespaces takes those marked "namespace". An address in `+"`moved:`"+` begins with the kind.

| placeholder | stands for | where | kind in `+"`moved:`"+` |
|---|---|---|---|
`)
	for _, p := range model.Placeholders() {
		var where []string
		for _, place := range []struct {
			name string
			may  bool
		}{{"path", p.InPaths}, {"text", p.InTexts}, {"namespace", p.InNamespaces}} {
			if place.may {
				where = append(where, place.name)
			}
		}
		fmt.Fprintf(&w.b, "| `{%s}` | %s | %s | %s |\n", p.Name, p.Means, strings.Join(where, ", "), p.Moved)
	}
}

// scopes tells which fields of the dot are set, by asking for them.
func (w *referenceWriter) scopes() {
	fmt.Fprint(&w.b, `
## The dot, by path

All other fields are nil.

| placeholders in the path | fields of the dot |
|---|---|
`)
	all := [][]string{{}}
	for _, p := range model.Placeholders() {
		switch {
		case !p.InPaths:
		case len(p.Beside) == 0:
			all = append(all, []string{p.Name})
		default:
			for _, beside := range p.Beside {
				all = append(all, []string{beside, p.Name})
			}
		}
	}
	all = append(all, []string{"env", "app"}, []string{"target", "app"}, []string{"target", "app", "config"}, []string{"target", "app", "job"}, []string{"fleet", "app"})
	for _, names := range all {
		fields, words := append(model.DotFields(names), "Report"), []string{}
		for _, name := range names {
			words = append(words, "`{"+name+"}`")
		}
		if len(words) == 0 {
			words = []string{"none"}
		}
		fmt.Fprintf(&w.b, "| %s | %s |\n", strings.Join(words, " "), "`."+strings.Join(fields, "` `.")+"`")
	}
}

func (w *referenceWriter) section(t *testing.T, typ reflect.Type) {
	doc := w.docsOf(typ.PkgPath()).types[typ.Name()]
	if doc == "" {
		t.Errorf("type %s has no doc comment", typ.Name())
	}
	fmt.Fprintf(&w.b, "\n### %s\n\n%s\n", w.title(typ), escapeMarkdown(doc))
	members := w.members(typ)
	for _, m := range members {
		if m.embedded {
			fmt.Fprintf(&w.b, "\nIt has all fields and methods of %s.\n", w.typeText(m.typ))
		}
	}
	if !slices.ContainsFunc(members, func(m member) bool { return !m.embedded }) {
		return
	}
	fmt.Fprint(&w.b, "\n| field or method | type | |\n|---|---|---|\n")
	for _, m := range members {
		if m.embedded {
			continue
		}
		name := "`." + m.name + "`"
		for _, argument := range m.arguments {
			name += " " + w.typeText(argument)
		}
		fmt.Fprintf(&w.b, "| %s | %s | %s |\n", name, w.typeText(m.typ), escapeMarkdown(m.doc))
	}
}

// title is the heading of a type: its name, and its package when two have that name.
func (w *referenceWriter) title(typ reflect.Type) string {
	for _, other := range w.types {
		if other != typ && other.Name() == typ.Name() {
			return typ.Name() + " of " + path.Base(typ.PkgPath())
		}
	}
	return typ.Name()
}

// typeText names a type as somebody who writes a template thinks of it.
func (w *referenceWriter) typeText(typ reflect.Type) string {
	switch {
	case w.seen[typ] && slices.Contains(w.types, typ):
		return "[" + w.title(typ) + "](#" + strings.ToLower(strings.ReplaceAll(w.title(typ), " ", "-")) + ")"
	case typ.PkgPath() == module+"schema" && typ.Kind() == reflect.Struct:
		return "[" + typ.Name() + "](spec-reference.md#" + strings.ToLower(typ.Name()) + ") of the spec"
	case strings.HasSuffix(typ.PkgPath(), "yamltree"):
		return "map"
	case typ.Kind() == reflect.Pointer:
		return w.typeText(typ.Elem())
	case typ.Kind() == reflect.Slice && typ.Name() == "":
		return "list of " + w.typeText(typ.Elem())
	case typ.Kind() == reflect.Map && typ.Name() == "":
		return "map of " + w.typeText(typ.Elem())
	case typ.Name() != "":
		return typ.Name()
	}
	return typ.String()
}

func escapeMarkdown(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("|", `\|`, "<", `\<`, ">", `\>`, "*", `\*`, "_", `\_`).Replace(s)
}

// packageDocs are the comments of a package, by Type or Type.Member.
type packageDocs struct{ types, members, methods map[string]string }

func (w *referenceWriter) docsOf(pkg string) *packageDocs {
	if docs := w.docs[pkg]; docs != nil {
		return docs
	}
	docs := &packageDocs{types: map[string]string{}, members: map[string]string{}, methods: map[string]string{}}
	w.docs[pkg] = docs
	files, _ := filepath.Glob(filepath.Join("../../..", filepath.FromSlash(strings.TrimPrefix(pkg, module)), "*.go"))
	for _, file := range files {
		if tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments); err == nil && !strings.HasSuffix(file, "_test.go") {
			ast.Inspect(tree, docs.read)
		}
	}
	return docs
}

// read takes the comments of a node.
func (d *packageDocs) read(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv != nil {
			receiver := n.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if name, ok := receiver.(*ast.Ident); ok {
				d.methods[name.Name+"."+n.Name.Name] = n.Doc.Text()
			}
		}
		return false
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			if typ, ok := spec.(*ast.TypeSpec); ok {
				d.typeSpec(typ, n.Doc.Text()+typ.Doc.Text())
			}
		}
		return false
	}
	return true
}

func (d *packageDocs) typeSpec(typ *ast.TypeSpec, doc string) {
	d.types[typ.Name.Name] = doc
	structure, ok := typ.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			d.members[typ.Name.Name+"."+name.Name] = field.Doc.Text() + field.Comment.Text()
		}
	}
}

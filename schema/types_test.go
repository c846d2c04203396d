package schema

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// updateVariable asks the tests that hold generated files equal to rewrite them.
// It is no flag, because goldie defines -update for some packages only.
const updateVariable = "WAVEWRIGHT_UPDATE"

// holdEqual compares a generated file with what it should be, or rewrites it.
func holdEqual(t *testing.T, path string, want []byte) {
	t.Helper()
	if os.Getenv(updateVariable) == "true" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the types say; run %s=true go test ./schema", path, updateVariable)
	}
}

// specField is one key that a struct of the spec accepts.
type specField struct {
	key      string
	typ      reflect.Type
	doc      string
	required bool
	enum     []string
	later    string
	layer    string
}

// specTypes is what the Go types of the spec say, their comments included.
type specTypes struct {
	// order lists the structs as a reader of the spec meets them, fields that are not
	// supported yet left out.
	order  []reflect.Type
	fields map[reflect.Type][]specField
	docs   map[string]string // by Type or Type.Field
	// partial are the structs whose required keys may come from another layer.
	partial map[reflect.Type]bool
}

func readSpecTypes(t *testing.T) *specTypes {
	t.Helper()
	s := &specTypes{fields: map[reflect.Type][]specField{}, docs: goComments(t), partial: map[reflect.Type]bool{}}
	s.visit(reflect.TypeFor[Spec](), false)
	s.visit(reflect.TypeFor[TeamFile](), false)
	return s
}

// byName finds a struct.
func (s *specTypes) byName(name string) (reflect.Type, bool) {
	for typ := range s.fields {
		if typ.Name() == name {
			return typ, true
		}
	}
	return nil, false
}

func (s *specTypes) visit(typ reflect.Type, partial bool) {
	if _, seen := s.fields[typ]; seen {
		return
	}
	partial = partial || typ == reflect.TypeFor[Application]() || typ == reflect.TypeFor[Workload]()
	s.partial[typ] = partial
	s.fields[typ] = s.structFields(typ)
	s.order = append(s.order, typ)
	for _, f := range s.fields[typ] {
		if f.later != "" {
			continue
		}
		if inner := s.inner(f); inner != nil {
			s.visit(inner, partial)
		}
	}
}

// inner returns the struct that a field is about, below pointers, lists and maps.
func (s *specTypes) inner(f specField) reflect.Type {
	typ := f.typ
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		if typ == reflect.TypeFor[*yamltree.Node]() {
			return layerType(f.layer)
		}
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Struct {
		return typ
	}
	return nil
}

// layerType returns the type of a tree that is decoded later.
func layerType(layer string) reflect.Type {
	switch layer {
	case "workload":
		return reflect.TypeFor[Workload]()
	case "application":
		return reflect.TypeFor[Application]()
	}
	return nil
}

// structFields lists the keys of a struct in the order of the source.
func (s *specTypes) structFields(typ reflect.Type) []specField {
	var fields []specField
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		switch key, options, _ := strings.Cut(tag, ","); {
		case options == "inline":
			fields = append(fields, s.structFields(f.Type)...)
		case tagged && key != "-":
			field := specField{
				key: key, typ: f.Type, doc: s.docs[typ.Name()+"."+f.Name],
				required: f.Tag.Get("required") == "true", later: f.Tag.Get("later"), layer: f.Tag.Get("layer"),
			}
			if enum := f.Tag.Get("enum"); enum != "" {
				field.enum = strings.Split(enum, ",")
			}
			fields = append(fields, field)
		}
	}
	return fields
}

// goComments reads the doc comments of the package's types and their fields.
func goComments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if types, ok := decl.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				typeComments(docs, types)
			}
		}
	}
	return docs
}

func typeComments(docs map[string]string, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		typ := spec.(*ast.TypeSpec)
		docs[typ.Name.Name] = oneLine(decl.Doc)
		body, ok := typ.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range body.Fields.List {
			for _, name := range f.Names {
				docs[typ.Name.Name+"."+name.Name] = oneLine(f.Doc)
			}
		}
	}
}

func oneLine(doc *ast.CommentGroup) string { return strings.Join(strings.Fields(doc.Text()), " ") }

// TestEveryFieldIsExplained holds that editors and the reference have a full sentence
// for each field.
func TestEveryFieldIsExplained(t *testing.T) {
	types := readSpecTypes(t)
	for typ, fields := range types.fields {
		if doc := types.docs[typ.Name()]; !strings.HasSuffix(doc, ".") {
			t.Errorf("type %s: comment %q is no sentence", typ.Name(), doc)
		}
		for _, f := range fields {
			if !strings.HasSuffix(f.doc, ".") {
				t.Errorf("%s.%s: comment %q is no sentence", typ.Name(), f.key, f.doc)
			}
		}
	}
}

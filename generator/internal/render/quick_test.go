package render

import (
	"reflect"
	"slices"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/diag"
)

// subject is what the templates of this test see.
type subject struct {
	Name   model.Name
	Text   string
	Count  int
	On     bool
	Any    any
	Part   *part
	Parts  []part
	Named  map[string]string
	Nested []any
	None   []string
	Items  []any
	Far    *[]string
}

type part struct {
	*inner
	Name model.Name
	Tags []string
}

type inner struct{ Deep string }

func (s *subject) Method() []part                   { return s.Parts }
func (p part) Value() string                        { return string(p.Name) + "!" }
func (p *part) Pointer() string                     { return "*" + string(p.Name) }
func (s *subject) Join(sep string, n ...any) string { return sep + reflect.ValueOf(n).String() }
func (s *subject) Fails() (string, error)           { return "", &funcError{summary: "no"} }
func (s *subject) Two() (string, *part)             { return "two", nil }
func (s *subject) Panics() string                   { panic("no") }

func newSubject() *subject {
	a := part{&inner{"deep"}, "a", []string{"x", "y"}}
	return &subject{
		Name: "web", Text: "a: b", Count: 3, On: true, Any: &a, Part: &a,
		Parts: []part{a, {nil, "b", nil}}, Named: map[string]string{"k": "v", "j": "u"}, Nested: []any{1, "two", nil}, Far: new([]string), Items: []any{a, &a, part{nil, "c", nil}},
	}
}

// TestQuickAgrees compares quick with text/template: what it finishes must be the
// same, and it must finish what is marked.
func TestQuickAgrees(t *testing.T) {
	for text, finishes := range map[string]bool{
		"plain": true,
		"n: [[.Name]] [[.Text]] [[.Count]] [[.On]]":                                                         true,
		"[[$.Part.Name]] [[.Part.Value]] [[.Part.Pointer]] [[.Part.Deep]]":                                  true,
		"[[.Any.Name]] [[.Any.Pointer]] [[(.Any).Tags]] [[(index .Parts 0).Name]]":                          false,
		"[[range .Parts]][[.Name]][[.Value]][[.Pointer]][[range .Tags]][[.]][[else]]-[[end]][[end]]":        true,
		"[[range $i, $p := .Method]][[if $i]], [[end]][[$i]]: [[$p.Name]] [[$.Name]][[end]]":                true,
		"[[range $p := .Parts]][[$x := $p.Name]][[$x]][[end]]":                                              true,
		"[[range .Nested]][[if .]][[.]][[end]][[end]]":                                                      true,
		"[[range .Named]][[.]][[end]]":                                                                      false,
		"[[range .Count]][[.]][[end]]":                                                                      false,
		"[[range .Parts]][[break]][[end]]":                                                                  false,
		"[[with .Part]][[.Name]] [[$.Name]][[else]]none[[end]]":                                             true,
		"[[with $p := .Part]][[$p.Name]][[end]][[with .Named]][[len .]][[end]]":                             true,
		"[[if and .On .Count]]a[[else if .Name]]b[[end]][[if or .Part.Tags .Name]]c[[end]]":                 true,
		"[[if not .On]]a[[else]]b[[end]][[if eq .Text \"a: b\"]]c[[end]][[if eq .Count 3]]d[[end]]":         true,
		"[[if gt (len .Parts) 1]]a[[end]][[if eq .Name \"web\"]]b[[end]][[if lt .Count 9]]c[[end]]":         false,
		"[[and .On .Text]] [[or .Part.Deep .Text]] [[and 0 .Text]]":                                         true,
		"[[.Text | upper]] [[upper .Name]] [[flow .Named]] [[.Parts | len]] [[true]] [[7]]":                 true,
		"[[list 1 2 | join \",\"]] [[printf \"%d\" .Count]]":                                                false,
		"[[.Join \"-\" 1 .Name]] [[.Join \"-\"]]":                                                           true,
		"[[$x := 1]][[if .On]][[$x = 2]][[end]][[$x]]":                                                      false,
		"[[$x := 1]][[if not .On]][[$x := 2]][[else]][[$x]][[end]][[if .On]][[$x := 3]][[$x]][[end]][[$x]]": true,
		"[[$x := 1]][[range $x := .Nested]][[$x := 5]][[else]][[$x]][[end]][[$x]]":                          true,
		"[[$x := 1]][[range $x := .None]][[$x]][[else]][[len $x]][[end]][[$x]]":                             true,
		"[[with $x := .Part]][[$x.Name]][[with $y := .Tags]][[$x.Name]][[len $y]][[end]][[end]]":            true,
		"[[range .Items]][[.Name]][[end]]":                                                                  true,
		"[[define \"d\"]]<[[.Name]][[$.Name]]>[[end]][[template \"d\" .Part]][[template \"d\" .]]":          true,
		"[[define \"r\"]][[template \"r\" .]][[end]][[if not .On]][[template \"r\" .]][[end]]ok":            true,
		// What comes through a pipe is evaluated before the arguments of and and or.
		"[[if .Missing | or .On]]x[[end]]":               false,
		"[[if .Fails | or .On]]x[[end]]":                 false,
		"[[if ($x := .Text) | and $x]]a[[else]]b[[end]]": false,
		// A variable of an argument is there once that was evaluated, and ends with the range.
		"[[range .Parts]][[$x := 1]][[$y := and .Tags ($x := 2)]][[$x]][[end]]": false,
		"[[$x := 1]][[range list ($x := 5)]][[.]][[end]][[$x]]":                 false,
		// The variable of a range over nothing is the pointer.
		"[[range $x := .Far]][[else]][[if $x]]a[[else]]b[[end]][[end]]": true,
		"[[.Two]]":     false,
		"[[.Named.k]]": false,
		"[[.Missing]]": false, "[[.Part.Missing.More]]": false, "[[.Fails]]": false, "[[.Panics]]": false,
		"[[(index .Parts 1).Deep]]": false, "[[upper 1]]": false, "[[1.5]] [[0x10]] [['a']]": false,
	} {
		var list diag.List
		src := &source{path: "x.yaml.tmpl", target: "x.yaml", display: "x", content: []byte(text)}
		lib := &source{path: "_lib/l.tmpl", target: "_lib/l", display: "l"}
		w := (&run{prog: compile([]*source{src, lib}, &list), cache: newLayouts()}).newWorker(nil)
		if len(list) > 0 {
			t.Fatalf("%s: %s", text, reportText(list))
		}
		w.rec.reset(modeYAML)
		done := w.quick.run("x", newSubject())
		out, values := w.rec.out.String(), slices.Clone(w.rec.printed)
		if done != finishes {
			t.Errorf("%s: finishes is %v", text, done)
		}
		w.rec.reset(modeYAML)
		err := w.set.ExecuteTemplate(&w.rec.out, "x", newSubject())
		if done && (err != nil || out != w.rec.out.String() || !reflect.DeepEqual(values, slices.Clone(w.rec.printed))) {
			t.Errorf("%s:\nquick %q %v\nslow  %q %v %v", text, out, values, w.rec.out.String(), w.rec.printed, err)
		}
	}
}

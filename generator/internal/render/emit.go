package render

import (
	"bytes"
	"fmt"
	"path"
	"reflect"
	"strconv"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Tokens replace values while a text is parsed. They are private use characters, which no
// template may contain. Values may contain them, because nothing parses a value after it is
// inserted.
const (
	tokenPlain = '\ue000' // stands for what may be part of a larger text
	tokenValue = '\ue001' // stands for what must fill a whole scalar
)

// mode is the kind of file that is being rendered.
type mode uint8

const (
	modeText mode = iota
	modeMarkdown
	modeYAML
	modeJSON
)

func modeOf(file string) mode {
	switch path.Ext(file) {
	case ".yaml", ".yml":
		return modeYAML
	case ".json":
		return modeJSON
	case ".md":
		return modeMarkdown
	}
	return modeText
}

func (m mode) structured() bool { return m == modeYAML || m == modeJSON }

// class determines where a value may be printed.
type class uint8

const (
	classNone    class = iota
	className          // harmless characters: prints anywhere
	classAddress       // harmless outside of YAML, a text within
	classBare          // whole numbers and booleans: print anywhere
	classText          // any text
	classFloat
	classTree // map or list
	classFlow // map or list on one line
	classLiteral
	classCell
)

// printed is one value that a template has printed.
type printed struct {
	action int32 // index into program.printed
	class  class
	text   string // of all classes but classTree and classFlow
	value  any    // of classTree and classFlow
}

// emitError refuses a value. It carries the action, which has a place.
type emitError struct {
	action int
	fault
}

// fault is the mistake at a place or in a value, with its remedy.
type fault struct{ code, summary, detail, hint string }

// Error returns the summary.
func (e *emitError) Error() string { return e.summary }

// recorder records the values that the templates of one file print, in order. The functions
// emit and siblings of a worker's template set are its methods.
type recorder struct {
	mode    mode
	out     bytes.Buffer
	printed []printed
	// raw is the text that makes the whole file; nil in all other files.
	raw []byte
	// find is nil in files that may not ask for siblings; found is its answer.
	find  func() Siblings
	found *Siblings
}

func (r *recorder) reset(m mode) {
	r.mode, r.find, r.found = m, nil, nil
	r.out.Reset()
	r.printed, r.raw = r.printed[:0], nil
}

func (r *recorder) siblings() (Siblings, error) {
	switch {
	case r.find == nil:
		return Siblings{}, &funcError{
			summary: "siblings is for kustomization.yaml only",
			detail:  "A kustomization.yaml is rendered after all other files and can list them; this file is rendered before.",
		}
	case r.found == nil:
		found := r.find()
		r.found = &found
	}
	return *r.found, nil
}

// emit returns the text for v: a token, or, in a file without structure, the text of v
// itself.
func (r *recorder) emit(action int, v any) (string, error) {
	if raw, ok := v.(model.Raw); ok {
		return "", r.whole(action, raw)
	}
	p, err := classify(v)
	if err != nil {
		return "", &emitError{action, *err}
	}
	p.action = int32(action)
	if !r.mode.structured() {
		return r.text(p, v)
	}
	if f := r.unfit(p, v); f != nil {
		return "", &emitError{action, *f}
	}
	return r.token(p), nil
}

// token records a value of a structured file and returns its token.
func (r *recorder) token(p printed) string {
	if p.class == classAddress {
		p.class = classText
	}
	r.printed = append(r.printed, p)
	if p.class == className || p.class == classBare {
		return string(tokenPlain)
	}
	return string(tokenValue)
}

// unfit refuses values that a structured file cannot hold in any place.
func (r *recorder) unfit(p printed, v any) *fault {
	switch {
	case p.class == classCell:
		return &fault{codeEscape, "cell is for Markdown", "", "Print the value as it is."}
	case r.mode == modeJSON && (p.class == classTree || p.class == classFlow):
		return &fault{codeEscape, "map or list in a JSON file", "The value is " + describe(v) + ".", "Write it with [[range]]."}
	}
	return nil
}

func (r *recorder) text(p printed, v any) (string, error) {
	switch {
	case p.class == className || p.class == classAddress || p.class == classBare:
		return p.text, nil
	case p.class == classCell && r.mode == modeMarkdown:
		return p.text, nil
	}
	f := fault{
		code: codeEscape, summary: "value cannot be printed here", detail: "The value is " + describe(v) + ".",
		hint: "Outside of YAML only names, paths, addresses, commit ids, owners, whole numbers and booleans print: give the field one of these types in the model.",
	}
	if r.mode == modeMarkdown {
		f.hint = "Write [[… | cell]], which makes a text harmless for Markdown."
	}
	return "", &emitError{int(p.action), f}
}

// classify returns the class of v, by its type alone, and checks texts of harmless types
// again.
func classify(v any) (printed, *fault) {
	switch v := v.(type) {
	case model.Name:
		return harmless(className, string(v), v.Valid(), "a name")
	case model.Path:
		return harmless(className, string(v), v.Valid(), "a path")
	case model.Commit:
		return harmless(className, string(v), v.Valid(), "a commit id")
	case model.URL:
		return harmless(classAddress, string(v), v.Valid(), "a plain address")
	case model.Owner:
		return harmless(classAddress, string(v), v.Valid(), "an owner")
	case flowValue:
		p, err := classify(v.value)
		if p.class == classTree {
			p.class = classFlow
		}
		return p, err
	case literalValue:
		return printed{class: classLiteral, text: v.text}, nil
	case cellText:
		return printed{class: classCell, text: string(v)}, nil
	case nil:
		return printed{}, &fault{codeExec, "no value to print", "", "Guard the action with [[if]] or [[with]]."}
	case *yamltree.Node, yamltree.Ordered:
		return treeValue(v)
	}
	return classifyKind(v, reflect.ValueOf(v))
}

func harmless(c class, text string, valid bool, what string) (printed, *fault) {
	if !valid {
		return printed{}, &fault{codeEscape, "value is not " + what, fmt.Sprintf("The value is %q.", cut(text, 60)), ""}
	}
	return printed{class: c, text: text}, nil
}

func classifyKind(v any, rv reflect.Value) (printed, *fault) {
	switch rv.Kind() {
	case reflect.Pointer, reflect.Interface:
		if rv.IsNil() {
			return classify(nil)
		}
		return classify(rv.Elem().Interface())
	case reflect.String:
		return printed{class: classText, text: rv.String()}, nil
	case reflect.Bool:
		return printed{class: classBare, text: strconv.FormatBool(rv.Bool())}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return printed{class: classBare, text: strconv.FormatInt(rv.Int(), 10)}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return printed{class: classBare, text: strconv.FormatUint(rv.Uint(), 10)}, nil
	case reflect.Float32, reflect.Float64:
		return printed{class: classFloat, text: yamltree.EncodeFlow(rv.Float())}, checkFloat(rv.Float())
	}
	return treeValue(v)
}

func treeValue(v any) (printed, *fault) {
	if f := checkTree(v, 0); f != nil {
		return printed{}, f
	}
	return printed{class: classTree, value: v}, nil
}

var rawFault = fault{codeEscape, "value must be the whole file", "It is a file of the user's own, byte by byte.",
	"Let the template print it and nothing else; comments of the template may stand beside it."}

// whole records a text that is a whole file. No value may be printed before it.
func (r *recorder) whole(action int, raw model.Raw) error {
	if r.raw != nil || len(bytes.TrimSpace(r.out.Bytes())) > 0 {
		return &emitError{action, rawFault}
	}
	r.raw = append([]byte{}, raw...)
	r.printed = append(r.printed, printed{action: int32(action), class: classText})
	return nil
}

// whole returns the file that a raw text makes. Nothing may be printed after it.
func (w *worker) whole(j *job) *outcome {
	if len(bytes.TrimSpace(w.rec.out.Bytes())) > 0 {
		return &outcome{problems: []problem{w.printedProblem(0, rawFault)}}
	}
	o := w.outcome(j, w.rec.raw)
	o.file.Exact = bytes.IndexByte(w.rec.raw, '\r') >= 0
	return o
}

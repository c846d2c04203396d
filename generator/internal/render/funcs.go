package render

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/Masterminds/sprig/v3"
)

// Function describes one function that templates can call.
type Function struct {
	Name  string
	Usage string // the arguments; the last one can come through a pipe
	Does  string // one line
}

// Functions returns all functions for templates: our own, then those of Go
// templates, then the chosen ones of sprig. There is no clock, no environment, no
// network, no chance and nothing that changes its arguments.
func Functions() []Function {
	return slices.Concat(ownFunctions(), goFunctions(), sprigFunctions())
}

func ownFunctions() []Function {
	return []Function{
		{"cell", "VALUE", "a text for a Markdown file, made harmless for tables and prose"},
		{"flow", "VALUE", "a map or list on one line: {a: b}"},
		{"literal", "TEXT", "a text of several lines as a YAML block: |"},
		{"siblings", "", "the other files of this folder: .Resources, .Patches, .Components; kustomization.yaml only"},
		{"sortedKeys", "MAP", "the keys of a map, sorted"},
	}
}

func goFunctions() []Function {
	return []Function{
		{"and", "A B...", "the first empty argument, or the last"},
		{"or", "A B...", "the first argument that is not empty, or the last"},
		{"not", "A", "whether A is empty"},
		{"eq", "A B...", "whether A equals B or one of the others"},
		{"ne", "A B", "whether A differs from B"},
		{"lt", "A B", "whether A is less than B"},
		{"le", "A B", "whether A is less than B or equal"},
		{"gt", "A B", "whether A is greater than B"},
		{"ge", "A B", "whether A is greater than B or equal"},
		{"index", "MAP KEY...", "an element of a map or list"},
		{"len", "VALUE", "the length of a text, map or list"},
		{"slice", "VALUE FROM TO", "a part of a text or list"},
		{"print", "VALUE...", "the values as one text"},
		{"printf", "FORMAT VALUE...", "a text after a format of Go"},
		{"println", "VALUE...", "the values as one text with a line feed"},
	}
}

func sprigFunctions() []Function {
	return []Function{
		{"add", "A B...", "the sum"},
		{"append", "LIST VALUE", "the list with one more element"},
		{"base", "PATH", "the last segment of a path"},
		{"coalesce", "A B...", "the first argument that is not empty"},
		{"concat", "LIST LIST...", "all elements of several lists"},
		{"contains", "PART TEXT", "whether a text contains a part"},
		{"default", "DEFAULT VALUE", "the value, or the default when it is empty"},
		{"dict", "KEY VALUE...", "a map"},
		{"dir", "PATH", "a path without its last segment"},
		{"div", "A B", "the quotient, whole numbers"},
		{"empty", "VALUE", "whether a value is empty"},
		{"first", "LIST", "the first element"},
		{"hasPrefix", "PREFIX TEXT", "whether a text begins with a prefix"},
		{"hasSuffix", "SUFFIX TEXT", "whether a text ends with a suffix"},
		{"initial", "LIST", "all elements but the last"},
		{"join", "SEPARATOR LIST", "the elements as one text"},
		{"last", "LIST", "the last element"},
		{"list", "VALUE...", "a list"},
		{"lower", "TEXT", "a text in lower case"},
		{"max", "A B...", "the greatest number"},
		{"min", "A B...", "the least number"},
		{"mod", "A B", "the remainder of a division"},
		{"mul", "A B...", "the product"},
		{"replace", "OLD NEW TEXT", "a text with all of OLD replaced by NEW"},
		{"rest", "LIST", "all elements but the first"},
		{"reverse", "LIST", "the elements in reverse order"},
		{"sha256sum", "TEXT", "the SHA-256 of a text in hexadecimal digits"},
		{"splitList", "SEPARATOR TEXT", "the parts of a text"},
		{"sub", "A B", "the difference"},
		{"ternary", "A B CONDITION", "A when the condition holds, else B"},
		{"toString", "VALUE", "a value as text"},
		{"trim", "TEXT", "a text without spaces around it"},
		{"trimPrefix", "PREFIX TEXT", "a text without a prefix"},
		{"trimSuffix", "SUFFIX TEXT", "a text without a suffix"},
		{"trunc", "LENGTH TEXT", "the first characters of a text"},
		{"uniq", "LIST", "the elements without repetitions"},
		{"upper", "TEXT", "a text in upper case"},
	}
}

const siblingsName = "siblings"

// parserFuncs returns the names that the parser accepts. What is missing here
// (call, html, js, urlquery among others) cannot be called at all.
func parserFuncs() map[string]any {
	known := map[string]any{}
	for _, f := range Functions() {
		known[f.Name] = true
	}
	return known
}

// execFuncs returns the functions that do not depend on the file being rendered.
// Those of Go templates are there already.
func execFuncs() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	chosen := template.FuncMap{"cell": cell, "flow": flow, "literal": literal, "sortedKeys": sortedKeys}
	for _, f := range sprigFunctions() {
		chosen[f.Name] = takingNames(all[f.Name])
	}
	return chosen
}

var (
	stringType = reflect.TypeFor[string]()
	anyType    = reflect.TypeFor[any]()
	errorType  = reflect.TypeFor[error]()
)

// takingNames returns fn with every string parameter accepting all types whose
// kind is string. Go templates would refuse a model.Name where a string is wanted.
func takingNames(fn any) any {
	f := reflect.ValueOf(fn)
	in, wanted := looseParameters(f.Type())
	if !wanted {
		return fn
	}
	out := []reflect.Type{f.Type().Out(0), errorType}
	loose := reflect.FuncOf(in, out, false)
	return reflect.MakeFunc(loose, func(args []reflect.Value) []reflect.Value {
		for i, arg := range args {
			if in[i] != anyType || f.Type().In(i) != stringType {
				continue
			}
			text, err := asText(arg.Interface())
			if err != nil {
				return []reflect.Value{reflect.Zero(out[0]), reflect.ValueOf(&err).Elem()}
			}
			args[i] = reflect.ValueOf(text)
		}
		return append(f.Call(args)[:1:1], reflect.Zero(errorType))
	}).Interface()
}

// looseParameters returns fn's parameters with any for string, and whether there
// was one. No chosen function has a variadic parameter next to a string.
func looseParameters(fn reflect.Type) (in []reflect.Type, found bool) {
	if fn.IsVariadic() {
		return nil, false
	}
	for i := range fn.NumIn() {
		t := fn.In(i)
		if t == stringType {
			t, found = anyType, true
		}
		in = append(in, t)
	}
	return in, found
}

// asText returns the text of a value whose kind is string.
func asText(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.String {
		return "", &funcError{
			summary: "a text is wanted here", detail: "The argument is " + describe(v) + ".",
			hint: "Convert it with toString.",
		}
	}
	return rv.String(), nil
}

// funcError is a mistake in the arguments of one of our functions.
type funcError struct{ summary, detail, hint string }

// Error returns the summary; the rest goes into the diagnostic.
func (e *funcError) Error() string { return e.summary }

// flowValue is a value that is to be laid out on one line.
type flowValue struct{ value any }

// literalValue is a text that is to be laid out as a YAML block.
type literalValue struct{ text string }

// cellText is harmless in Markdown.
type cellText string

func flow(v any) flowValue { return flowValue{v} }

func literal(v any) (literalValue, error) {
	text, err := asText(v)
	return literalValue{text}, err
}

// sortedKeys returns the keys of a map whose keys are texts, as a list of the
// keys' type, so that names stay names.
func sortedKeys(v any) (any, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Map || rv.Type().Key().Kind() != reflect.String {
		return nil, &funcError{summary: "sortedKeys wants a map", detail: "The argument is " + describe(v) + "."}
	}
	keys := rv.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	out := reflect.MakeSlice(reflect.SliceOf(rv.Type().Key()), 0, len(keys))
	return reflect.Append(out, keys...).Interface(), nil
}

// cell returns a value as text that Markdown shows unchanged, in a table or outside: one
// line, no markup, no HTML, no link.
func cell(v any) (cellText, error) {
	switch rv := reflect.Indirect(reflect.ValueOf(v)); rv.Kind() {
	case reflect.String:
		return escapeCell(rv.String()), nil
	case reflect.Bool:
		return cellText(strconv.FormatBool(rv.Bool())), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cellText(strconv.FormatInt(rv.Int(), 10)), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return cellText(strconv.FormatUint(rv.Uint(), 10)), nil
	case reflect.Float32, reflect.Float64:
		return cellText(strconv.FormatFloat(rv.Float(), 'g', -1, 64)), nil
	}
	return "", &funcError{
		summary: "cell wants a text, a number or a boolean", detail: "The argument is " + describe(v) + ".",
		hint: "Join a list first: [[.List | join \", \" | cell]].",
	}
}

func escapeCell(s string) cellText {
	var b strings.Builder
	runes := []rune(strings.ToValidUTF8(strings.TrimSpace(s), "\ufffd"))
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			b.WriteByte(' ')
		case isInvisible(r):
			b.WriteRune('\ufffd')
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case isMarkup(runes, i):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return cellText(b.String())
}

// isMarkup reports whether Markdown may interpret the character at i.
func isMarkup(text []rune, i int) bool {
	switch r := text[i]; r {
	case '\\', '|', '`', '*', '[', ']', '~':
		return true
	case '_': // within a word it means nothing
		return i == 0 || i == len(text)-1 || !isWord(text[i-1]) || !isWord(text[i+1])
	case '#', '>', '+', '-', '=':
		return i == 0
	case '.', ')': // 1. begins a list
		return i > 0 && strings.Trim(string(text[:i]), "0123456789") == "" && (i == len(text)-1 || text[i+1] == ' ')
	}
	return false
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// isInvisible holds for characters that make a text look like another one: marks
// for the direction of writing, the byte order mark, and our tokens' neighbours.
func isInvisible(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff
}

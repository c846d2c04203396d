package render

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// funcError is what our own functions say about their arguments.
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

// cell returns a value as text that Markdown shows as it is, in a table or outside
// of one: one line, no markup, no HTML, no link.
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

// isMarkup reports whether the character at i may mean something to Markdown.
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

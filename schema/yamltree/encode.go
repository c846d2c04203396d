package yamltree

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// EncodeScalar returns s as a YAML scalar on one line. It is plain when no reader,
// YAML 1.1 or 1.2, in block or in flow context, could take it for anything but this
// text; otherwise it is double-quoted. Bytes that are not UTF-8 become U+FFFD.
func EncodeScalar(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for _, r := range s {
		escape(&b, r)
	}
	b.WriteByte('"')
	return b.String()
}

// escape writes one character of a double-quoted scalar. It escapes invisible characters:
// controls, formats such as bidirectional marks, private and surrogate code points, spaces
// other than U+0020, line separators and noncharacters.
func escape(b *strings.Builder, r rune) {
	switch {
	case r == '"' || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r == ' ' || !unicode.In(r, unicode.C, unicode.Z) && !isNoncharacter(r):
		b.WriteRune(r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		fmt.Fprintf(b, `\U%08X`, r)
	}
}

func isNoncharacter(r rune) bool {
	return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
}

// isPlain accepts only texts that are certainly safe without quotes.
func isPlain(s string) bool {
	if s == "" || s[len(s)-1] == ' ' || s[len(s)-1] == ':' || strings.Contains(s, ": ") || !plainStart(s) {
		return false
	}
	for i := range len(s) {
		if !plainByte(s[i]) {
			return false
		}
	}
	return !isReserved(s) && !isNumeric(s)
}

// plainStart admits relative paths beside words: no number begins like them.
func plainStart(s string) bool {
	return isAlphanumeric(s[0]) || s[0] == '/' || s[0] == '$' || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "./")
}

func plainByte(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte(" _./:@%+=~$()-", c) >= 0
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isReserved detects words that some reader takes for a boolean, null or a number.
func isReserved(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity":
		return true
	}
	return false
}

// isNumeric reports whether s may be taken for a number, a time or a date: s starts with a
// digit and has only characters of these, in any base and notation. It is also true for
// versions such as 1.2.3 and for hexadecimal digests, whose quotes are harmless.
func isNumeric(s string) bool {
	if s[0] < '0' || s[0] > '9' {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte("0123456789abcdefABCDEFxXoOpPtTzZ_.:+- ", s[i]) < 0 {
			return false
		}
	}
	return true
}

// Ordered is a map for the encoders that keeps its order.
type Ordered []Pair

// Pair is one entry of an Ordered map.
type Pair struct {
	Key   string
	Value any
}

// EncodeFlow returns v on one line: {a: 1, b: [x, y]}. It accepts what EncodeBlock
// accepts.
func EncodeFlow(v any) string { return string(AppendFlow(nil, v)) }

// AppendFlow appends the result of EncodeFlow to dst.
func AppendFlow(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	writeFlow(b, toShape(v))
	return b.Bytes()
}

// EncodeBlock returns v as block YAML without a line break at the end. All lines but
// the first are indented by indent spaces; lists stand deeper than their key. Empty
// maps and lists are {} and [].
//
// Values are strings, booleans, numbers, maps with string keys (written in the order of
// their keys), Ordered maps, slices, *Node, pointers to these, and nil for null; named
// types count as their underlying types. Another type is a mistake of the caller and
// panics. A text of a *Node with several lines is written as a literal block, where that
// reads back as the same text.
func EncodeBlock(v any, indent int) string { return string(AppendBlock(nil, v, indent)) }

// AppendBlock appends the result of EncodeBlock to dst.
func AppendBlock(dst []byte, v any, indent int) []byte {
	b := bytes.NewBuffer(dst)
	s := toShape(v)
	s.lines = ""
	writeBlock(b, s, indent)
	return b.Bytes()
}

// shape is a value to be encoded: a scalar, a map or a list.
type shape struct {
	scalar string
	lines  string // a scalar of several lines that can stand as they are; empty for others
	pairs  []Pair
	items  []any
	kind   Kind // Map, List, or String for any scalar
}

func writeFlow(b *bytes.Buffer, s shape) {
	switch s.kind {
	case Map:
		b.WriteByte('{')
		for i, p := range s.pairs {
			separate(b, i)
			writeKey(b, p.Key, inFlow)
			b.WriteByte(' ')
			writeFlow(b, toShape(p.Value))
		}
		b.WriteByte('}')
	case List:
		b.WriteByte('[')
		for i, item := range s.items {
			separate(b, i)
			writeFlow(b, toShape(item))
		}
		b.WriteByte(']')
	default:
		b.WriteString(s.scalar)
	}
}

// longestKey is safely below the 1024 characters within which a reader must find the
// ":" after a key.
const longestKey = 1000

// inFlow is the indent of flow style.
const inFlow = -1

// writeKey writes a key and its colon. A very long key begins with "? "; in block style,
// for which indent is not negative, its colon has a line of its own.
func writeKey(b *bytes.Buffer, key string, indent int) {
	scalar := EncodeScalar(key)
	long := len(scalar) > longestKey
	if long {
		b.WriteString("? ")
	}
	b.WriteString(scalar)
	if long && indent >= 0 {
		newLine(b, 1, indent)
	}
	b.WriteByte(':')
}

func separate(b *bytes.Buffer, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}

// inline reports whether s is written on the line of its key.
func (s shape) inline() bool { return len(s.pairs) == 0 && len(s.items) == 0 }

func writeBlock(b *bytes.Buffer, s shape, indent int) {
	if s.lines != "" {
		writeLiteral(b, s.lines, indent)
		return
	}
	if s.inline() {
		writeFlow(b, s)
		return
	}
	for i, p := range s.pairs {
		newLine(b, i, indent)
		writeKey(b, p.Key, indent)
		writeUnder(b, toShape(p.Value), indent+2)
	}
	for i, item := range s.items {
		newLine(b, i, indent)
		b.WriteString("- ")
		writeBlock(b, toShape(item), indent+2)
	}
}

// writeUnder writes the value of a key: on its line, or below it.
func writeUnder(b *bytes.Buffer, s shape, indent int) {
	if s.inline() {
		b.WriteByte(' ')
	} else {
		newLine(b, 1, indent)
	}
	writeBlock(b, s, indent)
}

// writeLiteral writes a literal block scalar.
func writeLiteral(b *bytes.Buffer, text string, indent int) {
	b.WriteByte('|')
	body, ended := strings.CutSuffix(text, "\n")
	if !ended {
		b.WriteByte('-')
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line == "" {
			b.WriteByte('\n')
			continue
		}
		newLine(b, 1, indent)
		b.WriteString(line)
	}
}

// literal returns a text that a literal block reads back unchanged, and "" for any other
// text: its first and last lines are not empty, no line ends with a space, and all
// characters are visible.
func literal(text string) string {
	body := strings.TrimSuffix(text, "\n")
	if !strings.Contains(body, "\n") || body[0] == ' ' || body[0] == '\n' || strings.HasSuffix(body, "\n") {
		return ""
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasSuffix(line, " ") || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
			return ""
		}
	}
	return text
}

func newLine(b *bytes.Buffer, i, indent int) {
	if i > 0 {
		b.WriteByte('\n')
		for range indent {
			b.WriteByte(' ')
		}
	}
}

func toShape(v any) shape {
	switch v := v.(type) {
	case nil:
		return shape{kind: String, scalar: "null"}
	case string:
		return shape{kind: String, scalar: EncodeScalar(v)}
	case Ordered:
		return shape{kind: Map, pairs: v}
	case bool:
		return shape{kind: String, scalar: strconv.FormatBool(v)}
	case int:
		return shape{kind: String, scalar: strconv.Itoa(v)}
	case []Ordered:
		s := shape{kind: List, items: make([]any, len(v))}
		for i := range v {
			s.items[i] = v[i]
		}
		return s
	case *Node:
		return nodeShape(v)
	}
	return reflectShape(reflect.ValueOf(v))
}

func nodeShape(n *Node) shape {
	switch {
	case n == nil || n.Kind == Null:
		return shape{kind: String, scalar: "null"}
	case n.Kind == Map:
		s := shape{kind: Map}
		for _, e := range n.Entries {
			s.pairs = append(s.pairs, Pair{e.Key, e.Value})
		}
		return s
	case n.Kind == List:
		s := shape{kind: List}
		for _, item := range n.Items {
			s.items = append(s.items, item)
		}
		return s
	case n.Kind == String:
		return shape{kind: String, scalar: EncodeScalar(n.Text), lines: literal(n.Text)}
	}
	return shape{kind: String, scalar: n.Text}
}

func reflectShape(v reflect.Value) shape {
	switch v.Kind() {
	case reflect.String:
		return shape{kind: String, scalar: EncodeScalar(v.String())}
	case reflect.Bool:
		return shape{kind: String, scalar: strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return shape{kind: String, scalar: strconv.FormatInt(v.Int(), 10)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return shape{kind: String, scalar: strconv.FormatUint(v.Uint(), 10)}
	case reflect.Float32, reflect.Float64:
		return shape{kind: String, scalar: encodeFloat(v.Float())}
	case reflect.Pointer:
		if v.IsNil() {
			return toShape(nil)
		}
		return toShape(v.Elem().Interface())
	case reflect.Map:
		return mapShape(v)
	case reflect.Slice, reflect.Array:
		s := shape{kind: List, items: make([]any, 0, v.Len())}
		for i := range v.Len() {
			s.items = append(s.items, v.Index(i).Interface())
		}
		return s
	}
	panic(fmt.Sprintf("yamltree: cannot encode %v", v.Type()))
}

func mapShape(v reflect.Value) shape {
	if v.Type().Key().Kind() != reflect.String {
		panic(fmt.Sprintf("yamltree: cannot encode %v", v.Type()))
	}
	s := shape{kind: Map, pairs: make([]Pair, 0, v.Len())}
	for iter := v.MapRange(); iter.Next(); {
		s.pairs = append(s.pairs, Pair{iter.Key().String(), iter.Value().Interface()})
	}
	slices.SortFunc(s.pairs, func(a, b Pair) int { return strings.Compare(a.Key, b.Key) })
	return s
}

func encodeFloat(f float64) string {
	switch text := strconv.FormatFloat(f, 'f', -1, 64); text {
	case "NaN":
		return ".nan"
	case "+Inf":
		return ".inf"
	case "-Inf":
		return "-.inf"
	default:
		return text
	}
}

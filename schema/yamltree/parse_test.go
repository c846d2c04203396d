package yamltree

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/diag"
)

// brief renders findings as "line:column-end code" for comparison.
func brief(list diag.List) string {
	var lines []string
	for _, d := range list.Sorted() {
		lines = append(lines, fmt.Sprintf("%d:%d-%d %s", d.Subject.Line, d.Subject.Column, d.Subject.EndColumn, d.Code))
	}
	return strings.Join(lines, "\n")
}

func TestParseFindings(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"empty":                     {"", "1:1-1 yaml/empty"},
		"comments only":             {"# a\n\n# b\n", "1:1-1 yaml/empty"},
		"marker only":               {"---\n", "1:1-1 yaml/empty"},
		"bad byte":                  {"a: 1\nbä: \xff\xfe\n", "2:5-6 yaml/utf8"},
		"bad byte and tab":          {"x: \xff\n\ty: 1\n", "1:4-5 yaml/utf8\n2:1-2 yaml/tab"},
		"utf-16":                    {"\xff\xfea\x00", "1:1-1 yaml/utf8"},
		"control character":         {"a: b\nc: \x01\x02\n", "2:4-5 yaml/syntax"},
		"line separator":            {"# x\u2028y\na: 1\n", "1:4-5 yaml/syntax"},
		"lone carriage return":      {"a: 1\rb: 2\n", "1:5-6 yaml/syntax"},
		"byte order mark inside":    {"a: \ufeffb\n", "1:4-5 yaml/syntax"},
		"tabs":                      {"a:\n\tb: 1\n\tc: 1\nd: |\n  \tx\n", "2:1-2 yaml/tab\n3:1-2 yaml/tab"},
		"tab ends a block scalar":   {"a: |\n  x\n\ty\n", "3:1-2 yaml/tab"},
		"tab starts a block scalar": {"a: |\n  \tx\n", "2:3-4 yaml/tab"},
		"tab on a blank line":       {"a:\n  b: 1\n\t\nc: 1\n", "3:1-2 yaml/tab"},
		"tab after a dash":          {"a:\n- \tb: 1\n", "2:3-4 yaml/tab"},
		"second document":           {"a: 1\n---\nb: 2\n", "2:1-4 yaml/document"},
		"second empty document":     {"a: 1\n---\n", "2:1-4 yaml/document"},
		"broken second document":    {"a: 1\na: 2\n---\nb: @\n", "2:1-2 yaml/duplicate-key\n4:1-5 yaml/syntax"},
		"duplicates":                {"a: 1\nb: 1\na: 2\nc: {\"d\": 1, d: 2}\n", "3:1-2 yaml/duplicate-key\n4:13-14 yaml/duplicate-key"},
		"number key":                {"8080: x\n", "1:1-5 yaml/key"},
		"boolean, null, float keys": {"true: 1\nnull: 1\n1.5: 1\n", "1:1-5 yaml/key\n2:1-5 yaml/key\n3:1-4 yaml/key"},
		"map key":                   {"? [a]\n: b\nc: {{x}}\n", "1:3-4 yaml/key\n3:5-6 yaml/key"},
		"anchor and alias":          {"a: &x 1\nb: *x\n", "1:4-8 yaml/alias\n2:4-5 yaml/alias"},
		"unknown alias":             {"b: 1\na: *x\n", "2:1-6 yaml/alias"},
		"merge key":                 {"<<: {a: 1}\n", "1:1-3 yaml/alias"},
		"tags":                      {"a: ! foo\nb: !!str 3\nc: !x {}\nd: ! []\n", "1:4-9 yaml/alias\n2:4-11 yaml/alias\n3:4-5 yaml/alias\n4:4-5 yaml/alias"},
		"deep":                      {strings.Repeat("[", 65) + strings.Repeat("]", 65), "1:65-66 yaml/depth"},
		"very deep":                 {strings.Repeat("[", 20000), "1:1-20001 yaml/depth"},
		"colon in value":            {"x: 1\na: b: c\n", "2:1-8 yaml/syntax"},
		"dedent to nowhere":         {"a:\n  b: 1\n c: 2\nd: 3\n", "3:2-6 yaml/syntax"},
		"dedent after comments":     {"a:\n  b: 1\n\n  # x\n\n c: 2\nd: 3\n", "6:2-6 yaml/syntax"},
		"map after list":            {"- a\n- b\nc: 1\n", "3:1-5 yaml/syntax"},
		"missing colon":             {"a: 1\nb\nc: 2\n", "2:1-2 yaml/syntax"},
		"special character":         {"a: 1\nb: @x\n", "2:1-6 yaml/syntax"},
		"unclosed quote, line 1":    {"a: \"x\nb: 1\n", "1:1-6 yaml/syntax"},
		"unclosed quote, line 2":    {"a: 1\nb: \"x\nc: 1\n", "2:1-6 yaml/syntax"},
		"unclosed quote after one":  {"a: \"x\n  y\"\nb: 'x\nc: 1\n", "3:1-6 yaml/syntax"},
		"unclosed list":             {"x: 1\na: [1, 2\nb: 3\n", "2:1-9 yaml/syntax"},
		"unclosed map":              {"a: {b: c\nd: e\n", "1:1-9 yaml/syntax"},
		"unquoted placeholder":      {"x: 1\nhost: {env}.example.com\ny: 2\n", "2:1-24 yaml/syntax"},
		"bad escape":                {"a: 1\nk: \"\\d\"\n", "2:1-8 yaml/syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			_, list := Parse("f.yaml", []byte(c.src))
			if got := brief(list); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s\n%+v", got, c.want, list)
			}
		})
	}
}

func TestParseSize(t *testing.T) {
	_, list := Parse("f.yaml", make([]byte, maxBytes+1))
	if got := brief(list); got != "0:0-0 yaml/size" {
		t.Errorf("got %s", got)
	}
}

func TestParseDetails(t *testing.T) {
	for name, c := range map[string]struct{ src, summary, detail, hint string }{
		"duplicate": {"web: 1\nb: 1\nweb: 2\n", `duplicate key "web"`, `The first "web" is on line 1.`, "Join the two, or rename one."},
		"number":    {"8080: x\n", "a key must be text, found the number 8080", "", `Put it in quotes: "8080".`},
		"syntax": {"a: b: c\n", `a ":" is not possible here`, "The YAML reader says: mapping values are not allowed in this context.",
			`Put a text that contains ": " in quotes, or correct the indentation of this line.`},
	} {
		t.Run(name, func(t *testing.T) {
			_, list := Parse("f.yaml", []byte(c.src))
			if len(list) != 1 || list[0].Summary != c.summary || list[0].Detail != c.detail || list[0].Hint != c.hint {
				t.Errorf("got %+v", list)
			}
		})
	}
}

// outline renders a tree with the place of each key and value.
func outline(n *Node) string {
	var b strings.Builder
	writeOutline(&b, n)
	return b.String()
}

func writeOutline(b *strings.Builder, n *Node) {
	fmt.Fprintf(b, "%d@%s", n.Kind, at(n.Range))
	switch n.Kind {
	case Map:
		for _, e := range n.Entries {
			fmt.Fprintf(b, " (%s@%s ", e.Key, at(e.KeyRange))
			writeOutline(b, e.Value)
			b.WriteString(")")
		}
	case List:
		for _, item := range n.Items {
			b.WriteString(" - ")
			writeOutline(b, item)
		}
	default:
		fmt.Fprintf(b, " %q", n.Text)
	}
}

func at(r diag.Range) string { return fmt.Sprintf("%d:%d-%d", r.Line, r.Column, r.EndColumn) }

func TestParsePlaces(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"characters":     {"é: \"ü\\n\" # x\n", `5@1:1-2 (é@1:1-2 4@1:4-9 "ü\n")`},
		"mark and crlf":  {"\ufeffa: b\r\nc:\r\n  d: e\r\n", `5@1:1-2 (a@1:1-2 4@1:4-5 "b") (c@2:1-2 5@3:3-4 (d@3:3-4 4@3:6-7 "e"))`},
		"quotes":         {"'a''b': 'c''d'\n\"e\\\"\": f\n", `5@1:1-7 (a'b@1:1-7 4@1:9-15 "c'd") (e"@2:1-6 4@2:8-9 "f")`},
		"several lines":  {"a: b # c\nd: e\n  f\ng: \"h\n  i\"\n", `5@1:1-2 (a@1:1-2 4@1:4-5 "b") (d@2:1-2 4@2:4-5 "e f") (g@4:1-2 4@4:4-6 "h i")`},
		"block scalars":  {"a: |-  # x\n  b\nc: >\n  d\n", `5@1:1-2 (a@1:1-2 4@1:4-6 "b") (c@3:1-2 4@3:4-5 "d\n")`},
		"lists":          {"a:\n- b\n- [c, {}]\n-\n", `5@1:1-2 (a@1:1-2 6@2:1-2 - 4@2:3-4 "b" - 6@3:3-4 - 4@3:4-5 "c" - 5@3:7-8 - 0@4:2-2 "")`},
		"nothing":        {"a:\nb: ~\n", `5@1:1-2 (a@1:1-2 0@1:3-3 "") (b@2:1-2 0@2:4-5 "~")`},
		"kinds":          {"[True, 0x10, 1.5, .inf, 2001-12-14, yes, '1', 1_0]", `6@1:1-2 - 1@1:2-6 "True" - 2@1:8-12 "0x10" - 3@1:14-17 "1.5" - 3@1:19-23 ".inf" - 4@1:25-35 "2001-12-14" - 4@1:37-40 "yes" - 4@1:42-45 "1" - 2@1:47-50 "1_0"`},
		"words as keys":  {"on: 1\ny: 2\n2001-12-14: 3\n", `5@1:1-3 (on@1:1-3 2@1:5-6 "1") (y@2:1-2 2@2:4-5 "2") (2001-12-14@3:1-11 2@3:13-14 "3")`},
		"explicit start": {"%YAML 1.1\n---\na: 1\n...\n", `5@3:1-2 (a@3:1-2 2@3:4-5 "1")`},
		"tab in a block": {"a: |\n  x\n  \ty\nb: {\n\tc: 1}\n", `5@1:1-2 (a@1:1-2 4@1:4-5 "x\n\ty\n") (b@4:1-2 5@4:4-5 (c@5:2-3 2@5:5-6 "1"))`},
	} {
		t.Run(name, func(t *testing.T) {
			n, list := Parse("f.yaml", []byte(c.src))
			if len(list) > 0 {
				t.Fatalf("findings: %+v", list)
			}
			if got := outline(n); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb: [x, {y: \"z\"}]\n", "a:\n\tb: 1\n", "a: &x 1\nb: *x\n<<: *x\n", "a: |\n  x\nb: >-\n  y\n", "a: 1\n---\nb: 2\n...\n",
		"\ufeffé: \u2028\r\n", "? [a]\n: b\n", "a: \"\\u2028\n", "8080: x\na: 1\na: 2\n", "a:\n  b: 1\n c: 2\n", "# x\n- - a\n  - b # y\n\n# z\n",
		"%YAML 1.1\n---\n! a", "\xff\xfea\x00", "x: {{y}}\n", "a: 'b''c'\n  d\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, list := Parse("f.yaml", src)
		if n == nil && !list.HasErrors() {
			t.Fatal("neither a tree nor a finding")
		}
		lines := strings.Split(strings.TrimPrefix(string(src), "\ufeff"), "\n")
		for _, d := range list {
			checkRange(t, d.Subject, lines)
			if utf8.RuneCountInString(d.Summary) > 60 || d.Summary == "" {
				t.Errorf("summary %q", d.Summary)
			}
		}
		checkTree(t, n, lines)
		Decode(n, &fuzzed{}, DecodeOptions{})
	})
}

type fuzzed struct {
	A string            `yaml:"a" required:"true"`
	B map[string][]int  `yaml:"b"`
	C map[string]fuzzed `yaml:"c"`
	D *bool             `yaml:"d"`
}

func checkTree(t *testing.T, n *Node, lines []string) {
	if n == nil {
		return
	}
	checkRange(t, n.Range, lines)
	for _, e := range n.Entries {
		checkRange(t, e.KeyRange, lines)
		checkTree(t, e.Value, lines)
	}
	for _, item := range n.Items {
		checkTree(t, item, lines)
	}
}

func checkRange(t *testing.T, r diag.Range, lines []string) {
	t.Helper()
	if r.File != "f.yaml" || r.Line < 1 || r.Line > len(lines) {
		t.Fatalf("place %+v is not in the file", r)
	}
	width := utf8.RuneCountInString(lines[r.Line-1])
	if r.Column < 1 || r.Column > width+1 || r.EndColumn < r.Column || r.EndColumn > width+1 {
		t.Fatalf("place %+v is not in line %q", r, lines[r.Line-1])
	}
}

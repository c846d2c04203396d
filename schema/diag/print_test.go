package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// expect renders findings and compares the whole text, whose first line feed is for
// the eye.
func expect(t *testing.T, list List, sources Sources, want string) {
	t.Helper()
	var b strings.Builder
	if err := WriteText(&b, list, sources); err != nil {
		t.Fatal(err)
	}
	if want = strings.TrimPrefix(want, "\n"); b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// finding is a list of one error at a place of a.yaml.
func finding(line, column, end int) List {
	var list List
	list.Error(Range{"a.yaml", line, column, end}, "a/code", "summary")
	return list
}

func source(text string) Sources { return Sources{"a.yaml": []byte(text)} }

func TestWriteText(t *testing.T) {
	var list List
	d := list.Error(Range{"a.yaml", 2, 3, 10}, "spec/unknown-key", `unknown key "replica"`)
	d.Detail, d.Hint = "Keys are fixed.\nThis is none.", `Did you mean "replicas"?`
	list.Warning(Range{"a.yaml", 1, 1, 4}, "spec/later", "not yet").Hint = "Wait.\nOr not."
	expect(t, list, source("web:\n  replica: 3\n"), `
a.yaml:1:1: warning: not yet [spec/later]
    1 | web:
      | ^^^
  hint: Wait.
  Or not.
a.yaml:2:3: error: unknown key "replica" [spec/unknown-key]
    2 |   replica: 3
      |   ^^^^^^^
  Keys are fixed.
  This is none.
  hint: Did you mean "replicas"?
`)
}

func TestWriteTextWithoutSnippet(t *testing.T) {
	const headline = "a.yaml:3:1: error: summary [a/code]\n"
	expect(t, nil, nil, "")
	expect(t, finding(3, 1, 2), nil, headline)
	expect(t, finding(3, 1, 2), Sources{"b.yaml": []byte("a\nb\nc\n")}, headline)
	expect(t, finding(3, 1, 2), source(""), headline)
	expect(t, finding(3, 1, 2), source("a\nb"), headline)
	expect(t, finding(0, 0, 0), source("a\n"), "a.yaml: error: summary [a/code]\n")
	nowhere := finding(3, 1, 2)
	nowhere[0].Subject = Range{}
	expect(t, nowhere, source("a\n"), "error: summary [a/code]\n")
}

func TestWriteTextAtTheEdges(t *testing.T) {
	for name, c := range map[string]struct {
		list      List
		src, want string
	}{
		"a point":             {finding(1, 3, 3), "abcd\n", "    1 | abcd\n      |   ^\n"},
		"the last character":  {finding(1, 4, 5), "abcd", "    1 | abcd\n      |    ^\n"},
		"after the line":      {finding(1, 5, 5), "abcd\nx", "    1 | abcd\n      |     ^\n"},
		"far after the line":  {finding(1, 50, 60), "abcd\nx", "    1 | abcd\n      |     ^\n"},
		"longer than it is":   {finding(1, 3, 90), "abcd\nx", "    1 | abcd\n      |   ^^\n"},
		"an end before it":    {finding(1, 3, 1), "abcd\nx", "    1 | abcd\n      |   ^\n"},
		"no column":           {finding(1, 0, 0), "abcd\nx", "    1 | abcd\n      | ^\n"},
		"an empty line":       {finding(2, 1, 1), "a\n\nb\n", "    2 | \n      | ^\n"},
		"CRLF":                {finding(1, 1, 9), "abcd\r\nx\r\n", "    1 | abcd\n      | ^^^^\n"},
		"a byte order mark":   {finding(1, 1, 2), "\ufeffabcd\n", "    1 | abcd\n      | ^\n"},
		"tabs":                {finding(1, 3, 4), "\t\tx:\t1\n", "    1 |   x: 1\n      |   ^\n"},
		"letters of 2 bytes":  {finding(1, 5, 6), "höhe: é\n", "    1 | höhe: é\n      |     ^\n"},
		"letters of 2 places": {finding(1, 3, 5), "日本: 東京\n", "    1 | 日本: 東京\n      |   ^^\n"},
		"escape sequences":    {finding(1, 2, 3), "a\x1b[31m\x7f\u009b\u2028b\n", "    1 | a·[31m···b\n      |  ^\n"},
		"no UTF-8":            {finding(1, 3, 4), "a\xffb\n", "    1 | a·b\n      |   ^\n"},
		"a large number":      {finding(12345, 1, 2), strings.Repeat("x\n", 12345), "12345 | x\n      | ^\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := WriteText(&b, c.list, source(c.src)); err != nil {
				t.Fatal(err)
			}
			_, snippet, _ := strings.Cut(b.String(), "\n")
			if snippet != c.want {
				t.Errorf("got\n%s\nwant\n%s", snippet, c.want)
			}
		})
	}
}

// TestWriteTextCutsLongLines shows characters by their last digit of the column, so
// that the carets can be read off.
func TestWriteTextCutsLongLines(t *testing.T) {
	line := strings.Repeat("1234567890", 30)
	for name, c := range map[string]struct {
		column, end int
		first, last int // columns that are shown
		carets      int
	}{
		"at the beginning":     {1, 5, 1, 120, 4},
		"before the middle":    {61, 64, 1, 120, 3},
		"after the middle":     {62, 64, 2, 121, 2},
		"far to the right":     {200, 210, 140, 259, 10},
		"at the end":           {298, 301, 238, 300, 3},
		"after the end":        {301, 301, 241, 300, 1},
		"beyond the cut":       {100, 290, 40, 159, 60},
		"the whole line":       {1, 301, 1, 120, 120},
		"two-byte characters":  {200, 210, 140, 259, 10},
		"wider than it can be": {200, 9999, 140, 259, 60},
	} {
		t.Run(name, func(t *testing.T) {
			shown := line
			if name == "two-byte characters" {
				shown = strings.ReplaceAll(line, "5", "é")
			}
			cut := string([]rune(shown)[c.first-1 : c.last])
			var b strings.Builder
			if err := WriteText(&b, finding(1, c.column, c.end), source(shown+"\n")); err != nil {
				t.Fatal(err)
			}
			_, snippet, _ := strings.Cut(b.String(), "\n")
			want := "    1 | " + cut + "\n      | " + strings.Repeat(" ", c.column-c.first) + strings.Repeat("^", c.carets) + "\n"
			if snippet != want {
				t.Errorf("got\n%s\nwant\n%s", snippet, want)
			}
		})
	}
}

// TestWriteTextIsPrintable holds that no text of a diagnostic steers a terminal or
// begins a line that looks like another finding.
func TestWriteTextIsPrintable(t *testing.T) {
	var list List
	d := list.Error(Range{}, "a/code", "red \x1b[31m\nb.yaml:1:1: error: forged")
	d.Detail, d.Hint = "one\ttwo\r\nthree\u2029", "back\x08space"
	expect(t, list, nil, `
error: red ·[31m·b.yaml:1:1: error: forged [a/code]
  one two·
  three·
  hint: back·space
`)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteTextReportsErrors(t *testing.T) {
	if err := WriteText(fullDisk{}, finding(1, 1, 1), nil); err == nil {
		t.Error("a failed write is not noticed")
	}
}

func TestMarshalJSON(t *testing.T) {
	var list List
	list.Warning(Range{"b.yaml", 1, 2, 3}, "b/code", "later")
	d := list.Error(Range{"a.yaml", 4, 5, 6}, "a/code", "first")
	d.Detail, d.Hint = "Detail.", "Hint."
	list.Error(Range{}, "c/code", "nowhere <b> \x1b")
	list.Error(Range{}, "c/code", "nowhere <b> \x1b")
	for _, c := range []struct {
		list List
		want string
	}{
		{nil, `[]`},
		{List{}, `[]`},
		{list, `[{"severity":"error","code":"c/code","summary":"nowhere \u003cb\u003e \u001b"},` +
			`{"severity":"error","code":"a/code","summary":"first","detail":"Detail.","hint":"Hint.","file":"a.yaml","line":4,"column":5,"endColumn":6},` +
			`{"severity":"warning","code":"b/code","summary":"later","file":"b.yaml","line":1,"column":2,"endColumn":3}]`},
	} {
		got, err := json.Marshal(c.list)
		if err != nil || string(got) != c.want {
			t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
		}
	}
}

// TestRedactValue holds that values keep the parameters of URLs that are no credentials.
func TestRedactValue(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://me:secret@db/x?sslmode=disable":   "postgres://*********@db/x?sslmode=disable",
		"https://h/x?api_key=abc&X-Amz-Signature=d&a": "https://h/x?api_key=***&X-Amz-Signature=*&a",
		"https://h/x#token=abc":                       "https://h/x#token=***",
		"https://h/x?v=1#ghp_abc":                     "https://h/x?v=1#*******",
	} {
		if got := RedactValue(text); got != want {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}

// TestRedact holds that credentials in URLs are never printed, and that the text keeps its length.
func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"clone https://me:secret@host/x":              "clone https://*********@host/x",
		"https://me:p@ss@host/x":                      "https://*******@host/x",
		"https://ghp_abc@host/x and ssh://git@host/x": "https://*******@host/x and ssh://git@host/x",
		"https://abcdefghij0123456789@host/x":         "https://********************@host/x",
		"https://my-quite-long-organisation1@host/x":  "https://my-quite-long-organisation1@host/x",
		"git@host:path, image@sha256:0, a@b":          "git@host:path, image@sha256:0, a@b",
		"https://me:se/cr@et@host/x":                  "https://***********@host/x",
		"https://me:se'cr\"et@host/x":                 "https://***********@host/x",
		"https://me:sec ret@host/x":                   "https://**********@host/x",
		"https://host:8443/a@b":                       "https://host:8443/a@b",
		"https://host:80 of a@b, http://x: a@b":       "https://host:80 of a@b, http://x: a@b",
		`"https://host:8443","a@b"`:                   `"https://host:8443","a@b"`,
		"https://host/x?access_token=s3c&b=c#d":       "https://host/x?access_token=***&b=*#*",
		"url: https://host/x?s3cret, y?":              "url: https://host/x?******* y?",
		"https://host/x#s3cret":                       "https://host/x#******",
		"me:secret@host:path and me:secret@host/x":    "*********@host:path and *********@host/x",
		"nginx:1.0@sha256:0 x/nginx:1.0@sha512:0":     "nginx:1.0@sha256:0 x/nginx:1.0@sha512:0",
	} {
		if got := Redact(text); got != want {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}

package render

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestLiteralStyle(t *testing.T) {
	const template = "k: [[literal .One]]\nz: 1\n"
	cases := []struct{ name, text, want string }{
		{"two lines", "a\nb\n", "k: |\n  a\n  b\nz: 1\n"},
		{"no line feed at the end", "a\nb", "k: |-\n  a\n  b\nz: 1\n"},
		{"line feeds at the end", "a\nb\n\n", "k: |+\n  a\n  b\n\nz: 1\n"},
		{"blank lines", "a\n\n\nb\n", "k: |\n  a\n\n\n  b\nz: 1\n"},
		{"indented first line", "  a\nb\n", "k: |2\n    a\n  b\nz: 1\n"},
		{"tab first", "\ta\nb\n", "k: |2\n  \ta\n  b\nz: 1\n"},
		{"blank first line", "\na\n", "k: |2\n\n  a\nz: 1\n"},
		{"markers inside", "---\n# x\nkey: [v\n", "k: |\n  ---\n  # x\n  key: [v\nz: 1\n"},
		{"one line", "a", "k: a\nz: 1\n"},
		{"one line with line feed", "a\n", "k: |\n  a\nz: 1\n"},
		{"empty", "", "k: \"\"\nz: 1\n"},
		{"line feeds only", "\n\n", "k: \"\\n\\n\"\nz: 1\n"},
		{"carriage return", "a\r\nb\n", "k: \"a\\r\\nb\\n\"\nz: 1\n"},
		{"control character", "a\x01\nb\n", "k: \"a\\u0001\\nb\\n\"\nz: 1\n"},
		{"next line character", "a\u0085\nb\n", "k: \"a\\u0085\\nb\\n\"\nz: 1\n"},
		{"spaces at the end of a line", "a \nb\n", "k: |\n  a \n  b\nz: 1\n"},
		{"line of spaces", "a\n  \nb\n", "k: \"a\\n  \\nb\\n\"\nz: 1\n"},
		{"not UTF-8", "a\n\xff\n", "k: \"a\\n\ufffd\\n\"\nz: 1\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := renderText(t, "x.yaml", template, hostileGroup{One: c.text}); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// A literal falls back to quotes where its end would not be clear.
func TestLiteralSurroundings(t *testing.T) {
	const text = "  a\nb\n\n"
	cases := []struct{ name, template, want string }{
		{"end of file", "k: [[literal .One]]", "k: |2+\n    a\n  b\n\n"},
		{"end of file with line feed", "k: [[literal .One]]\n", "k: |2+\n    a\n  b\n\n"},
		{"blank line after", "k: [[literal .One]]\n\nz: 1\n", "k: \"  a\\nb\\n\\n\"\n\nz: 1\n"},
		{"indented comment after", "k: [[literal .One]]\n  # x\nz: 1\n", "k: \"  a\\nb\\n\\n\"\n  # x\nz: 1\n"},
		{"comment at the key's column after", "k: [[literal .One]]\n# x\nz: 1\n", "k: |2+\n    a\n  b\n\n# x\nz: 1\n"},
		{"document", "[[literal .One]]\n", "\"  a\\nb\\n\\n\"\n"},
		{"own line", "k:\n  [[literal .One]]\n", "k:\n  \"  a\\nb\\n\\n\"\n"},
		{"list item", "- [[literal .One]]\n- x\n", "- |2+\n    a\n  b\n\n- x\n"},
		{"item of an item", "- - [[literal .One]]\n", "- - |2+\n      a\n    b\n\n"},
		{"key in an item", "- k: [[literal .One]]\n", "- k: |2+\n      a\n    b\n\n"},
		{"list not indented", "k:\n- [[literal .One]]\nz: 1\n", "k:\n- |2+\n    a\n  b\n\nz: 1\n"},
		{"question mark", "? a\n: [[literal .One]]\n", "? a\n: \"  a\\nb\\n\\n\"\n"},
		{"item on its own line", "-\n  [[literal .One]]\n", "-\n  \"  a\\nb\\n\\n\"\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := renderText(t, "x.yaml", c.template, hostileGroup{One: text}); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestLiteralTexts tries many texts made of lines, most of which become literals.
func TestLiteralTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	starts := []string{"", "", "", " ", "  ", "\t", "- ", "# "}
	lines := []string{"a", "b: c", "---", "...", "", "", "x \t", "\"q", "'", "|", "é"}
	for _, p := range places {
		var data hostileData
		for range 3000 {
			var b strings.Builder
			for range r.IntN(5) {
				b.WriteString(starts[r.IntN(len(starts))] + lines[r.IntN(len(lines))] + "\n")
			}
			text := b.String()
			if r.IntN(3) == 0 {
				text = strings.TrimSuffix(text, "\n")
			}
			data.Strings = append(data.Strings, text)
		}
		text := renderText(t, "x.yaml", p.template, data)
		checkItems(t, text, data.Strings)
		if strings.HasPrefix(p.name, "literal") && strings.Count(text, "|") < 1000 {
			t.Errorf("%s: only %d literals", p.name, strings.Count(text, "|"))
		}
	}
}

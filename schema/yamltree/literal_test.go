package yamltree

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLiterals wants texts of several lines to stand as they are where they can, and
// every text to come back whatever it is.
func TestLiterals(t *testing.T) {
	node := func(text string) *Node {
		return &Node{Kind: Map, Entries: []Entry{
			{Key: "a", Value: &Node{Kind: Map, Entries: []Entry{{Key: "b", Value: &Node{Kind: String, Text: text}}}}},
			{Key: "list", Value: &Node{Kind: List, Items: []*Node{{Kind: String, Text: text}, {Kind: String, Text: "end"}}}},
		}}
	}
	want := "a:\n  b: |\n    x: 1\n\n    # y\nlist:\n  - |\n    x: 1\n\n    # y\n  - end"
	if got := EncodeBlock(node("x: 1\n\n# y\n"), 0); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	pieces := []string{"a", "b: c", "\n", "\n", " ", "#", "- ", "---", "...", "'", "\"", "{{", "\t", "\r", "\u2028", "\ufeff", "é", "|", "%", "!"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		var b strings.Builder
		for range 1 + random.IntN(8) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		encoded := EncodeBlock(node(text), 0)
		back, faults := Parse("x.yaml", []byte(encoded+"\n"))
		if len(faults) > 0 || back.Get("a").Get("b").Text != text || back.Get("list").Items[0].Text != text || back.Get("list").Items[1].Text != "end" {
			t.Fatalf("%q became\n%s", text, encoded)
		}
	}
}

package render

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// hostileFragments are what breaks generators that put YAML together as text.
var hostileFragments = []string{
	"---", "...", "--- ", ": ", ":", " #", "#", "{{", "}}", "[[", "]]", "{", "}", "[", "]", ",", "'", "\"", "\\", "%", "&a", "*a", "!t", "!!int ",
	"|", ">", "@", "`", "? ", "- ", "-", "=", "<<", "~", "null", "Null", "true", "True", "yes", "No", "on", "OFF", "y", "N", "0", "-0", "010", "0o7",
	"0x1F", "0b1", "1e3", "1.5", ".5", "+1", "1_000", "1:30:00", "2024-01-02", "2024-01-02T03:04:05Z", ".inf", "-.INF", ".nan", "NaN", "12345678",
	"\n", "\n\n", "\r", "\r\n", "\t", " ", "  ", "\x00", "\x01", "\x07", "\x1b[31m", "\x7f", "\u0080", "\u0085", "\u00a0", "\u2028", "\u2029",
	"\ufeff", "\ufffe", "\uffff", "\ufdd0", "\ue000", "\ue001", "\U0001f600", "\U0010ffff", "\u202e", "\u200b", "e\u0301", "é", "日本", "a", "b", "key: value",
	"${X}", "$(id)", "<script>", "&amp;", "$PATH", "\\n", "\\x41", "\\", "/", "//", "=cmd", "word", "two words",
}

func hostile(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(6) {
		switch r.IntN(8) {
		case 0:
			b.WriteRune(rune(r.IntN(0x20)))
		case 1:
			b.WriteRune(randomRune(r))
		default:
			b.WriteString(hostileFragments[r.IntN(len(hostileFragments))])
		}
	}
	if r.IntN(2000) == 0 {
		return strings.Repeat(b.String(), 300)
	}
	return b.String()
}

func randomRune(r *rand.Rand) rune {
	c := rune(r.IntN(utf8.MaxRune + 1))
	if r.IntN(2) == 0 {
		c = rune(r.IntN(0x3000))
	}
	if !utf8.ValidRune(c) {
		return 'x'
	}
	return c
}

type hostileData struct {
	Strings []string
	Groups  []hostileGroup
}

type hostileGroup struct {
	One    string
	Map    map[string]string
	List   []string
	Nested map[string]any
}

// places is one template for each kind of place; the text of each must read back as
// the items of the data.
var places = []struct{ name, template string }{
	{"map values", "items:\n[[- range .Strings]]\n  - v: [[.]]\n[[- end]]\n"},
	{"list items", "items:\n[[- range .Strings]]\n  - [[.]]\n[[- end]]\n"},
	{"flow list", "items: [ [[- range .Strings]][[.]], [[end]] ]\n"},
	{"flow map", "items:\n[[- range .Strings]]\n  - {v: [[.]], w: x}\n[[- end]]\n"},
	{"literals", "items:\n[[- range .Strings]]\n  - v: [[literal .]]\n    w: x\n[[- end]]\n"},
	{"literal items", "items:\n[[- range .Strings]]\n- [[literal .]]\n[[- end]]\n"},
	{"patches", "items:\n[[- range .Strings]]\n  - patch: |-\n      v: [[.]]\n      w: [ [[.]] ]\n[[- end]]\n"},
	{"literals before blank lines", "items:\n[[- range .Strings]]\n  - v: [[literal .]] # comment\n\n  # comment\n\n[[- end]]\n"},
}

func TestHostileStrings(t *testing.T) {
	const documents, size = 10, 5000
	r := rand.New(rand.NewPCG(1, 2))
	total := 0
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			for range documents {
				data := hostileData{}
				for range size {
					data.Strings = append(data.Strings, hostile(r))
				}
				checkItems(t, renderText(t, "x.yaml", p.template, data), data.Strings)
				total += size
			}
		})
	}
	if total < 300_000 {
		t.Errorf("only %d strings", total)
	}
}

func checkItems(t *testing.T, text string, want []string) {
	t.Helper()
	root, list := yamltree.Parse("x.yaml", []byte(text))
	if list.HasErrors() {
		t.Fatalf("not YAML:\n%s", reportText(list[:min(len(list), 3)]))
	}
	items := root.Get("items").Items
	if len(items) != len(want) {
		t.Fatalf("got %d items, want %d", len(items), len(want))
	}
	for i, item := range items {
		if patch := item.Get("patch"); patch != nil {
			item, list = yamltree.Parse("x.yaml", []byte(patch.Text))
			if list.HasErrors() {
				t.Fatalf("not YAML:\n%s", reportText(list))
			}
		}
		if v := item.Get("v"); v != nil {
			item = v
		}
		checkString(t, item, want[i])
	}
}

func checkString(t *testing.T, n *yamltree.Node, want string) {
	t.Helper()
	if n == nil || n.Kind != yamltree.String || n.Text != want {
		t.Fatalf("got %+v, want %q", n, want)
	}
}

const hostileTrees = `items:
[[- range .Groups]]
  - map: [[.Map]]
    list: [[.List]]
    nested: [[.Nested]] # comment
    flow: {m: [[.Map]], l: [[.List]], n: [[flow .Nested]]}
    [[- range .List]]
    after: [[.]]
    [[- break]]
    [[- end]]
  - [[.Nested]]
[[- end]]
`

func TestHostileTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var data hostileData
	for range 1000 {
		g := hostileGroup{One: hostile(r), Map: map[string]string{}}
		for range 1 + r.IntN(4) {
			g.Map[cut(hostile(r), 50)] = hostile(r)
			g.List = append(g.List, hostile(r))
		}
		g.Nested = map[string]any{"m": g.Map, "l": []any{g.List, g.Map, g.One}, g.One[:min(len(g.One), 0)]: g.One}
		data.Groups = append(data.Groups, g)
	}
	root, list := yamltree.Parse("x.yaml", []byte(renderText(t, "x.yaml", hostileTrees, data)))
	if list.HasErrors() {
		t.Fatalf("not YAML:\n%s", reportText(list[:min(len(list), 3)]))
	}
	items := root.Get("items").Items
	for i, g := range data.Groups {
		n := items[2*i]
		checkTreeValue(t, n.Get("map"), g.Map)
		checkTreeValue(t, n.Get("list"), g.List)
		checkTreeValue(t, n.Get("nested"), g.Nested)
		checkTreeValue(t, n.Get("flow"), map[string]any{"m": g.Map, "l": g.List, "n": g.Nested})
		checkTreeValue(t, items[2*i+1], g.Nested)
	}
}

func checkTreeValue(t *testing.T, n *yamltree.Node, want any) {
	t.Helper()
	switch want := want.(type) {
	case string:
		checkString(t, n, want)
	case map[string]string:
		if n == nil || len(n.Entries) != len(want) {
			t.Fatalf("got %+v, want %q", n, want)
		}
		for _, e := range n.Entries {
			checkString(t, e.Value, want[e.Key])
		}
	case map[string]any:
		for k, v := range want {
			checkTreeValue(t, n.Get(k), v)
		}
	case []string:
		for i, s := range want {
			checkString(t, n.Items[i], s)
		}
	case []any:
		for i, v := range want {
			checkTreeValue(t, n.Items[i], v)
		}
	default:
		t.Fatalf("no check for %T", want)
	}
}

func TestLongKeys(t *testing.T) {
	for _, size := range []int{99, 101, 900, 1000} {
		data := hostileGroup{Map: map[string]string{strings.Repeat("k", size): "v", "z": "w"}}
		root, list := yamltree.Parse("x.yaml", []byte(renderText(t, "x.yaml", "m: [[.Map]]\nf: {a: [[.Map]]}\n", data)))
		if list.HasErrors() {
			t.Fatal(reportText(list))
		}
		checkTreeValue(t, root.Get("m"), data.Map)
		checkTreeValue(t, root.Get("f").Get("a"), data.Map)
	}
	data := hostileGroup{Map: map[string]string{strings.Repeat("\u0085", 300): "v"}}
	if _, list := renderAll(map[string]string{"x.yaml.tmpl": "m: [[.Map]]\n"}, data); !strings.Contains(reportText(list), "key of a map is too long") {
		t.Error(reportText(list))
	}
}

package yamltree

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

func TestEncodeScalarPlain(t *testing.T) {
	for _, s := range []string{
		"a", "web", "none", "t", "F", "nil", "Hello world", "100m", "1Gi", "128Mi", "25%", "30s", "2h", "1h30m", "ghcr.io/acme/web:1.4.2", "10.20.0.0/16",
		"/healthz", "app.kubernetes.io/name", "https://x.example.com/a", "us-east-1", "RollingUpdate", "v1", "apps/v1", "noon", "yesterday", "a-b_c.d",
		"ghcr.io/acme/web@sha256:0123456789abcdef", "a$(POD_NAME)", "nullable", "on call",
	} {
		if got := EncodeScalar(s); got != s {
			t.Errorf("%q must be plain, got %s", s, got)
		}
	}
}

// TestEncodeScalarTraps lists texts that some reader takes for something else.
func TestEncodeScalarTraps(t *testing.T) {
	for _, s := range []string{
		"", " ", " a", "a ", "~", "null", "Null", "NULL", "y", "Y", "n", "N", "yes", "Yes", "no", "NO", "on", "On", "off", "OFF", "true", "True", "FALSE", "false",
		"0", "1", "-1", "+1", "007", "010", "08", "0x1F", "0X1f", "0o17", "0b11", "1_000", "0_", "1,000", "1.5", ".5", "5.", "1.", "1e3", "1E3", "1e-3", "12e03",
		"-1.5", "+.5", "1.2.3", "1_000.5", "0x1p-2", ".inf", "-.inf", "+.INF", ".nan", ".NaN", "nan", "inf", "Infinity",
		"12:30", "12:30:45", "190:20:30", "190:20:30.15", "1:1", "12:30:45Z", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2026-01",
		"<<", "=", "-", "- a", "--", "---", "--- a", "...", ".", "..", "?", "? a", ":", ": a", ":a", "a:", "a: b", "a #b", "#a", "a#b", "&a", "*a", "!a", "!!str", "|", ">", "|-", "@a", "`a`", "%a",
		"'a'", `"a"`, `\`, `a"b`, "[a]", "[", "{a}", "{{a}}", "{{- x }}", "[[.X]]", "a, b", "a,b", "{", "}", "]", ",", "a]", "a}",
		"a\nb", "a\n", "a\tb", "\t", "a\rb", "\u0085", "\u2028", "\u2029", "\ufeff", "\x00", "\x7f", "\u009f", "\ue000", "\ufffe", "\U0001fffe", "ä", "日本",
		"12345678901234567890", "0123456789abcdef", "12345e67", "1e1000", "0.0.0.0", "8E", "1d",
	} {
		got := EncodeScalar(s)
		if !strings.HasPrefix(got, `"`) || strings.ContainsAny(got, "\n\r\t") {
			t.Errorf("%q must be quoted on one line, got %s", s, got)
		}
		readsAs(t, s)
	}
}

func TestEncodeScalarEscapes(t *testing.T) {
	for s, want := range map[string]string{
		"a\nb\r\t": `"a\nb\r\t"`, `q"\`: `"q\"\\"`, "\x00\x1b\x7f\u0085\u00a0": `"\u0000\u001B\u007F\u0085\u00A0"`,
		"\u2028\u202e\ufeff": `"\u2028\u202E\uFEFF"`, "ä € 日本 🎉": `"ä € 日本 🎉"`, "\U0001fffe\U000f0000": `"\U0001FFFE\U000F0000"`,
		"a\xffb": `"a` + "\ufffd" + `b"`, "{{.x}}": `"{{.x}}"`,
	} {
		if got := EncodeScalar(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

// readsAs checks that the encoded text is read as s wherever a scalar may stand.
func readsAs(t *testing.T, s string) {
	t.Helper()
	scalar := EncodeScalar(s)
	for _, src := range []string{
		"k: " + scalar + "\n", "- " + scalar + "\n", "[" + scalar + "]", "{k: " + scalar + "}", "[" + scalar + ", x]", "{k: " + scalar + ", l: x}", "- k: " + scalar + "\n  l: x\n", scalar + "\n",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		n := &doc
		for n.Kind != yaml.ScalarNode {
			if n.Kind == yaml.MappingNode {
				n = n.Content[1]
			} else {
				n = n.Content[0]
			}
		}
		if n.Value != s || n.Tag != "!!str" || n.Style&yaml.TaggedStyle != 0 {
			t.Fatalf("%q is read as %s %q", src, n.Tag, n.Value)
		}
	}
}

func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "a", "a: b", "x #y", "12:30", "1e3", "\u2028", "{{a}}", "a\nb", "ghcr.io/acme/web:1.4.2", "- a", "'", `"`, "no", "\ufeff", "\u0085", "a:b:", "0x", "=", "a ", "\U0010ffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		readsAs(t, s)
		s = "=" + s // unlike the other keys
		v := map[string]any{s: Ordered{{s, []string{s}}, {"x" + s, map[string]string{}}}}
		for _, src := range []string{EncodeFlow(v), EncodeBlock(v, 0), "k: [" + EncodeFlow(v) + "]", "k:\n    " + EncodeBlock(v, 4)} {
			n, list := Parse("f.yaml", []byte(src+"\n"))
			if len(list) > 0 {
				t.Fatalf("%q: %+v", src, list)
			}
			if k := n.Get("k"); k != nil {
				n = k
			}
			if len(n.Items) > 0 {
				n = n.Items[0]
			}
			if got := n.Get(s).Get(s); got == nil || got.Items[0].Text != s || got.Items[0].Kind != String {
				t.Fatalf("%q does not give %q back", src, s)
			}
		}
	})
}

type word string

func sample() any {
	no, n := false, 3
	var absent *string
	return Ordered{
		{"name", word("web")}, {"on", true}, {"off", &no}, {"count", n}, {"ptr", &n}, {"none", nil}, {"absent", absent},
		{"float", 1.5}, {"uint", uint16(7)}, {"text", "a: b"}, {"empty map", map[string]int{}}, {"empty list", []string(nil)},
		{"labels", map[word]string{"b": "2", "a": "{x}"}},
		{"list", []any{"a", []string{"b", "c"}, map[string]any{"d": 1, "e": []int{2}}, Ordered{{"f", Ordered{{"g", "h"}}}}, nil, []int{}}},
		{"8080", Ordered{}},
	}
}

func TestEncodeFlow(t *testing.T) {
	want := `{name: web, "on": true, "off": false, count: 3, ptr: 3, none: null, absent: null, float: 1.5, uint: 7, text: "a: b", ` +
		`empty map: {}, empty list: [], labels: {a: "{x}", b: "2"}, ` +
		`list: [a, [b, c], {d: 1, e: [2]}, {f: {g: h}}, null, []], "8080": {}}`
	if got := EncodeFlow(sample()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for want, v := range map[string]any{"null": nil, "a": "a", "3": 3, "[]": []int{}, "{}": Ordered(nil), ".inf": inf(), "100000000000000000000000": 1e23} {
		if got := EncodeFlow(v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func inf() float64 { var zero float64; return 1 / zero }

func TestEncodeBlock(t *testing.T) {
	want := `name: web
  "on": true
  "off": false
  count: 3
  ptr: 3
  none: null
  absent: null
  float: 1.5
  uint: 7
  text: "a: b"
  empty map: {}
  empty list: []
  labels:
    a: "{x}"
    b: "2"
  list:
    - a
    - - b
      - c
    - d: 1
      e:
        - 2
    - f:
        g: h
    - null
    - []
  "8080": {}`
	got := EncodeBlock(sample(), 2)
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	n := mustParse(t, "root:\n  "+got+"\n")
	if flow := EncodeFlow(n.Get("root")); flow != EncodeFlow(sample()) {
		t.Errorf("read back as %s", flow)
	}
	if again := EncodeBlock(n.Get("root"), 2); again != want {
		t.Errorf("a node must be written like its value, got:\n%s", again)
	}
	for want, v := range map[string]any{"{}": map[string]string{}, "[]": []int{}, "a": "a", "null": (*Node)(nil), "- a\n    - b": []string{"a", "b"}} {
		if got := EncodeBlock(v, 4); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEncodeLongKey(t *testing.T) {
	key := strings.Repeat("k", longestKey+1)
	v := Ordered{{"a", map[string]any{key: map[string]int{"b": 1}}}, {key, []int{1}}}
	for _, src := range []string{EncodeFlow(v), EncodeBlock(v, 0)} {
		if got := EncodeFlow(mustParse(t, src)); got != EncodeFlow(v) {
			t.Errorf("%s is read as %s", src, got)
		}
	}
}

func TestEncodeMistakes(t *testing.T) {
	for name, v := range map[string]any{"struct": struct{}{}, "key": map[int]string{}, "channel": make(chan int)} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a mistake of ours must not pass")
				}
			}()
			EncodeFlow(v)
		})
	}
}

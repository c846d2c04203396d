package yamltree

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wavewright/wavewright/schema/diag"
)

type color string

type common struct {
	Name  string `yaml:"name" required:"true"`
	Color color  `yaml:"color" enum:"red,green,blue"`
}

type port struct {
	Node      *Node `yaml:"-"`
	Port      int   `yaml:"port" required:"true"`
	Container int   `yaml:"container"`
}

// DecodeNode accepts a number or a map.
func (p *port) DecodeNode(n *Node, d *Decoder) {
	type plain port
	switch n.Kind {
	case Int:
		d.Decode(n, &p.Port)
	case Map:
		d.Decode(n, (*plain)(p))
	default:
		d.Expected(n, "a port number or a map").Hint = "Write 80."
		return
	}
	if p.Port > 65535 {
		d.Errorf(n.At("port"), "spec/value", "port %d does not exist", p.Port)
	}
}

type thing struct {
	Node     *Node `yaml:"-"`
	common   `yaml:",inline"`
	Count    int               `yaml:"count"`
	Small    int8              `yaml:"small"`
	Size     uint16            `yaml:"size"`
	Ratio    float64           `yaml:"ratio"`
	On       bool              `yaml:"on"`
	OnPtr    *bool             `yaml:"onPtr"`
	CountPtr *int              `yaml:"countPtr"`
	Env      map[string]string `yaml:"env"`
	Tags     []string          `yaml:"tags" enum:"a,b,{x}"`
	Port     *port             `yaml:"port"`
	Ports    map[string]port   `yaml:"ports"`
	Parts    []thing           `yaml:"parts"`
	Sizes    []int             `yaml:"sizes"`
	Envs     []map[string]int  `yaml:"envs"`
	Part     *thing            `yaml:"part"`
	Layer    *Node             `yaml:"layer"`
	Layers   map[color]*Node   `yaml:"layers"`
	Soon     string            `yaml:"soon" later:"It needs a controller."`
	Never    map[string]string `yaml:"never" later:"true"`
	Other    string            `yaml:"-"`
	Untagged string
	private  string
}

func TestDecode(t *testing.T) {
	n := mustParse(t, `
name: web
color: red
count: 0x10
small: -7
size: 65535
ratio: 1.5
on: true
onPtr: False
countPtr: 0
env: {A: x, B: ~, C: "1"}
tags: [a, b]
port: 80
ports: {http: 8080, https: {port: 443, container: 8443}}
parts: [{name: one}]
part: {name: two, part: {name: three}}
layer: {anything: [goes, ~]}
layers: {x: 1, y: ~}
soon: ~
`)
	got := thing{private: "left alone"}
	if list := Decode(n, &got, DecodeOptions{}); len(list) > 0 {
		t.Fatalf("findings: %+v", list)
	}
	no, zero := false, 0
	want := thing{
		private: "left alone",
		Node:    n, common: common{"web", "red"}, Count: 16, Small: -7, Size: 65535, Ratio: 1.5, On: true, OnPtr: &no, CountPtr: &zero,
		Env: map[string]string{"A": "x", "C": "1"}, Tags: []string{"a", "b"}, Port: &port{Port: 80},
		Ports: map[string]port{"http": {Port: 8080}, "https": {n.Get("ports").Get("https"), 443, 8443}},
		Parts: []thing{{Node: n.Get("parts").Items[0], common: common{Name: "one"}}},
		Part: &thing{Node: n.Get("part"), common: common{Name: "two"},
			Part: &thing{Node: n.Get("part").Get("part"), common: common{Name: "three"}}},
		Layer: n.Get("layer"), Layers: map[color]*Node{"x": n.Get("layers").Get("x")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeFindings(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"unknown key":         {"name: x\ncuont: 1\n", `2:1-6 spec/unknown-key unknown key "cuont" | Did you mean "count"?`},
		"not exported":        {"name: x\nprivate: y\n", `2:1-8 spec/unknown-key unknown key "private" | Take it out, or use one of these.`},
		"unknown null":        {"name: x\nfoo: ~\n", `2:1-4 spec/unknown-key unknown key "foo" | Take it out, or use one of these.`},
		"number for text":     {"name: 010\n", `1:7-10 spec/type expected text, found the number 010 | Put it in quotes to use it as text: "010".`},
		"number in env":       {"name: x\nenv: {A: yes, B: 1, C: true}\n", "2:18-19 spec/type expected text, found the number 1 | Put it in quotes to use it as text: \"1\".\n2:24-28 spec/type expected text, found the boolean true | Put it in quotes to use it as text: \"true\"."},
		"placeholder":         {"name: {env}\n", `1:7-8 spec/type expected text, found a map | Put a text that starts with "{" in quotes: "{env}".`},
		"list for text":       {"name: [x]\n", `1:7-8 spec/type expected text, found a list | Write it without the brackets: x.`},
		"text for number":     {"name: x\ncount: \"3\"\n", `2:8-11 spec/type expected a whole number, found the text "3" | Remove the quotes.`},
		"float for number":    {"name: x\ncount: 1.5\n", `2:8-11 spec/type expected a whole number, found the number 1.5 | Write a smaller number without a fraction.`},
		"two readings":        {"name: x\ncount: 010\nratio: 1_0\n", "2:8-11 spec/value the number 010 has two readings | Write it in plain digits.\n3:8-11 spec/value the number 1_0 cannot be used | Write it in plain digits."},
		"out of range":        {"name: x\nsmall: 128\nsize: -1\ncount: 99999999999999999999\n", "2:8-11 spec/value the number 128 is out of range | Write a smaller number.\n3:7-9 spec/value the number -1 is out of range | Write 0 or more.\n4:8-28 spec/type expected a whole number, found the number 99999999999999999… | Write a smaller number without a fraction."},
		"text for boolean":    {"name: x\non: yes\nonPtr: 'true'\n", "2:5-8 spec/type expected true or false, found the text \"yes\" | Write true or false, without quotes.\n3:8-14 spec/type expected true or false, found the text \"true\" | Remove the quotes."},
		"infinite":            {"name: x\nratio: .inf\n", `2:8-12 spec/value the number .inf cannot be used | Write it in plain digits.`},
		"text for list":       {"name: x\ntags: a\n", `2:7-8 spec/type expected a list, found the text "a" | Put it in brackets: [a].`},
		"number for list":     {"name: x\ntags: 5\n", `2:7-8 spec/type expected a list, found the number 5 | Put it in brackets: ["5"].`},
		"boolean for list":    {"name: x\nsizes: true\n", `2:8-12 spec/type expected a list, found the boolean true | Put it in brackets: [true].`},
		"number in a list":    {"name: x\nsizes: 5\n", `2:8-9 spec/type expected a list, found the number 5 | Put it in brackets: [5].`},
		"set for list":        {"name: x\ntags: {a}\n", `2:7-8 spec/type expected a list, found a map | Put it in brackets instead: [a].`},
		"map for list":        {"name: x\nsizes: {a: 1}\n", `2:8-9 spec/type expected a list, found a map | Write [VALUE, VALUE], or a line "- VALUE" for each.`},
		"map for maps":        {"name: x\nparts: {name: a}\n", `2:8-9 spec/type expected a list, found a map | Put "- " before the first key of each item, or brackets around all: [{KEY: VALUE}].`},
		"text for maps":       {"name: x\nparts: a\nenvs: 1\n", "2:8-9 spec/type expected a list, found the text \"a\" | Write a list of maps: [{name: …}].\n3:7-8 spec/type expected a list, found the number 1 | Write a list of maps: [{KEY: VALUE}]."},
		"list for number":     {"name: x\ncount: [5]\nsmall: [a, b]\n", "2:8-9 spec/type expected a whole number, found a list | Write it without the brackets: 5.\n3:8-9 spec/type expected a whole number, found a list | Write one number here, in digits."},
		"list for boolean":    {"name: x\non: [true]\n", `2:5-6 spec/type expected true or false, found a list | Write true or false.`},
		"list for map":        {"name: x\nenv:\n- a\n", `3:1-2 spec/type expected a map, found a list | Write "name: value" lines in place of "- " items.`},
		"text for struct":     {"name: x\npart: y\n", `2:7-8 spec/type expected a map, found the text "y" | Write {name: …}.`},
		"empty item":          {"name: x\ntags: [a, ~]\n", `2:11-12 spec/type the list item is empty | Remove the "-", or give it a value.`},
		"enum":                {"name: x\ncolor: gren\ntags: [c, z]\n", "2:8-12 spec/value unknown value \"gren\" | Did you mean \"green\"?\n3:8-9 spec/value unknown value \"c\" | Write one of these.\n3:11-12 spec/value unknown value \"z\" | Write one of these."},
		"missing":             {"count: 1\npart:\n  on: true\nparts:\n- on: true\n", "1:1-6 spec/missing \"name\" is missing | Add \"name:\" here.\n2:1-5 spec/missing \"name\" is missing | Add \"name:\" here.\n5:3-5 spec/missing \"name\" is missing | Add \"name:\" here."},
		"missing when null":   {"name: ~\n", `1:1-5 spec/missing "name" is missing | Add "name:" here.`},
		"missing in a union":  {"name: x\nports:\n  http:\n    container: 1\n", `3:3-7 spec/missing "port" is missing | Add "port:" here.`},
		"union of wrong kind": {"name: x\nports: {a: [], b: 70000, c: {prot: 1}}\n", "2:12-13 spec/type expected a port number or a map, found a list | Write 80.\n2:19-24 spec/value port 70000 does not exist | \n2:30-34 spec/unknown-key unknown key \"prot\" | Did you mean \"port\"?"},
		"later":               {"name: x\nsoon: y\nnever: 1\n", "2:1-5 spec/later \"soon\" is not supported by this version | Remove it, or use a version that has it.\n3:1-6 spec/later \"never\" is not supported by this version | Remove it, or use a version that has it."},
		"root is a list":      {"- x\n", `1:1-2 spec/type expected a map, found a list | Write "name: value" lines in place of "- " items.`},
	} {
		t.Run(name, func(t *testing.T) {
			var into thing
			var lines []string
			for _, d := range Decode(mustParse(t, c.src), &into, DecodeOptions{}).Sorted() {
				lines = append(lines, fmt.Sprintf("%s %s %s | %s", at(d.Subject), d.Code, d.Summary, d.Hint))
				if utf8.RuneCountInString(d.Summary) > 60 {
					t.Errorf("summary too long: %s", d.Summary)
				}
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestEveryWrongKindHasAHint tries each kind of value in each field.
func TestEveryWrongKindHasAHint(t *testing.T) {
	for field := range reflect.TypeFor[thing]().Fields() {
		key := field.Tag.Get("yaml")
		for _, value := range []string{"text", `"1"`, "5", "-5", "1.5", "99999999999999999999", "true", "[]", "[5]", "[a]", "{}", "{a: 1}", "{a}", "[[]]", "[{}]"} {
			if key == "" || key == "-" || key[0] == ',' || field.Tag.Get("later") != "" {
				continue
			}
			var into thing
			for _, d := range Decode(mustParse(t, "name: x\n"+key+": "+value+"\n"), &into, DecodeOptions{}) {
				if d.Code == "spec/type" && d.Hint == "" {
					t.Errorf("%s: %s: nothing says what to write: %s", key, value, d.Summary)
				}
			}
		}
	}
}

func TestDecodeDetails(t *testing.T) {
	var into thing
	list := Decode(mustParse(t, "name: x\ncolor: pink\nsoon: y\nxyz: 1\n"), &into, DecodeOptions{}).Sorted()
	want := []string{
		"Possible here: red, green, blue.", "It needs a controller.",
		"Possible here: color, count, countPtr, env, envs, layer, layers, name, never, on, onPtr, part, parts, port, ports, ratio, size, sizes, small, soon and 1 more.",
	}
	for i, d := range list {
		if d.Detail != want[i] {
			t.Errorf("got %q, want %q", d.Detail, want[i])
		}
	}
	if got := enumerate(strings.Split(strings.Repeat("x", listed+3), "")); !strings.HasSuffix(got, "x and 3 more") {
		t.Errorf("got %q", got)
	}
}

func TestDecodeExpand(t *testing.T) {
	var into thing
	expand := func(_ diag.Range, s string) string { return strings.ReplaceAll(s, "{x}", "a") }
	n := mustParse(t, `{name: "n-{x}", env: {"{x}": "{x}"}, tags: ["{x}"], part: {name: "{x}"}, layer: "{x}"}`)
	if list := Decode(n, &into, DecodeOptions{Expand: expand}); len(list) > 0 {
		t.Fatalf("findings: %+v", list)
	}
	if into.Name != "n-a" || into.Env["{x}"] != "a" || into.Tags[0] != "a" || into.Part.Name != "a" || into.Layer.Text != "{x}" {
		t.Errorf("got %+v", into)
	}
}

func TestDecodeAbsent(t *testing.T) {
	for _, n := range []*Node{nil, {Kind: Null}, {Kind: Map}} {
		into := thing{common: common{Name: "kept"}}
		if got := brief(Decode(n, &into, DecodeOptions{})); got != "0:0-0 spec/missing" || into.Name != "kept" {
			t.Errorf("%+v: %s, %q", n, got, into.Name)
		}
		if list := Decode(n, &into, DecodeOptions{Partial: true}); len(list) > 0 {
			t.Errorf("partial: %+v", list)
		}
		s := "kept"
		if list := Decode(n, &s, DecodeOptions{}); n.Get("x") == nil && s != "kept" {
			t.Errorf("scalar: %+v", list)
		}
	}
}

func TestDecoderWith(t *testing.T) {
	d := NewDecoder(DecodeOptions{})
	var into thing
	d.Decode(mustParse(t, "x: 1"), &into)
	other := d.With(DecodeOptions{Partial: true})
	other.Decode(mustParse(t, "x: 1"), &into)
	if len(d.Findings()) != 2 || len(d.Findings()) != 0 || len(other.Findings()) != 1 {
		t.Error("decoders must keep their findings apart and give them once")
	}
}

func TestDecodeTargetMistakes(t *testing.T) {
	for name, into := range map[string]any{
		"no pointer": thing{}, "nil": nil, "channel": new(chan int), "key": new(map[int]string), "any": new(any),
		"twice": &struct {
			A string `yaml:"a"`
			B string `yaml:"a"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a mistake of ours must not pass")
				}
			}()
			Decode(&Node{Kind: Map}, into, DecodeOptions{})
		})
	}
}

var sink diag.List

func BenchmarkDecode(b *testing.B) {
	n := mustParse(b, `{name: web, color: red, count: 3, env: {A: a, B: b}, tags: [a, b], ports: {http: 80, https: {port: 443}}, part: {name: x}}`)
	d := NewDecoder(DecodeOptions{Expand: func(_ diag.Range, s string) string { return s }})
	b.ReportAllocs()
	for b.Loop() {
		var into thing
		d.Decode(n, &into)
		sink = d.Findings()
	}
}

// TestShared decodes two trees with common parts.
func TestShared(t *testing.T) {
	type part struct {
		Text string `yaml:"text"`
	}
	type whole struct {
		Plain  map[string]part `yaml:"plain"`
		Scoped map[string]part `yaml:"scoped"`
		Wrong  map[string]part `yaml:"wrong"`
		One    *part           `yaml:"one"`
	}
	root, _ := Parse("x.yaml", []byte("plain: {a: {text: a}}\nscoped: {a: {text: \"{env}\"}}\nwrong: {a: {text: 1}}\none: {text: b}\n"))
	var shared Shared
	decode := func(env string) (whole, int) {
		var w whole
		d := NewDecoder(DecodeOptions{Shared: &shared, Expand: func(_ diag.Range, s string) string { return strings.ReplaceAll(s, "{env}", env) }})
		d.Decode(root, &w)
		return w, len(d.Findings())
	}
	dev, first := decode("dev")
	prod, second := decode("prod")
	if first != 1 || second != 1 {
		t.Errorf("%d and %d findings, want one for each tree", first, second)
	}
	if dev.Scoped["a"].Text != "dev" || prod.Scoped["a"].Text != "prod" {
		t.Errorf("scoped: %v and %v", dev.Scoped, prod.Scoped)
	}
	if dev.One == nil || dev.One != prod.One || dev.One.Text != "b" || reflect.ValueOf(dev.Plain).Pointer() != reflect.ValueOf(prod.Plain).Pointer() {
		t.Errorf("not shared: %v and %v, %v and %v", dev.One, prod.One, dev.Plain, prod.Plain)
	}
	shared = Shared{}
	if again, _ := decode("prod"); again.One == prod.One || *again.One != *prod.One {
		t.Errorf("with another Shared: %v and %v", again.One, prod.One)
	}
}

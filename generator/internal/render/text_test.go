package render

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTextFiles(t *testing.T) {
	cases := []struct{ name, file, template, want string }{
		{"shell", "run.sh", "cd [[.Dir]] && ./[[.App]] --n=[[.Number]] --yes=[[.Yes]] [[.Commit]]\n", "cd ../../base/web && ./web --n=7 --yes=true 1234567\n"},
		{"address", "clone.sh", "git clone '[[.Address]]'\n", "git clone 'https://git.example.com/a/b.git'\n"},
		{"owners", "CODEOWNERS", "/[[.App]]/ [[.Owner]]\n", "/web/ @acme/web\n"},
		{"names in Markdown", "x.md", "# [[.App]] in `[[.Env]]`\n", "# web in `prod`\n"},
		{"cell", "x.md", "| [[cell .Text]] | [[.Text | cell]] |[[cell .Number]]|[[cell .Ratio]]|[[cell .Yes]]|\n", "| a: b # c | a: b # c |7|0.25|true|\n"},
		{"no line feed is added", "x.md", "[[.App]]", "web"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := renderText(t, c.file, c.template, newSample()); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestCell(t *testing.T) {
	cases := map[string]string{
		"a|b":               `a\|b`,
		`a\|b`:              `a\\\|b`,
		"a\nb\r\nc":         "a b  c",
		"`code`":            "\\`code\\`",
		"<script>":          "&lt;script>",
		"a &lt; b":          "a &amp;lt; b",
		"[x](http://e)":     `\[x\](http://e)`,
		"**bold**":          `\*\*bold\*\*`,
		"# title":           `\# title`,
		"- item":            `\- item`,
		"a # b - c":         "a # b - c",
		"  spaces  ":        "spaces",
		"a\u202eb\x00":      "a\ufffdb ",
		"\xff":              "\ufffd",
		"1. first":          `1\. first`,
		"1.5":               "1.5",
		"_x_ a_b":           `\_x\_ a_b`,
		"DB_PASSWORD":       "DB_PASSWORD",
		"a\u2028b\u0085c\t": "a b c",
	}
	for in, want := range cases {
		if got, err := cell(in); string(got) != want || err != nil {
			t.Errorf("cell(%q) is %q, want %q (%v)", in, got, want, err)
		}
	}
}

func TestJSON(t *testing.T) {
	data := newSample()
	data.Text = "\"quoted\" \\ <b> \u2028 \x01"
	text := renderText(t, "x.json", `{"[[.App]]-x": [[.Text]], "a": [[.Number]], "b": [[.Yes]], "c": "v-[[.App]]", "d": [[.App]], "e": [[.Ratio]], "f": [ [[range .List]][[.]], [[end]]null]}`, data)
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if got["web-x"] != data.Text || got["a"] != 7.0 || got["b"] != true || got["c"] != "v-web" || got["d"] != "web" || got["e"] != 0.25 {
		t.Errorf("got %v from %s", got, text)
	}
	if list := got["f"].([]any); len(list) != 3 || list[1] != "- two" {
		t.Errorf("got %v", list)
	}
}

func TestFunctions(t *testing.T) {
	known := execFuncs()
	builtins := " and or not eq ne lt le gt ge index len slice print printf println siblings "
	seen := map[string]bool{}
	for _, f := range Functions() {
		if seen[f.Name] || f.Does == "" {
			t.Errorf("%s is there twice or says nothing", f.Name)
		}
		seen[f.Name] = true
		if known[f.Name] == nil && !strings.Contains(builtins, " "+f.Name+" ") {
			t.Errorf("%s does not exist", f.Name)
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("%s is not documented", name)
		}
	}
}

func TestFunctionResults(t *testing.T) {
	cases := []struct{ template, want string }{
		{`[[add 1 2]]`, "3"}, {`[[sub 3 .Number]]`, "-4"}, {`[[max 1 9 3]]`, "9"}, {`[[mul 2 3]]`, "6"}, {`[[mod 7 4]]`, "3"},
		{`[[.App | upper]]`, "WEB"}, {`[[replace "e" "o" .App]]`, "wob"}, {`[[trimPrefix "w" .App]]`, "eb"}, {`[[trunc 2 .App]]`, "we"},
		{`[[join "," (list .App .Env)]]`, `"web,prod"`}, {`[[splitList "." "a.b"]]`, "\n  - a\n  - b"}, {`[[contains "e" .App]]`, "true"},
		{`[[default "x" .Empty]]`, "x"}, {`[[default .App .Empty]]`, "web"}, {`[[coalesce .Empty .Env]]`, "prod"}, {`[[ternary .App .Env .Yes]]`, "web"},
		{`[[dict "a" .App]]`, "\n  a: web"}, {`[[append .List "x" | last]]`, "x"}, {`[[first .List]]`, "one"}, {`[[rest .List | len]]`, "1"},
		{`[[uniq (list 1 1 2)]]`, "\n  - 1\n  - 2"}, {`[[reverse .List | first]]`, `"- two"`}, {`[[base "a/b"]]`, "b"}, {`[[dir "a/b"]]`, "a"},
		{`[[sortedKeys .Labels]]`, "\n  - a\n  - b"}, {`[[sortedKeys .Labels | first]]`, "a"}, {`[[index .Labels "a"]]`, "x"}, {`[[len .List]]`, "2"},
		{`[[and .Yes .App]]`, "web"}, {`[[or .Empty .Text]]`, `"a: b # c"`}, {`[[print .Number]]`, `"7"`}, {`[[toString .Number]]`, `"7"`},
		{`[[slice .Plain 0 5]]`, "plain"}, {`[[hasPrefix "we" .App]]`, "true"}, {`[[sha256sum "" | trunc 8]]`, "e3b0c442"}, {`[[empty .Empty]]`, "true"},
	}
	for _, c := range cases {
		got := renderText(t, "x.yaml", "a: "+c.template+"\n", newSample())
		if want := "a: " + c.want + "\n"; got != want && got != "a:"+c.want+"\n" {
			t.Errorf("%s gives %q, want %q", c.template, got, want)
		}
	}
}

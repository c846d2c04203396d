package render

import (
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
)

type sample struct {
	App, Env, Odd       model.Name
	Dir                 model.Path
	Version             model.Path
	Commit              model.Commit
	Address             model.URL
	Owner               model.Owner
	Number              int
	Yes                 bool
	Ratio               float64
	Text, Plain, Script string
	Empty               string
	Raw                 model.Raw
	Labels              map[string]string
	None                map[string]string
	List                []string
	Nested              map[string]any
	Files               []file
	Pointer             *string
	Nil                 *string
	Any                 any
}

type file struct {
	Name model.Path
	Text string
}

func (s sample) Method() string { return "from a method" }

func newSample() sample {
	text := "pointed: at"
	return sample{
		App: "web", Env: "prod", Odd: "on", Dir: "../../base/web", Version: "1.5", Commit: "1234567", Address: "https://git.example.com/a/b.git", Owner: "@acme/web",
		Number: 7, Yes: true, Ratio: 0.25, Text: "a: b # c", Plain: "plain text", Script: "set -e\necho hi\n",
		Labels: map[string]string{"b": "yes", "a": "x"}, None: map[string]string{}, List: []string{"one", "- two"},
		Nested:  map[string]any{"list": []any{1, map[string]any{"k": "v", "e": []string{}}}, "m": map[string]any{"n": true}},
		Files:   []file{{"a.conf", "x=1\ny=2\n"}, {"b.conf", "single"}},
		Pointer: &text, Raw: "a: [",
	}
}

func TestYAMLPlaces(t *testing.T) {
	cases := []struct{ name, template, want string }{
		{"scalar value", "key: [[.Text]]\n", "key: \"a: b # c\"\n"},
		{"plain value", "key: [[.Plain]]\n", "key: plain text\n"},
		{"empty value", "key: [[.Empty]]\n", "key: \"\"\n"},
		{"names as part", "name: [[.App]]-[[.Env]]\n", "name: web-prod\n"},
		{"names in quotes", "name: '{{.name}}-[[.Env]]'\nb: \"[[.App]]\"\n", "name: '{{.name}}-prod'\nb: \"web\"\n"},
		{"names in comments", "# [[.App]] of [[.Number]]\na: 1 # [[.Env]]\n", "# web of 7\na: 1 # prod\n"},
		{"name as key", "[[.App]]: 1\n[[.Env]]-x: 2\n", "web: 1\nprod-x: 2\n"},
		{"name in block scalar", "run: |\n  cd [[.Dir]]\n  ./[[.App]]\n", "run: |\n  cd ../../base/web\n  ./web\n"},
		{"name that is a boolean", "a: [[.Odd]]\n[[.Odd]]: 1\n", "a: \"on\"\n\"on\": 1\n"},
		{"number as value and key", "[[.Number]]: [[.Number]]\n", "\"7\": 7\n"},
		{"boolean", "a: [[.Yes]]\nb: [[not .Yes]]\n", "a: true\nb: false\n"},
		{"composed number is a text", "a: 1.[[.Number]]\nb: [[.Number]]m\n", "a: \"1.7\"\nb: 7m\n"},
		{"commit of digits", "a: [[.Commit]]\n", "a: \"1234567\"\n"},
		{"path like a number", "a: [[.Version]]\nb: v[[.Version]]\n", "a: \"1.5\"\nb: v1.5\n"},
		{"address", "a: [[.Address]]\n", "a: https://git.example.com/a/b.git\n"},
		{"float", "a: [[.Ratio]]\n", "a: 0.25\n"},
		{"pointer", "a: [[.Pointer]]\n", "a: \"pointed: at\"\n"},
		{"method", "a: [[.Method]]\n", "a: from a method\n"},
		{"map below key", "labels: [[.Labels]]\nnext: 1\n", "labels:\n  a: x\n  b: \"yes\"\nnext: 1\n"},
		{"map below nested key", "- a:\n    labels:   [[.Labels]]\n", "- a:\n    labels:\n      a: x\n      b: \"yes\"\n"},
		{"map with comment", "labels: [[.Labels]] # why\nnext: 1\n", "labels: # why\n  a: x\n  b: \"yes\"\nnext: 1\n"},
		{"map with blank after", "labels: [[.Labels]]  \n", "labels:\n  a: x\n  b: \"yes\"\n"},
		{"map on its own line", "labels:\n  [[.Labels]]\n", "labels:\n  a: x\n  b: \"yes\"\n"},
		{"map in list", "- [[.Labels]]\n-   [[.List]]\n", "- a: x\n  b: \"yes\"\n-   - one\n    - \"- two\"\n"},
		{"map in compact map", "- k: [[.Labels]]\n", "- k:\n    a: x\n    b: \"yes\"\n"},
		{"list below key", "list: [[.List]]\n", "list:\n  - one\n  - \"- two\"\n"},
		{"empty map", "labels: [[.None]]\n", "labels: {}\n"},
		{"map in flow", "a: {labels: [[.Labels]], list: [ [[.List]], 1]}\n", "a: {labels: {a: x, b: \"yes\"}, list: [ [one, \"- two\"], 1]}\n"},
		{"flow", "labels: [[flow .Labels]]\n", "labels: {a: x, b: \"yes\"}\n"},
		{"nested", "n: [[.Nested]]\n", "n:\n  list:\n    - 1\n    - e: []\n      k: v\n  m:\n    \"n\": true\n"},
		{"document", "[[.Labels]]\n", "a: x\nb: \"yes\"\n"},
		{"document after marker", "--- [[.Labels]]\n---\n[[.Text]]\n", "---\na: x\nb: \"yes\"\n---\n\"a: b # c\"\n"},
		{"two documents", "a: [[.Text]]\n---\nb: [[.Text]]\n", "a: \"a: b # c\"\n---\nb: \"a: b # c\"\n"},
		{"literal", "run: [[literal .Script]]\nnext: 1\n", "run: |\n  set -e\n  echo hi\nnext: 1\n"},
		{"literal in list with comment", "- [[literal .Script]] # why\n", "- | # why\n  set -e\n  echo hi\n"},
		{"literals in a loop", "data:\n[[- range .Files]]\n  [[.Name]]: [[literal .Text]]\n[[- end]]\n", "data:\n  a.conf: |\n    x=1\n    y=2\n  b.conf: single\n"},
		{"literal in flow", "a: [ [[literal .Script]] ]\n", "a: [ \"set -e\\necho hi\\n\" ]\n"},
		{"range with values", "[[range .List]]- [[.]]\n[[end]]", "- one\n- \"- two\"\n"},
		{"function results", "a: [[printf \"%s-%d\" .App .Number]]\nb: [[upper .App]]\nc: [[join \",\" .List]]\n", "a: web-7\nb: WEB\nc: \"one,- two\"\n"},
		{"variables do not print", "[[$x := .Text]][[$x = .Plain]]a: [[$x]]\n", "a: plain text\n"},
		{"line feed is added", "a: [[.Text]]", "a: \"a: b # c\"\n"},
		{"map in a patch", "patches:\n  - patch: |-\n      # of [[.Env]]\n      - op: add\n        value: [[.Labels]]\n      - op: add\n        value: [[.Text]]\n    target: {kind: [[.App]]}\n",
			"patches:\n  - patch: |-\n      # of prod\n      - op: add\n        value:\n          a: x\n          b: \"yes\"\n      - op: add\n        value: \"a: b # c\"\n    target: {kind: web}\n"},
		{"patch that is one value", "a: {b: 1}\npatch: |-\n\n  [[.Labels]]\nb: 1\n", "a: {b: 1}\npatch: |-\n\n  a: x\n  b: \"yes\"\nb: 1\n"},
		{"item of a patch", "- patch: |-\n    a:\n      - [[.Labels]]\n      - [[.Odd]]\n", "- patch: |-\n    a:\n      - a: x\n        b: \"yes\"\n      - \"on\"\n"},
		{"github expression", "a: ${{ secrets.X }}\n", "a: ${{ secrets.X }}\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := renderText(t, "x.yaml", c.template, newSample()); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

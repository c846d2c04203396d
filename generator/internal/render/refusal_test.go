package render

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
)

func TestRefusedPlaces(t *testing.T) {
	cases := []struct{ name, file, template, want string }{
		{"single quotes", "x.yaml", "a: '[[.Text]]'\n", "1:7: error: value inside quotes [template/escape]"},
		{"part of single quotes", "x.yaml", "a: 'v[[.Text]]'\n", "1:8: error: value inside quotes [template/escape]"},
		{"double quotes", "x.yaml", "b: 1\na: \"[[.Text]]\"\n", "2:7: error: value inside quotes [template/escape]"},
		{"quotes over lines", "x.yaml", "a: \"x\n  [[.Text]]\"\n", "2:5: error: value inside quotes [template/escape]"},
		{"comment", "x.yaml", "# [[.Text]]\na: 1\n", "1:5: error: value in a comment [template/escape]"},
		{"comment after a value", "x.yaml", "a: [[.Text]] # [[.Text]]\n", "1:18: error: value in a comment [template/escape]"},
		{"comment at the end", "x.yaml", "a: 1\n# [[.Text]]\n", "2:5: error: value in a comment [template/escape]"},
		{"literal block", "x.yaml", "run: |\n  echo [[.Text]]\n", "2:10: error: value inside a block scalar [template/escape]"},
		{"folded block", "x.yaml", "run: >-\n  [[.Text]]\n", "2:5: error: value inside a block scalar [template/escape]"},
		{"key", "x.yaml", "[[.Text]]: 1\n", "1:3: error: value used as a key [template/escape]"},
		{"part of a key", "x.yaml", "a-[[.Text]]: 1\n", "1:5: error: value used as a key [template/escape]"},
		{"key in flow", "x.yaml", "a: {[[.Text]]: 1}\n", "1:7: error: value used as a key [template/escape]"},
		{"key without a value in flow", "x.yaml", "a: { [[.Text]] }\n", "1:8: error: value used as a key [template/escape]"},
		{"key of a pair in a flow list", "x.yaml", "a: [ [[.Text]]: 1 ]\n", "1:8: error: value used as a key [template/escape]"},
		{"question mark key", "x.yaml", "? [[.Text]]\n: 1\n", "1:5: error: value used as a key [template/escape]"},
		{"before text", "x.yaml", "a: [[.Text]]-x\n", "1:6: error: value beside other text [template/escape]"},
		{"after text", "x.yaml", "a: x-[[.Text]]\n", "1:8: error: value beside other text [template/escape]"},
		{"beside a name", "x.yaml", "a: [[.App]]-[[.Text]]\n", "1:15: error: value beside other text [template/escape]"},
		{"two values", "x.yaml", "a: [[.Text]][[.Text]]\n", "1:6: error: value beside other text [template/escape]"},
		{"comment sign without a space", "x.yaml", "a: [[.Text]]#x\n", "1:6: error: value beside other text [template/escape]"},
		{"first of two lines", "x.yaml", "a: [[.Text]]\n  more\n", "1:6: error: value beside other text [template/escape]"},
		{"second of two lines", "x.yaml", "a: more\n  [[.Text]]\n", "2:5: error: value beside other text [template/escape]"},
		{"no space after the colon", "x.yaml", "a:[[.Text]]\n", "1:5: error: value beside other text [template/escape]"},
		{"tag", "x.yaml", "a: !!str [[.Text]]\n", "1:12: error: value after an anchor or a tag [template/escape]"},
		{"anchor", "x.yaml", "a: &x [[.Text]]\n", "1:9: error: value after an anchor or a tag [template/escape]"},
		{"name after a tag", "x.yaml", "a: !!str [[.App]]\n", "1:12: error: value after an anchor or a tag [template/escape]"},
		{"inside a tag", "x.yaml", "a: !x[[.App]] b\n", "error: rendered text is not YAML [template/yaml]"},
		{"inside an anchor", "x.yaml", "a: &[[.App]] b\n", "error: rendered text is not YAML [template/yaml]"},
		{"alias", "x.yaml", "a: *[[.App]]\n", "error: rendered text is not YAML [template/yaml]"},
		{"block header", "x.yaml", "a: |[[.Number]]\n  x\n", "error: rendered text is not YAML [template/yaml]"},
		{"escape", "x.yaml", "a: \"\\x4[[.Number]]\"\n", "error: rendered text is not YAML [template/yaml]"},
		{"directive", "x.yaml", "%[[.App]] 1\n---\na: 1\n", "error: rendered text is not YAML [template/yaml]"},
		{"partial", "x.yaml", "[[define \"p\"]]'[[.Text]]'[[end]]a: [[template \"p\" .]]\n", "1:18: error: value inside quotes [template/escape]"},
		{"list in quotes", "x.yaml", "a: \"[[.List]]\"\n", "1:7: error: value inside quotes [template/escape]"},
		{"literal in quotes", "x.yaml", "a: '[[literal .Text]]'\n", "1:7: error: value inside quotes [template/escape]"},
		{"cell in YAML", "x.yaml", "a: [[cell .Text]]\n", "1:6: error: cell is for Markdown [template/escape]"},
		{"not YAML", "x.yaml", "a: 'x\nb: [[.Text]]\n", "error: rendered text is not YAML [template/yaml]"},
		{"same key twice", "x.yaml", "a: 1\nb: 2\na: [[.Text]]\n", "3:1: error: rendered text is not YAML [template/yaml]"},
		{"same printed key twice", "x.yaml", "web: 1\n[[.App]]: 2\n", "2:3: error: key is in the map already [template/escape]"},
		{"two printed keys", "x.yaml", "[[.App]]: 1\n\"[[.App]]\": 2\n", "2:4: error: key is in the map already [template/escape]"},
		{"address in quotes", "x.yaml", "a: '[[.Address]]'\n", "1:7: error: value inside quotes [template/escape]"},

		{"string in a text file", "run.sh", "echo [[.Text]]\n", "1:8: error: value cannot be printed here [template/escape]"},
		{"string in Markdown", "x.md", "[[.Text]]\n", "hint: Write [[… | cell]]"},
		{"cell in a text file", "CODEOWNERS", "* [[cell .Text]]\n", "1:5: error: value cannot be printed here [template/escape]"},
		{"list in a text file", "run.sh", "echo [[.List]]\n", "The value is a list ([]string)."},
		{"function result in a text file", "run.sh", "echo [[printf \"%s\" .App]]\n", "The value is a string."},

		{"part of a JSON string", "x.json", "{\"a\": \"x[[.Text]]\"}\n", "1:11: error: value inside quotes [template/escape]"},
		{"JSON key", "x.json", "{[[.Text]]: 1}\n", "error: rendered text is not JSON [template/yaml]"},
		{"beside a JSON value", "x.json", "{\"a\": 1[[.Text]]}\n", "error: rendered text is not JSON [template/yaml]"},
		{"map in JSON", "x.json", "{\"a\": [[.Labels]]}\n", "1:9: error: map or list in a JSON file [template/escape]"},

		{"text before a file of its own", "x.conf", "a [[.Raw]]", "1:5: error: value must be the whole file [template/escape]"},
		{"text after a file of its own", "x.conf", "[[.Raw]] a", "1:3: error: value must be the whole file [template/escape]"},
		{"two files of their own", "x.yaml", "[[.Raw]][[.Raw]]", "1:11: error: value must be the whole file [template/escape]"},
		{"file of its own as a scalar", "x.yaml", "a: [[.Raw]]\n", "1:6: error: value must be the whole file [template/escape]"},

		{"nil", "x.yaml", "a: [[.Nil]]\n", "1:6: error: no value to print [template/exec]"},
		{"nil interface", "x.yaml", "a: [[.Any]]\n", "1:6: error: no value to print [template/exec]"},
		{"struct", "x.yaml", "a: [[.]]\n", "error: value cannot be printed [template/exec]"},
		{"not a name", "x.yaml", "a: [[index .Nested \"bad\"]]\n", "error: value is not a name [template/escape]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := newSample()
			data.Nested["bad"] = model.Name("x: y")
			files, list := renderAll(map[string]string{c.file + ".tmpl": c.template}, data)
			got := reportText(list)
			if !strings.Contains(got, c.want) || len(files) > 0 {
				t.Errorf("got:\n%s\nwant a report with:\n%s\nfiles: %v", got, c.want, files)
			}
			if !strings.Contains(got, "built-in template "+c.file+".tmpl:") {
				t.Errorf("no place in:\n%s", got)
			}
		})
	}
}

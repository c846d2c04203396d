package render

import (
	"strings"
	"testing"
)

func TestTemplateFaults(t *testing.T) {
	cases := []struct{ name, file, template, want string }{
		{"unclosed", "x.yaml", "a: 1\nb: [[.Text\n", "x.yaml.tmpl:2:1: error: template does not parse [template/parse]"},
		{"stray end", "x.yaml", "a: [[end]]\n", "1:1: error: template does not parse"},
		{"list of YAML", "x.yaml", "a: [[[.Text]]]\n", "hint: Actions stand between [[ and ]]. Leave a space"},
		{"unknown function", "x.yaml", "a: 1\nb: [[.Text | uper]]\n", "2:14: error: unknown function \"uper\" [template/function]\n  hint: Did you mean upper?"},
		{"function without a neighbour", "x.yaml", "a: [[frobnicate]]\n", "hint: wavewright templates list --functions prints all functions."},
		{"toYaml", "x.yaml", "a: [[toYaml .Labels]]\n", "hint: Print the value alone, key: [[.Value]]; it is laid out at the right indent."},
		{"quote", "x.yaml", "a: [[.Text | quote]]\n", "1:14: error: unknown function \"quote\" [template/function]"},
		{"call", "x.yaml", "a: [[call .Text]]\n", "unknown function \"call\" [template/function]"},
		{"html", "x.md", "[[html .Text]]\n", "unknown function \"html\" [template/function]"},
		{"js", "x.md", "[[js .Text]]\n", "unknown function \"js\" [template/function]"},
		{"urlquery", "x.md", "[[urlquery .Text]]\n", "unknown function \"urlquery\" [template/function]"},
		{"now", "x.yaml", "a: [[now]]\n", "A rendering must not depend on the time, on chance or on the machine."},
		{"env", "x.yaml", "a: [[env \"HOME\"]]\n", "unknown function \"env\" [template/function]"},
		{"emit", "x.yaml", "a: [[.Text | emit 1]]\n", "hint: Remove it; every value passes through emit anyway."},
		{"unknown template", "x.yaml", "[[define \"labels\"]]a: 1[[end]][[template \"label\"]]\n", "error: unknown template \"label\" [template/parse]\n  hint: Did you mean \"labels\"?"},
		{"not UTF-8", "x.yaml", "a: 1\nb: \xff\n", "2:4: error: text is not UTF-8 [template/parse]"},
		{"token", "x.yaml", "a: \ue000\n", "1:4: error: private use character in a template [template/parse]"},
		{"other token", "x.md", "é\ue001\n", "1:2: error: private use character in a template [template/parse]"},
		{"byte order mark", "x.yaml", "\ufeffa: 1\n", "1:1: error: byte order mark in a template"},
		{"carriage return", "x.yaml", "a: 1\rb: 2\n", "control character in a template"},

		{"missing field", "x.yaml", "a: [[.Txt]]\n", "1:6: error: no field Txt [template/exec]\n  The value is of type render.sample.\n  While rendering x.yaml.\n  hint: Did you mean Text?\n"},
		{"missing field of a field", "x.yaml", "[[range .Files]]a: [[.Nme]][[end]]\n", "1:22: error: no field Nme [template/exec]\n  The value is of type render.file.\n  While rendering x.yaml.\n  hint: Did you mean Name?"},
		{"missing method", "x.yaml", "a: [[.Methods]]\n", "hint: Did you mean Method?"},
		{"missing key", "x.yaml", "a: [[.Labels.zz]]\n", "1:13: error: template fails [template/exec]\n  The executor says: map has no entry for key \"zz\"."},
		{"function fails", "x.yaml", "a: [[div 1 0]]\n", "1:6: error: div fails [template/function]"},
		{"wrong argument", "x.yaml", "a: [[upper .List]]\n", "1:6: error: a text is wanted here [template/function]\n  The argument is a list ([]string)."},
		{"too few arguments", "x.yaml", "a: [[replace .Text]]\n", "error: function is not called right [template/function]"},
		{"keys of a list", "x.yaml", "a: [[sortedKeys .List]]\n", "sortedKeys wants a map [template/function]"},
		{"cell of a list", "x.md", "[[cell .List]]\n", "cell wants a text, a number or a boolean [template/function]"},
		{"literal of a number", "x.yaml", "a: [[literal .Number]]\n", "a text is wanted here [template/function]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files, list := renderAll(map[string]string{c.file + ".tmpl": c.template}, newSample())
			if got := reportText(list); !strings.Contains(got, c.want) || len(files) > 0 {
				t.Errorf("got:\n%s\nwant a report with:\n%s", got, c.want)
			}
		})
	}
}

func TestCopiedFilesAreChecked(t *testing.T) {
	_, list := renderAll(map[string]string{"x.yaml": "a: \ue001\n"}, nil)
	if got := reportText(list); !strings.Contains(got, "x.yaml:1:4: error: private use character in a template") {
		t.Errorf("got:\n%s", got)
	}
	files, list := renderAll(map[string]string{"logo.png": "\x89PNG\r\n\x00\ue000", "x.yaml": "a: 1\r\n"}, nil)
	if len(list) > 0 || string(files["logo.png"].Content) != "\x89PNG\r\n\x00\ue000" || string(files["x.yaml"].Content) != "a: 1\n" {
		t.Error(reportText(list), files)
	}
}

func TestLibraryFaults(t *testing.T) {
	got := reportOf(Input{Scopes: platform, Builtin: folder(map[string]string{
		"_lib/a.tmpl": "[[define \"p\"]]x[[end]]", "_lib/b.tmpl": "[[define \"p\"]]x[[end]]", "_lib/c.tmpl": "text",
	})})
	for _, want := range []string{
		"built-in template _lib/b.tmpl: error: template \"p\" is defined twice [template/collision]\n  built-in template _lib/a.tmpl and built-in template _lib/b.tmpl both define it.",
		"built-in template _lib/c.tmpl: error: text outside of define below _lib/ [template/parse]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestAllTemplatesReportAtOnce(t *testing.T) {
	got := reportOf(Input{
		Scopes:  platform,
		Builtin: folder(map[string]string{"a.yaml.tmpl": "[[", "b.yaml.tmpl": "a: 1\n"}),
		Layers:  []Layer{{"templates", folder(map[string]string{"b.yaml.tmpl": "[[nope]]", "{nope}/c.yaml.tmpl": "x"})}},
	})
	for _, want := range []string{"built-in template a.yaml.tmpl:1:1: error", "templates/b.yaml.tmpl:1:3: error", "templates/{nope}/c.yaml.tmpl: error"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestErrorsInPartialsPointThere(t *testing.T) {
	got := reportOf(Input{Scopes: repository(newSample()), Builtin: folder(map[string]string{
		"_lib/a.tmpl": "[[define \"p\"]]\n  '[[.Text]]'[[end]]", "_lib/b.tmpl": "[[define \"q\"]]\n[[.Nope]][[end]]",
		"x.yaml.tmpl": "a: [[template \"p\" .]]\n", "y.yaml.tmpl": "a: [[template \"q\" .]]\n",
	})})
	for _, want := range []string{"built-in template _lib/a.tmpl:2:6: error: value inside quotes", "built-in template _lib/b.tmpl:2:3: error: no field Nope"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

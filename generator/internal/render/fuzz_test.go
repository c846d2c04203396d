package render

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/yamltree"
)

type fuzzData struct {
	V string
	N model.Name
	P model.Path
	I int
}

// fuzzActions are the characters that stand for printing actions in fuzzed templates.
var fuzzActions = strings.NewReplacer("[[", "", "§", "[[.V]]", "¶", "[[literal .V]]", "†", "[[.N]]", "‡", "[[.P]]", "°", "[[.I]]")

var fuzzSeeds = []string{
	"a: §\n", "a: ¶\nb: 1\n", "- §\n- †-‡\n", "{a: §, b: [§, °]}\n", "†: §\n", "# †\na: '†' # ‡\n", "a: \"† x\n  ‡\"\n", "a: |\n  † ‡\n", "--- §\n...\n---\n§\n",
	"a: §\n  b\n", "a: &x §\nb: *x\n", "? †\n: ¶\n", "- - ¶\n  - a: ¶\n", "a:\n- ¶\n\n\n# x\n", "a: † ‡\n", "a: ‡:°\n", "a: >2-\n   †\n", "a: !t †\n", "§", "‡",
	"a: x\n ‡\n", "\"‡\n‡\"\n", "a: °.°\n", "{†: §}\n", "[†: §]\n", "a: ¶ # x\n", "a:\n  ¶\n", "a: [\n§,\n†\n]\n", "%YAML 1.2\n---\n§\n", "a: -†\n", "-†\n", "a: {†}\n",
}

// FuzzStructure holds that values decide nothing: a template is accepted or refused
// whatever they are, and the scalars of the result are those of the template.
func FuzzStructure(f *testing.F) {
	for i, seed := range fuzzSeeds {
		f.Add(seed, hostileFragments[i%len(hostileFragments)]+" "+hostileFragments[(i*7)%len(hostileFragments)])
		f.Add(seed, "  a\n\tb\n\n")
	}
	f.Fuzz(func(t *testing.T, template, value string) {
		template = fuzzActions.Replace(template)
		value = string([]rune(value)) // what is not UTF-8 becomes U+FFFD
		plain := fuzzData{V: "zqv", N: "zqn-a", P: "zqp-a", I: 77177}
		for _, odd := range []fuzzData{
			{V: value, N: "on", P: "..", I: -5}, {V: value, N: "null", P: "1.5", I: 0}, {V: value + "\n", N: "y", P: "0x1", I: 10},
		} {
			compareFuzzed(t, template, plain, odd)
		}
	})
}

func compareFuzzed(t *testing.T, template string, plain, odd fuzzData) {
	first, firstList := renderAll(map[string]string{"x.yaml.tmpl": template}, plain)
	second, secondList := renderAll(map[string]string{"x.yaml.tmpl": template}, odd)
	if strings.Contains(reportText(firstList)+reportText(secondList), "key is in the map already") {
		return
	}
	if reportText(firstList) != reportText(secondList) || len(first) != len(second) {
		t.Fatalf("template %q with %+v:\n%s\n%s", template, odd, reportText(firstList), reportText(secondList))
	}
	if len(first) == 0 {
		return
	}
	want, err := yamltree.Scalars(first["x.yaml"].Content)
	if err != nil {
		t.Fatalf("template %q gives %q: %v", template, first["x.yaml"].Content, err)
	}
	got, err := yamltree.Scalars(second["x.yaml"].Content)
	if err != nil || len(got) != len(want) {
		t.Fatalf("template %q gives %q: %v", template, second["x.yaml"].Content, err)
	}
	names := strings.NewReplacer("zqn-a", string(odd.N), "zqp-a", string(odd.P), "77177", itoa(odd.I))
	for i := range want {
		text := names.Replace(want[i].Text)
		if want[i].Text == plain.V {
			text = odd.V
		}
		if got[i].Text != text || got[i].Key != want[i].Key || got[i].Mapping != want[i].Mapping || got[i].InSequence != want[i].InSequence {
			t.Fatalf("template %q gives %q with %+v, want %q", template, second["x.yaml"].Content, got[i], text)
		}
	}
}

func itoa(i int) string {
	p, _ := classify(i)
	return p.text
}

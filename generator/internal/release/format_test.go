package release

import (
	"cmp"
	"os"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema/diag"
)

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "1111111111111111111111111111111111111111"
	shaC = "0123456789012345678901234567890123456789"
)

func element(target, name string) Element {
	return Element{
		{"name", name + "-" + target}, {"project", "prod-apps"}, {"path", "overlays/" + target + "/apps/" + name},
		{"namespace", "voting-prod"}, {"cluster", "in-cluster"},
	}
}

func pinOf(target string, k Kind, name, commit string, before ...string) Pin {
	p := Pin{Slot: Slot{target, k, name}, Run: runOf(target, name, commit)}
	for _, c := range before {
		p.Previous = append(p.Previous, runOf(target, name, c))
	}
	return p
}

func runOf(target, name, commit string) Run {
	return Run{Revision: commit, By: "Jane Doe <jane@example.com>", At: "2026-11-23T06:05:00Z", Element: element(target, cmp.Or(name, "x"))}
}

func sample() *Releases {
	odd := pinOf("prod", Application, "worker", shaB)
	odd.By = `Jürgen "J" O'Neil: <j@example.com> #1`
	odd.Element = append(odd.Element, Field{"weight", "10"}, Field{"note", "a: b # c"}, Field{"empty", ""}, Field{"podSecurity", "true"})
	return (*Releases)(nil).With("prod", []Pin{
		odd,
		pinOf("prod", Application, "vote", shaA, shaB, shaC, shaA),
		pinOf("prod", Namespace, "voting-prod", shaA),
		pinOf("prod", Cluster, "", shaC),
		pinOf("eu", Application, "vote", shaA),
	})
}

const sampleText = `# What each Application of prod runs. ` + "`wavewright promote` and `wavewright rollback`" + ` write this file; review it like code.
apiVersion: wavewright.dev/v1alpha1
kind: Releases
environment: prod
targets:
  prod:
    namespaces:
      voting-prod:
        revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        by: Jane Doe <jane@example.com>
        at: "2026-11-23T06:05:00Z"
        element:
          name: voting-prod-prod
          project: prod-apps
          path: overlays/prod/apps/voting-prod
          namespace: voting-prod
          cluster: in-cluster
    applications:
      vote:
        revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        by: Jane Doe <jane@example.com>
        at: "2026-11-23T06:05:00Z"
        element:
          name: vote-prod
          project: prod-apps
          path: overlays/prod/apps/vote
          namespace: voting-prod
          cluster: in-cluster
        previous:
          - revision: "1111111111111111111111111111111111111111"
            by: Jane Doe <jane@example.com>
            at: "2026-11-23T06:05:00Z"
            element:
              name: vote-prod
              project: prod-apps
              path: overlays/prod/apps/vote
              namespace: voting-prod
              cluster: in-cluster
`

func TestEncode(t *testing.T) {
	r := (*Releases)(nil).With("prod", []Pin{pinOf("prod", Application, "vote", shaA, shaB), pinOf("prod", Namespace, "voting-prod", shaA)})
	same(t, string(r.Encode()), sampleText)
	back, list := Parse("releases/prod.yaml", []byte(sampleText))
	if len(list) > 0 || !back.Equal(r) {
		t.Errorf("%v %+v", list, back)
	}
}

func TestRoundTrip(t *testing.T) {
	for name, r := range map[string]*Releases{"sample": sample(), "empty": {Environment: "prod"}} {
		t.Run(name, func(t *testing.T) {
			text := r.Encode()
			back, list := Parse("releases/prod.yaml", text)
			if len(list) > 0 || !back.Equal(r) {
				t.Fatalf("%v\n%s", list, text)
			}
			same(t, string(back.Encode()), string(text))
		})
	}
}

func TestOf(t *testing.T) {
	var got []string
	for _, p := range sample().Of("prod") {
		got = append(got, p.Slot.String())
	}
	same(t, strings.Join(got, "\n"), "the cluster element of prod\nnamespace voting-prod in prod\napplication vote in prod\napplication worker in prod")
	if pins := (*Releases)(nil).Of("prod"); pins != nil {
		t.Errorf("nil releases have %v", pins)
	}
}

func diagnostics(t *testing.T, list diag.List, file, src string) string {
	t.Helper()
	return diagnosticsOf(t, list, diag.Sources{file: []byte(src)})
}

func diagnosticsOf(t *testing.T, list diag.List, sources diag.Sources) string {
	t.Helper()
	var b strings.Builder
	if err := diag.WriteText(&b, list, sources); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParseFaults(t *testing.T) {
	src := golden(t, "faults.yaml")
	_, list := Parse("releases/prod.yaml", []byte(src))
	same(t, diagnostics(t, list, "releases/prod.yaml", src), golden(t, "faults.txt"))
}

func TestCandidates(t *testing.T) {
	src := candidatesText(lifeEnvironments[2], "vote", "result@vote")
	src = strings.Replace(src, "  prod-us:\n", "  prod-us:\n    _cluster:\n      name: cluster-prod-us\n      project: prod-infra\n      path: overlays/prod-us/infra/_cluster\n      cluster: us\n", 1)
	c, list := ParseCandidates("overlays/prod/applications.yaml", []byte(src))
	if len(list) > 0 {
		t.Fatal(list)
	}
	var got []string
	for _, e := range c.Elements {
		got = append(got, e.Slot.String()+": "+e.Element.Get("name")+" "+e.Element.Get("podSecurity"))
	}
	same(t, strings.Join(got, "\n"), `namespace vote-prod in prod-eu: infra-vote-prod restricted
application result in prod-eu: result-prod-eu 
application vote in prod-eu: vote-prod-eu 
the cluster element of prod-us: cluster-prod-us 
namespace vote-prod in prod-us: infra-vote-prod restricted
application result in prod-us: result-prod-us 
application vote in prod-us: vote-prod-us `)
	_, list = ParseCandidates("overlays/staging/applications.yaml", []byte(src))
	same(t, diagnostics(t, list, "overlays/staging/applications.yaml", src),
		`overlays/staging/applications.yaml:3:14: error: environment must be "staging" [release/value]
    3 | environment: prod
      |              ^^^^
  hint: The file's place names the environment: overlays/staging/applications.yaml.
`)
}

// FuzzParse looks for panics, and for accepted files that do not survive a rewrite.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sampleText))
	f.Add(sample().Encode())
	f.Add([]byte("apiVersion: wavewright.dev/v1alpha1\nkind: Releases\nenvironment: prod\ntargets: {}\n"))
	f.Add([]byte(strings.ReplaceAll(sampleText, "\n", "\r\n")))
	f.Add([]byte("targets: {prod: {_cluster: [], namespaces: {a: null}, applications: {b: {previous: [1, null, {}]}}}}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		ParseCandidates("overlays/prod/applications.yaml", src)
		r, list := Parse("releases/prod.yaml", src)
		if list.HasErrors() {
			return
		}
		text := r.Encode()
		back, list := Parse("releases/prod.yaml", text)
		if list.HasErrors() || !back.Equal(r) || string(back.Encode()) != string(text) {
			t.Fatalf("%v\n%s", list, text)
		}
		// What cannot be edited is refused; what is edited is checked by Edit itself.
		_, _ = Edit("releases/prod.yaml", src, []Pin{pinOf("prod", Application, "vote", shaC), pinOf("a", Cluster, "", shaC)})
	})
}

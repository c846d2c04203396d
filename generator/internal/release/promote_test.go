package release

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func candidate(target string, k Kind, name, namespace string) Candidate {
	path := strings.TrimSuffix("overlays/"+target+"/"+string(k)+"/"+name, "/")
	e := Element{{"name", "x"}, {"project", "p"}, {"path", path}, {"cluster", "in-cluster"}}
	if namespace != "" {
		e = append(e, Field{"namespace", namespace})
	}
	return Candidate{Slot{target, k, name}, e}
}

func housedPin(target string, k Kind, name, namespace, commit string) Pin {
	return Pin{Slot: Slot{target, k, name}, Run: Run{
		Revision: commit, By: "J", At: "2026-11-23T06:05:00Z", Element: candidate(target, k, name, namespace).Element,
	}}
}

func decided(res *Result, refused Refusals) string {
	if res == nil {
		return refused.String()
	}
	var b strings.Builder
	for _, m := range res.Moves {
		fmt.Fprintf(&b, "%s %s %.2s>%.2s\n", m.Slot, m.Action, m.From, m.To)
	}
	return b.String()
}

// laterInput is a staging with a namespace an application, and a prod with one
// namespace for both, so that names and counts of namespaces differ.
func laterInput() *Input {
	prod := &Candidates{Environment: "prod", Elements: []Candidate{
		candidate("prod", Cluster, "", ""),
		candidate("prod", Namespace, "jobs-prod", "jobs-prod"), candidate("prod", Namespace, "voting", "voting"),
		candidate("prod", Application, "result", "voting"), candidate("prod", Application, "vote", "voting"),
	}}
	return &Input{
		Environments: []Environment{
			{Name: "dev", Targets: []string{"dev"}}, {Name: "staging", From: "dev", Targets: []string{"staging"}},
			{Name: "prod", From: "staging", Targets: []string{"prod"}},
		},
		By: "Jane Doe <jane@example.com>", At: time.Date(2026, 11, 23, 7, 5, 0, 5, time.FixedZone("", 3600)),
		Pushed: Pushed{
			Branch: "main", Name: "origin/main", Tip: shaC, Revision: shaC, Line: []string{shaC, shaB, shaA},
			Candidates: map[string]*Candidates{shaA: prod, shaB: prod, shaC: prod},
			Previous: (*Releases)(nil).With("staging", []Pin{
				housedPin("staging", Cluster, "", "", shaA),
				housedPin("staging", Namespace, "vote-staging", "vote-staging", shaA), housedPin("staging", Application, "vote", "vote-staging", shaB),
				housedPin("staging", Namespace, "result-staging", "result-staging", shaB), housedPin("staging", Application, "result", "result-staging", shaA),
				housedPin("staging", Namespace, "jobs-staging", "jobs-staging", shaA), housedPin("staging", Namespace, "gone-staging", "gone-staging", shaA),
				housedPin("staging", Application, "only-staging", "vote-staging", shaB),
			}),
		},
	}
}

func TestPromoteLater(t *testing.T) {
	for name, test := range map[string]struct {
		request Request
		current []Pin
		want    string
	}{
		"everything": {Request{To: "prod"}, nil, `the cluster element of prod created >aa
namespace jobs-prod in prod created >aa
namespace voting in prod created >11
application result in prod created >aa
application vote in prod created >11
`},
		"named with its namespace": {Request{To: "prod", Applications: []string{"vote"}, Infra: true}, nil, `the cluster element of prod created >aa
namespace voting in prod created >aa
application vote in prod created >11
`},
		"named alone": {Request{To: "prod", Applications: []string{"vote", "vote"}}, []Pin{
			housedPin("prod", Cluster, "", "", shaA),
			housedPin("prod", Namespace, "voting", "voting", shaA), housedPin("prod", Application, "vote", "voting", shaC),
		}, "application vote in prod moved 01>11\n"},
		"same revision, other element": {Request{To: "prod", Applications: []string{"vote"}}, []Pin{
			housedPin("prod", Cluster, "", "", shaA),
			housedPin("prod", Namespace, "voting", "voting", shaA), housedPin("prod", Application, "vote", "other", shaB),
		}, "application vote in prod moved 11>11\n"},
		"before its cluster": {Request{To: "prod", Applications: []string{"vote", "result"}}, []Pin{
			housedPin("prod", Namespace, "voting", "voting", shaA),
		}, `refused: application vote in prod needs the cluster element of prod, which has no pin [promote/no-cluster]
  hint: Add --infra, or name no application to promote everything.
`},
		"only in staging": {Request{To: "prod", Applications: []string{"only-staging"}}, nil,
			`refused: application only-staging is not a candidate of prod at revision 111111111111 [promote/not-a-candidate]
  hint: Declare only-staging for prod in the spec, generate and push, then promote it through staging.
`},
	} {
		t.Run(name, func(t *testing.T) {
			in := laterInput()
			in.Current = (*Releases)(nil).With("prod", test.current)
			if test.current != nil {
				in.Source = in.Current.Encode()
			}
			same(t, decided(Promote(in, test.request)), test.want)
		})
	}
}

// TestNamespaceNotACandidate meets a namespace that got its name after the commit
// at which the previous environment runs it.
func TestNamespaceNotACandidate(t *testing.T) {
	in := laterInput()
	old := *in.Pushed.Candidates[shaA]
	old.Elements = []Candidate{candidate("prod", Namespace, "voting-old", "voting-old"), candidate("prod", Application, "vote", "voting-old")}
	in.Pushed.Candidates[shaA] = &old
	same(t, decided(Promote(in, Request{To: "prod", Applications: []string{"vote"}, Infra: true})),
		`refused: namespace voting in prod, which application vote needs, is not a candidate at revision aaaaaaaaaaaa [promote/not-a-candidate]
  hint: Promote the namespaces to staging first: `+"`wavewright promote vote --infra --to staging`"+`.
`)
}

func TestPromoteFirst(t *testing.T) {
	in := laterInput()
	upcoming := in.Pushed.Candidates[shaC]
	staging := &Candidates{Environment: "staging"}
	for _, c := range upcoming.Elements {
		c.Target = "staging"
		staging.Elements = append(staging.Elements, c)
	}
	in.Pushed.Previous, in.Pushed.Candidates = nil, map[string]*Candidates{shaC: staging}
	t.Run("without candidates of the first", func(t *testing.T) {
		same(t, decided(Promote(in, Request{To: "staging"})), `the cluster element of staging created >01
namespace jobs-prod in staging created >01
namespace voting in staging created >01
application result in staging created >01
application vote in staging created >01
`)
	})
	t.Run("what the first runs", func(t *testing.T) {
		in.Pushed.Runs = &Candidates{Elements: []Candidate{candidate("dev", Application, "vote", "vote-dev")}}
		same(t, decided(Promote(in, Request{To: "staging"})), `the cluster element of staging created >01
namespace jobs-prod in staging created >01
namespace voting in staging created >01
application vote in staging created >01
`)
	})
	t.Run("nothing", func(t *testing.T) {
		in.Pushed.Candidates = nil
		same(t, decided(Promote(in, Request{To: "staging"})), `refused: nothing that dev runs, as pushed, can be promoted to staging [promote/nothing]
  hint: Generate, commit and push; if dev has pins, promote to it first.
`)
	})
}

// TestClusterWithoutPredecessor promotes to an environment that has cluster-wide
// objects from one that has none: they come from the newest commit that moves.
func TestClusterWithoutPredecessor(t *testing.T) {
	in := laterInput()
	in.Pushed.Previous = (*Releases)(nil).With("staging", []Pin{
		housedPin("staging", Namespace, "vote-staging", "vote-staging", shaA), housedPin("staging", Application, "vote", "vote-staging", shaB),
	})
	same(t, decided(Promote(in, Request{To: "prod"})), `the cluster element of prod created >11
namespace voting in prod created >aa
application vote in prod created >11
`)
}

// TestPure promotes twice from the same input and compares every byte.
func TestPure(t *testing.T) {
	in := laterInput()
	in.Current = (*Releases)(nil).With("prod", []Pin{housedPin("prod", Application, "vote", "voting", shaC)})
	in.Source = in.Current.Encode()
	first, _ := Promote(in, Request{To: "prod"})
	for range 20 {
		next, _ := Promote(in, Request{To: "prod"})
		same(t, string(next.Source), string(first.Source))
	}
	if !strings.Contains(string(first.Source), `at: "2026-11-23T06:05:00Z"`) {
		t.Errorf("time is not in UTC and seconds:\n%s", first.Source)
	}
}

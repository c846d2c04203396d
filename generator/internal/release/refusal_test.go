package release

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// TestRefusals brings about every refusal of a promotion on a real repository. The
// texts are shown in full because they are what a person has to act on; PUSHED
// stands for the pushed tip, HEAD for the local one.
func TestRefusals(t *testing.T) {
	pristine := newWorld(t, "")
	pristine.generate(lifeEnvironments, "vote", "result")
	pristine.commit("first")
	pristine.push()
	for name, test := range map[string]struct {
		prepare func(w *world)
		request Request
		want    string
	}{
		"unknown environment": {
			request: Request{To: "stagin"},
			want: `refused: there is no environment "stagin" [promote/unknown-environment]
  hint: Did you mean "staging"?
`,
		},
		"first environment": {
			request: Request{To: "dev"},
			want: `refused: dev has no pins: it follows the branch [promote/first-environment]
  hint: To deploy, commit and push; to roll back, revert the commit and push.
`,
		},
		"unknown names": {
			request: Request{To: "staging", Targets: []string{"staging-eu"}, Applications: []string{"vot", "vote"}, Revision: "v9"},
			want: `refused: staging has no target "staging-eu" [promote/unknown-target]
  hint: Did you mean "staging"?
refused: there is no commit "v9" [promote/unknown-revision]
  hint: Run ` + "`git fetch`" + `, then try again.
`,
		},
		"unknown application": {
			request: Request{To: "prod", Applications: []string{"vot", "vote"}},
			want: `refused: there is no application "vot" [promote/unknown-application]
  hint: Did you mean "vote"?
refused: staging does not run application vote as pushed [promote/skipped]
  hint: Promote it to staging first and push.
`,
		},
		"skipped everything": {
			request: Request{To: "prod"},
			want: `refused: nothing that staging runs, as pushed, can be promoted to prod [promote/nothing]
  hint: Generate, commit and push; if staging has pins, promote to it first.
`,
		},
		"not run by the first": {
			prepare: func(w *world) {
				w.write(layout.Candidates("dev"), candidatesText(lifeEnvironments[0], "result"))
				w.commit("dev without vote")
				w.push()
			},
			request: Request{To: "staging", Applications: []string{"vote"}},
			want: `refused: dev does not run application vote as pushed [promote/skipped]
  hint: Let dev run it first: generate, commit and push.
`,
		},
		"not a candidate": {
			prepare: func(w *world) {
				w.generate(lifeEnvironments[:1], "vote", "fresh")
				w.commit("fresh in dev only")
				w.push()
			},
			request: Request{To: "staging", Applications: []string{"fresh"}},
			want: `refused: application fresh is not a candidate of staging at revision PUSHED [promote/not-a-candidate]
  hint: Declare fresh for staging in the spec, generate and push, then promote it through dev.
`,
		},
		"no namespace": {
			request: Request{To: "staging", Applications: []string{"vote"}},
			want: `refused: application vote in staging needs namespace vote-staging in staging, which has no pin [promote/no-namespace]
  hint: Add --infra, or name no application to promote everything.
`,
		},
		"not pushed, dirty": {
			prepare: func(w *world) {
				w.write("base/vote.yaml", "a: 1\n")
				w.commit("not pushed")
				w.write("base/vote.yaml", "a: 2\n")
				w.write("releases/prod.yaml", "")
				w.write("scratch.txt", "untracked elsewhere does not matter")
			},
			request: Request{To: "staging"},
			want: `refused: these changes are not committed: base/vote.yaml, releases/prod.yaml [promote/dirty]
  hint: Commit and push them, or put them aside with ` + "`git stash`" + `.
refused: branch main is 1 commit ahead of origin/main [promote/not-pushed]
  hint: Push first: ` + "`git push`" + `. Or promote what is pushed: --revision PUSHED.
`,
		},
		"off the branch": {
			prepare: func(w *world) {
				w.git("switch", "--quiet", "-c", "side")
				w.generate(lifeEnvironments, "vote")
				w.commit("side")
				w.git("switch", "--quiet", "main")
				w.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
				w.push()
			},
			request: Request{To: "staging", Revision: "side"},
			want: `refused: revision SIDE is not on the first-parent line of origin/main [promote/off-branch]
  hint: Merge the revision and push, then promote the merge commit.
`,
		},
		"local revision": {
			prepare: func(w *world) { w.commit("not pushed") },
			request: Request{To: "staging", Revision: "HEAD"},
			want: `refused: revision HEAD is not on the first-parent line of origin/main [promote/off-branch]
  hint: Merge the revision and push, then promote the merge commit.
refused: branch main is 1 commit ahead of origin/main [promote/not-pushed]
  hint: Push first: ` + "`git push`" + `. Or promote what is pushed: --revision PUSHED.
`,
		},
		"an option as revision": {
			request: Request{To: "staging", Revision: "--output=x"},
			want: `refused: there is no commit "--output=x" [promote/unknown-revision]
  hint: Run ` + "`git fetch`" + `, then try again.
`,
		},
		"revision for a later environment": {
			prepare: pinStaging,
			request: Request{To: "prod", Revision: "HEAD"},
			want: `refused: a promotion to prod takes the revisions that staging runs, and no other [promote/revision]
  hint: Leave out --revision, or promote the revision to staging first.
`,
		},
		"unreachable": {
			prepare: func(w *world) {
				pinStaging(w)
				old := w.git("rev-parse", "HEAD~1")
				w.write("releases/staging.yaml", strings.ReplaceAll(w.read("releases/staging.yaml"), old, shaA))
				w.commit("by hand")
				w.push()
			},
			request: Request{To: "prod", Applications: []string{"vote"}},
			want: `refused: application vote in staging is pinned at aaaaaaaaaaaa, which is not in the history of origin/main [promote/unreachable]
  hint: Promote a pushed revision to staging first.
`,
		},
		"namespace lost": {
			prepare: func(w *world) {
				pinStaging(w)
				text := w.read("releases/staging.yaml")
				head, rest, _ := strings.Cut(text, "    namespaces:\n")
				w.write("releases/staging.yaml", head+rest[strings.Index(rest, "    applications:\n"):])
				w.commit("by hand")
				w.push()
			},
			request: Request{To: "prod"},
			want: `refused: staging runs application result, but has no pin for its namespace as pushed [promote/skipped]
  hint: Run ` + "`wavewright promote result --infra --to staging`" + ` and push.
refused: staging runs application vote, but has no pin for its namespace as pushed [promote/skipped]
  hint: Run ` + "`wavewright promote vote --infra --to staging`" + ` and push.
`,
		},
		"laid out by hand": {
			prepare: func(w *world) {
				w.write("releases/staging.yaml", "apiVersion: "+APIVersion+"\nkind: Releases\nenvironment: staging\ntargets: {staging: {applications: {a: {revision: "+shaA+
					", by: J, at: \"2026-11-23T06:05:00Z\", element: {name: a, project: b, path: overlays/c, namespace: d, cluster: e}}}}}\n")
				w.commit("by hand")
				w.push()
			},
			request: Request{To: "staging"},
			want: `refused: edit releases/staging.yaml: its layout cannot be edited in place: write every pin as an indented block with one field on a line [release/layout]
  hint: Rewrite the file in that layout, then try again.
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := pristine.copy(t)
			if test.prepare != nil {
				test.prepare(w)
			}
			_, refused := w.promote(test.request)
			want := test.want
			for text, ref := range map[string]string{"PUSHED": "origin/main", "HEAD": "HEAD", "SIDE": "side"} {
				if strings.Contains(want, "revision "+text) {
					want = strings.ReplaceAll(want, "revision "+text, "revision "+short(w.git("rev-parse", ref)))
				}
			}
			same(t, refused.String(), want)
		})
	}
}

// pinStaging brings everything to staging, as pushed.
func pinStaging(w *world) {
	w.must(Request{To: "staging"})
	w.commit("promote to staging")
	w.push()
}

func TestRefusesWithoutRemoteBranch(t *testing.T) {
	w := newWorld(t, "")
	w.generate(lifeEnvironments, "vote")
	w.commit("first")
	_, refused := w.promote(Request{To: "staging"})
	same(t, refused.String(), `refused: branch main is not on remote origin [promote/not-pushed]
  hint: Push first: `+"`git push -u origin main`. If it is pushed already, run `git fetch origin`"+`.
`)
	w.git("remote", "remove", "origin")
	_, refused = w.promote(Request{To: "staging"})
	same(t, refused.String(), `refused: this repository has no remote from which Argo CD could read it [promote/not-pushed]
  hint: Run `+"`git remote add origin URL`, then `git push -u origin main`"+`.
`)
}

func TestRefusesShallow(t *testing.T) {
	w := newWorld(t, "")
	w.generate(lifeEnvironments, "vote")
	w.commit("first")
	pushed := w.commit("second")
	w.push()
	w.top += "-shallow"
	w.dir = w.top
	gitIn(t, filepath.Dir(w.top), "clone", "--quiet", "--depth=1", "file://"+w.remote, w.top)
	_, refused := w.promote(Request{To: "staging", Revision: pushed})
	same(t, refused.String(), "refused: this clone is shallow: its history does not show which revisions are on the branch [promote/shallow]\n  hint: Run `git fetch --unshallow`.\n")
	w.git("fetch", "--quiet", "--unshallow")
	w.must(Request{To: "staging", Revision: pushed})
}

// TestMixed refuses to go on from an environment that is half promoted.
func TestMixed(t *testing.T) {
	envs := append(lifeEnvironments[:3:3], Environment{Name: "dr", From: "prod", Targets: []string{"dr"}})
	in := &Input{Environments: envs, Pushed: Pushed{
		Tip: shaB, Revision: shaB, Line: []string{shaB, shaA},
		Previous: (*Releases)(nil).With("prod", []Pin{pinOf("prod-us", Application, "vote", shaA), pinOf("prod-eu", Application, "vote", shaB)}),
	}}
	for _, apps := range [][]string{nil, {"vote"}} {
		_, refused := Promote(in, Request{To: "dr", Applications: apps})
		same(t, refused.String(), `refused: the targets of prod run different revisions of application vote [promote/mixed]
  hint: Finish the promotion to prod first.
`)
	}
}

func TestRollbackRefusals(t *testing.T) {
	in := &Input{Environments: lifeEnvironments, Current: (*Releases)(nil).With("prod", []Pin{
		pinOf("prod-us", Application, "vote", shaA, shaB), pinOf("prod-eu", Namespace, "voting", shaA),
	})}
	for name, test := range map[string]struct {
		request RollbackRequest
		want    string
	}{
		"first environment": {RollbackRequest{In: "dev"}, `refused: dev has no pins: it follows the branch [rollback/first-environment]
  hint: To deploy, commit and push; to roll back, revert the commit and push.
`},
		"unknown": {RollbackRequest{In: "prod", Targets: []string{"prod"}}, `refused: prod has no target "prod" [rollback/unknown-target]
  hint: Did you mean "prod-eu"?
refused: the previous revision of application vote in prod-us ran in namespace voting-prod in prod-us, which has no pin [rollback/no-namespace]
  hint: Promote a revision whose namespace is pinned instead.
`},
		"not pinned": {RollbackRequest{In: "prod", Namespaces: []string{"votin", "voting"}, Applications: []string{"vote"}}, `refused: prod has no pin for namespace votin [rollback/no-pin]
  hint: Did you mean "voting"?
refused: namespace voting in prod-eu has no predecessor: it ran no revision before aaaaaaaaaaaa [rollback/no-predecessor]
  hint: Revert the commit on the branch of the first environment, and promote that revision.
refused: the previous revision of application vote in prod-us ran in namespace voting-prod in prod-us, which has no pin [rollback/no-namespace]
  hint: Promote a revision whose namespace is pinned instead.
`},
		"nothing at all": {RollbackRequest{In: "staging", Applications: []string{"web"}}, `refused: staging has no pin for application web [rollback/no-pin]
  hint: There are none.
`},
	} {
		t.Run(name, func(t *testing.T) {
			_, refused := Rollback(in, test.request)
			same(t, refused.String(), test.want)
		})
	}
}

func TestFaultsAreDiagnosed(t *testing.T) {
	w := newWorld(t, "")
	w.generate(lifeEnvironments, "vote")
	w.commit("first")
	w.push()
	pinStaging(w)
	w.write("releases/prod.yaml", "kind: Releases\n")
	w.write("releases/staging.yaml", strings.Replace(w.read("releases/staging.yaml"), "by: ", "bye: ", 1))
	w.commit("by hand")
	w.push()
	in, list, err := Load(w.open(), w.options(), Request{To: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	text := diagnosticsOf(t, list, in.Sources)
	for _, want := range []string{
		"origin/main:releases/staging.yaml:10:9: error: unknown key \"bye\"", "   10 |         bye: Jane Doe", "hint: Did you mean \"by\"?",
		"releases/prod.yaml: error: missing key \"apiVersion\"",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// String returns one paragraph a refusal, as a person reads them.
func (r Refusals) String() string {
	var b strings.Builder
	for _, f := range r {
		fmt.Fprintf(&b, "refused: %s [%s]\n", f.Text, f.Code)
		if f.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", f.Hint)
		}
	}
	return b.String()
}

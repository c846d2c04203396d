package release

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// TestLife follows a repository from its first commit to a rollback.
func TestLife(t *testing.T) {
	w := newWorld(t, "")
	w.generate(lifeEnvironments, "vote", "result")
	first := w.commit("first")
	w.push()

	t.Log("everything to staging, then again: nothing moves")
	same(t, w.must(Request{To: "staging"}), `namespace result-staging in staging created
namespace vote-staging in staging created
application result in staging created
application vote in staging created
`)
	before := w.read("releases/staging.yaml")
	w.ignore = func(p string) bool { return p == "releases/staging.yaml" }
	same(t, w.must(Request{To: "staging"}), `namespace result-staging in staging unchanged
namespace vote-staging in staging unchanged
application result in staging unchanged
application vote in staging unchanged
`)
	same(t, w.read("releases/staging.yaml"), before)
	w.ignore = nil

	t.Log("production cannot overtake what is not pushed")
	w.commit("promote to staging")
	if _, refused := w.promote(Request{To: "prod"}); !strings.Contains(refused.String(), "1 commit ahead of origin/main") {
		t.Errorf("got %s", refused)
	}
	w.push()

	t.Log("production, in the order of its targets")
	same(t, w.must(Request{To: "prod"}), `namespace result-prod in prod-us created
namespace vote-prod in prod-us created
application result in prod-us created
application vote in prod-us created
namespace result-prod in prod-eu created
namespace vote-prod in prod-eu created
application result in prod-eu created
application vote in prod-eu created
`)
	w.commit("promote to prod")
	w.push()
	good := w.read("releases/prod.yaml")

	t.Log("a broken commit reaches staging, and production only when promoted")
	for _, env := range lifeEnvironments {
		w.write(layout.Candidates(env.Name), strings.ReplaceAll(candidatesText(env, "vote", "result"), "/apps/vote", "/apps/vote2"))
	}
	broken := w.commit("break")
	w.push()
	same(t, w.must(Request{To: "prod"}), `namespace result-prod in prod-us unchanged
namespace vote-prod in prod-us unchanged
application result in prod-us unchanged
application vote in prod-us unchanged
namespace result-prod in prod-eu unchanged
namespace vote-prod in prod-eu unchanged
application result in prod-eu unchanged
application vote in prod-eu unchanged
`)
	same(t, w.must(Request{To: "staging", Applications: []string{"vote"}}), "application vote in staging moved\n")
	w.commit("promote vote to staging")
	w.push()
	same(t, w.must(Request{To: "prod", Applications: []string{"vote"}, Targets: []string{"prod-eu"}}), "application vote in prod-eu moved\n")
	pin := find(t, w, "prod", Slot{"prod-eu", Application, "vote"})
	if pin.Revision != broken || pin.Element.Get("path") != "overlays/prod-eu/apps/vote2" || pin.Previous[0].Revision != first {
		t.Errorf("pin is %+v", pin)
	}

	t.Log("rollback needs no commit and no push")
	res, refused := w.rollback(RollbackRequest{In: "prod", Applications: []string{"vote"}, Targets: []string{"prod-eu"}})
	if refused != nil {
		t.Fatal(refused)
	}
	same(t, moveText(res.Moves), "application vote in prod-eu moved\n")
	back := find(t, w, "prod", Slot{"prod-eu", Application, "vote"})
	if back.Revision != first || len(back.Previous) != 0 || back.At == pin.At || back.Element.Get("path") != "overlays/prod-eu/apps/vote" {
		t.Errorf("pin is %+v", back)
	}
	restored := strings.Replace(w.read("releases/prod.yaml"), back.At, pinIn(t, good, Slot{"prod-eu", Application, "vote"}).At, 1)
	same(t, restored, good)
	_, refused = w.rollback(RollbackRequest{In: "prod", Applications: []string{"vote"}})
	same(t, refused.String(), "refused: application vote in prod-us has no predecessor: it ran no revision before "+short(first)+" [rollback/no-predecessor]\n"+
		"  hint: Revert the commit on the branch of the first environment, and promote that revision.\n"+
		"refused: application vote in prod-eu has no predecessor: it ran no revision before "+short(first)+" [rollback/no-predecessor]\n"+
		"  hint: Revert the commit on the branch of the first environment, and promote that revision.\n")
}

func find(t *testing.T, w *world, env string, s Slot) Pin {
	t.Helper()
	return pinIn(t, w.read(layout.Pins(env)), s)
}

func pinIn(t *testing.T, src string, s Slot) Pin {
	t.Helper()
	r, list := Parse("releases/"+environmentIn(src)+".yaml", []byte(src))
	if len(list) > 0 {
		t.Fatal(list)
	}
	pin, ok := r.Find(s)
	if !ok {
		t.Fatalf("no pin for %s", s)
	}
	return pin
}

func environmentIn(src string) string {
	_, rest, _ := strings.Cut(src, "\nenvironment: ")
	env, _, _ := strings.Cut(rest, "\n")
	return env
}

func TestPreviousIsCut(t *testing.T) {
	w := newWorld(t, "")
	var ids []string
	for range 6 {
		w.generate(lifeEnvironments, "vote")
		ids = append(ids, w.commit("next"))
		w.push()
		w.must(Request{To: "staging"})
		w.commit("promote")
		w.push()
	}
	pin := find(t, w, "staging", Slot{"staging", Application, "vote"})
	if len(pin.Previous) != MaxPrevious || pin.Previous[2].Revision == ids[0] {
		t.Errorf("previous is %+v", pin.Previous)
	}
	for range 3 {
		if _, refused := w.rollback(RollbackRequest{In: "staging"}); refused != nil {
			t.Fatal(refused)
		}
	}
	_, refused := w.rollback(RollbackRequest{In: "staging"})
	same(t, refused.String(), "refused: no pin of staging has a predecessor [rollback/no-predecessor]\n  hint: Revert the commit on the branch of the first environment, and promote that revision.\n")
}

func TestSubfolder(t *testing.T) {
	w := newWorld(t, "deploy/gitops")
	w.generate(lifeEnvironments, "vote")
	w.commit("first")
	w.push()
	w.must(Request{To: "staging"})
	w.write("../outside.txt", "not ours")
	w.git("add", "deploy/outside.txt")
	dirty, err := w.open().Dirty(nil)
	if err != nil || strings.Join(dirty, " ") != "releases/staging.yaml" {
		t.Errorf("dirty is %q, %v", dirty, err)
	}
	w.commit("promote")
	w.push()
	if got := w.must(Request{To: "prod", Applications: []string{"vote"}, Infra: true}); !strings.Contains(got, "namespace vote-prod in prod-us created") {
		t.Errorf("got %s", got)
	}
}

// TestMerge promotes applications, new ones and old ones, each on a branch of its
// own, and lets git merge them.
func TestMerge(t *testing.T) {
	w := newWorld(t, "")
	w.generate(lifeEnvironments, "db", "result", "vote", "worker")
	w.commit("first")
	w.push()
	w.must(Request{To: "staging"})
	w.generate(lifeEnvironments, "alpha", "db", "result", "vote", "worker", "zeta")
	w.commit("promote, and go on")
	w.push()
	branches := []string{"vote", "zeta", "alpha", "db"}
	for _, app := range branches {
		w.git("switch", "--quiet", "-c", "promote-"+app, "main")
		w.must(Request{To: "staging", Applications: []string{app}, Infra: app == "alpha" || app == "zeta"})
		w.commit("promote " + app)
	}
	w.git("switch", "--quiet", "main")
	for _, app := range branches {
		w.git("merge", "--quiet", "--no-ff", "-m", "merge", "promote-"+app)
	}
	tip := w.git("rev-parse", "origin/main")
	for app, moved := range map[string]bool{"alpha": true, "db": true, "result": false, "vote": true, "worker": false, "zeta": true} {
		if pin := find(t, w, "staging", Slot{"staging", Application, app}); (pin.Revision == tip) != moved {
			t.Errorf("%s: %+v", app, pin)
		}
	}
}

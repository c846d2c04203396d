package checks

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// answersOfArgoCD is how many there are at least: none may get lost.
const answersOfArgoCD = 6400

// TestArgoCDAgrees compares what the rules say of projects, windows and owners with the recorded answers of Argo
// CD's own code, which e2e/tools/argocd writes.
func TestArgoCDAgrees(t *testing.T) {
	file, err := os.Open("testdata/argocd.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	total := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var e argoEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		total += len(e.Asked)
		for i, question := range e.Asked {
			if wrong := e.compare(question, e.Answer[i] == '1'); wrong != "" {
				t.Errorf("%s: %s\n    asked %s of %s", e.Sort, wrong, question, lines.Bytes())
			}
		}
	}
	t.Logf("%d answers", total)
	if total < answersOfArgoCD {
		t.Errorf("there are only %d answers", total)
	}
}

// argoEntry is a project with questions about it and the answers of Argo CD.
type argoEntry struct {
	Sort    string
	Project json.RawMessage
	Asked   []json.RawMessage
	Answer  string
}

// compare says what is wrong with our answer to a question; nothing when it is empty.
func (e *argoEntry) compare(question json.RawMessage, yes bool) string {
	if e.Sort == "shared" || e.Sort == "repeated" {
		return compareOwners(e.Sort, question, yes)
	}
	p := &argoProject{object: &repo.Object{Namespace: "argocd"}}
	var asked argoQuestion
	if err := json.Unmarshal(e.Project, &p.Spec); err != nil {
		return err.Error()
	}
	if json.Unmarshal(question, &asked.text) != nil {
		if err := json.Unmarshal(question, &asked); err != nil {
			return err.Error()
		}
	}
	if e.Sort == "destination" {
		return p.compareDestination(asked.place(), yes)
	}
	return disagreement(asked.answer(e.Sort, p), yes)
}

// disagreement says how our answer differs from that of Argo CD; nothing when it is empty.
func disagreement(ours, theirs bool) string {
	switch {
	case theirs && !ours:
		return "Argo CD says yes, and the rules say no"
	case ours && !theirs:
		return "Argo CD says no, and the rules say yes"
	}
	return ""
}

// argoQuestion is what Argo CD was asked, whatever the sort.
type argoQuestion struct {
	text                         string
	Group, Kind, Name            string
	Namespaced                   bool
	Server, Namespace            string
	Destination                  repo.Destination
	Window                       int
	Schedule, Duration, TimeZone string
}

func (q *argoQuestion) place() repo.Destination {
	return repo.Destination{Name: q.Name, Server: q.Server, Namespace: q.Namespace}
}

func (q *argoQuestion) answer(sort string, p *argoProject) bool {
	switch sort {
	case "source":
		return p.permitsSource(q.text)
	case "kind":
		return p.permitsKind(q.Group, q.Kind, q.Name, q.Namespaced)
	case "namespace":
		return p.permitsNamespace(q.text)
	case "matches":
		d := &repo.Deployed{Application: &repo.Application{}}
		d.Name, d.Spec.Destination = q.Name, q.Destination
		return p.Spec.SyncWindows[q.Window].matches(d)
	case "window":
		_, _, err := (&syncWindow{Kind: q.Kind, Schedule: q.Schedule, Duration: q.Duration, TimeZone: q.TimeZone}).read()
		return err == nil
	}
	return q.syncs(p)
}

// syncs reports whether the windows of a project let Argo CD sync at a time.
func (q *argoQuestion) syncs(p *argoProject) bool {
	now, err := time.Parse(time.RFC3339, q.text)
	if err != nil {
		return false
	}
	var all []*opening
	for i := range p.Spec.SyncWindows {
		o, _, err := p.Spec.SyncWindows[i].read()
		if err != nil {
			return false
		}
		all = append(all, o)
	}
	return canSync(all, slices.ContainsFunc(all, func(o *opening) bool { return !o.deny }), now)
}

// compareDestination asks as an Application does, with the name or the address of the cluster. The other
// one is unknown then, so that only a project which states neither must be judged to the point.
func (p *argoProject) compareDestination(d repo.Destination, yes bool) string {
	byName, byServer := d, d
	byName.Server, byServer.Name = "", ""
	for _, asked := range []repo.Destination{byName, byServer} {
		got := p.permitsDestination(asked)
		other := func(item repo.Destination) bool {
			return asked.Name == "" && item.Name != "" || asked.Server == "" && item.Server != ""
		}
		switch {
		case got == refused && yes:
			return "Argo CD permits it, and the rules refuse it for " + place(asked)
		case got != refused && !yes && !slices.ContainsFunc(p.Spec.Destinations, other):
			return "Argo CD refuses it, and the rules do not for " + place(asked)
		}
	}
	return ""
}

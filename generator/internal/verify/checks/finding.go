package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Severity is how much a finding matters. The zero value is invalid, so that a forgotten
// severity is noticed.
type Severity uint8

const (
	// Error says that the cluster or Argo CD refuses something, or that it does not run.
	Error Severity = iota + 1
	// Warning says that something runs and will fail or hurt in a foreseeable situation.
	Warning
	// Note says what could not be known, or what a person may want to know.
	Note
)

// String is the word that is printed.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	}
	return "invalid severity"
}

// Finding is what a check found.
type Finding struct {
	// Code is stable; docs/checks/CODE.md is its page.
	Code     string
	Severity Severity
	// Target is the cluster, or the environment on a cluster; empty for what concerns all.
	Target string
	// Application is its name in Argo CD; empty for what concerns none.
	Application string
	// Object is "Kind/name" and Namespace its namespace; empty for what concerns no object.
	Object, Namespace string
	// Message is one sentence that says what is wrong.
	Message string
	// Sum is the arithmetic behind the message, a line for each term; optional.
	Sum []string
	// Hint is what to do, in full sentences; optional.
	Hint string
	// Origin is where it stands; Path the field inside the object, such as
	// "spec.template.spec.containers[0].image", by which the line is found.
	repo.Origin
	Path string
	// about is the object; nil for what concerns none.
	about *repo.Object
	// Spec is where the spec declares the application; empty in a repository without one.
	Spec repo.Origin
	// Named is where the repository names what holds File, when this was fetched; empty otherwise.
	Named repo.Origin
	// by is the Application that the finding is about, nil for none: of a repository that is divided over
	// several machines, one of them reports it.
	by *repo.Deployed
	// passed says that the reader of the repository has decided already who reports it.
	passed bool
}

// Compare orders findings: by place, then by what they say.
func Compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message),
	)
}

// Rule is one check of what any cluster or Argo CD does, whoever wrote the repository.
type Rule struct {
	Code     string
	Severity Severity
	// Title is half a sentence for the index: what a finding of this code means.
	Title string
	// Cheap says that it judges what Argo CD itself reads, one object or project at a time: it needs nothing that
	// Kustomize or Helm build, and no more than two elements of a list. generate runs it always.
	Cheap bool
	// Tags says that it reads tags of images, or the whole text of objects that have some. The others need not run
	// again when nothing but tags has changed and they have found nothing.
	Tags bool
	run  func(*world, *judge)
}

// judge collects the findings of one rule.
type judge struct {
	rule     Rule
	findings []Finding
}

// object reports something about an object; path is the field, empty for the object as a
// whole. Its result can be given a sum, a hint and another severity.
func (j *judge) object(t *target, o *repo.Object, path, format string, args ...any) *Finding {
	f := Finding{Object: o.String(), Namespace: o.Namespace, Origin: o.Origin, Path: path, about: o}
	if t != nil {
		f.Target = t.Name
	}
	if o.Application != nil {
		f.Application, f.Spec, f.by = o.Application.Name, o.Application.Declared, o.Application
	}
	return j.add(f, format, args...)
}

// application reports something about an Application.
func (j *judge) application(t *target, d *repo.Deployed, format string, args ...any) *Finding {
	f := Finding{Application: d.Name, Origin: d.Made, Spec: d.Declared, by: d}
	if t != nil {
		f.Target = t.Name
	}
	return j.add(f, format, args...)
}

// place reports something about a place in a file.
func (j *judge) place(at repo.Origin, format string, args ...any) *Finding {
	return j.add(Finding{Origin: at}, format, args...)
}

func (j *judge) add(f Finding, format string, args ...any) *Finding {
	f.Code, f.Severity, f.Message = j.rule.Code, j.rule.Severity, fmt.Sprintf(format, args...)
	j.findings = append(j.findings, f)
	return &j.findings[len(j.findings)-1]
}

// world is a repository as rules see it.
type world struct {
	*repo.Repository
	// targets are all clusters, or environments on clusters, with their objects.
	targets []*target
	// scopes are what meets in one cluster. They are made when the first rule asks.
	scopes func() []*scope
	// read is what Argo CD reads of it, once.
	once sync.Once
	read argoRead
	// networks are those of all clusters, made when a rule asks for them.
	networks func() []*traffic
	// grouped are the targets by the cluster that their Applications name.
	grouped func() []*cluster
	// transition is the comparison with the base, made when a rule asks for it.
	transition func() *transition
	// definitions of custom resources; nil before they are asked for.
	definitions *definitions
	// quiet is what need not be judged again; nil for nothing.
	quiet *Quiet
	// shaped is what rules read, but for tags of images; not known when nothing is remembered.
	shaped func() (mark, bool)
	// lonely are the objects that rules of schemas judge, and blamed those about which one has found something.
	lonely func() []lone
	blamed map[mark]bool
	// lonesome says that a rule has judged them.
	lonesome bool
}

// newWorld is a repository of which nothing has been judged.
func newWorld(r *repo.Repository, q *Quiet) *world {
	w := &world{Repository: r, targets: targets(r), quiet: q, blamed: map[mark]bool{}}
	w.scopes = sync.OnceValue(func() []*scope { return scopes(w.targets) })
	w.grouped = sync.OnceValue(func() []*cluster { return clustersOf(w.targets, q) })
	w.networks = sync.OnceValue(func() []*traffic { return networks(w.grouped()) })
	w.transition = sync.OnceValue(func() *transition { return newTransition(r, w.targets) })
	w.lonely = sync.OnceValue(w.lone)
	w.shaped = sync.OnceValues(func() (mark, bool) {
		if q == nil {
			return mark{}, false
		}
		return w.shape()
	})
	return w
}

// Judge runs rules on a repository. The findings are sorted and stand once each.
func Judge(r *repo.Repository, rules []Rule, progress repo.Progress) []Finding {
	return (*Quiet)(nil).Judge(r, rules, progress)
}

// judgeAll runs rules.
func (w *world) judgeAll(rules []Rule, progress repo.Progress) []Finding {
	all := w.judge(rules, progress)
	w.acquit()
	all = slices.DeleteFunc(all, func(f Finding) bool { return !f.passed && !w.Reports(f.by, f.Target) })
	slices.SortStableFunc(all, Compare) // equal ones are of one rule, whose order is always the same
	return slices.CompactFunc(all, func(a, b Finding) bool { return Compare(a, b) == 0 })
}

// judge runs the rules of each area at the same time as those of the others. What rules of several areas
// read is made once; what only those of one area read needs no lock.
func (w *world) judge(rules []Rule, progress repo.Progress) []Finding {
	byArea := map[string][]Rule{}
	for _, rule := range rules {
		byArea[rule.area()] = append(byArea[rule.area()], rule)
	}
	var ended atomic.Int64
	done := func() { progress.Tell("judge by rules", int(ended.Add(1)), len(rules)) }
	var running sync.WaitGroup
	found := make(chan []Finding, len(byArea))
	for _, area := range byArea {
		running.Go(func() { found <- w.run(area, done) })
	}
	running.Wait()
	close(found)
	var all []Finding
	for findings := range found {
		all = append(all, findings...)
	}
	return all
}

// area is the first word of the code.
func (r Rule) area() string {
	area, _, _ := strings.Cut(r.Code, "/")
	return area
}

// run runs rules one after the other, and says when each is done.
func (w *world) run(rules []Rule, done func()) []Finding {
	var all []Finding
	for _, rule := range rules {
		all = append(all, w.found(rule)...)
		done()
	}
	return all
}

// found are the findings of a rule. One that has found nothing in the same world has none.
func (w *world) found(rule Rule) []Finding {
	out := &judge{rule: rule}
	judge := func() bool {
		rule.run(w, out)
		return len(out.findings) == 0
	}
	shape, known := w.shaped()
	if known && !rule.Tags {
		w.quiet.unless(markOf([]byte("rule"), []byte(rule.Code), shape[:]), judge)
	} else {
		judge()
	}
	for i := range out.findings {
		soften(&out.findings[i])
	}
	return out.findings
}

// Rules are all rules, in the order of their codes.
func Rules() []Rule {
	tagged := slices.Concat(schemaRules, admissionRules, changeRules)
	for i := range tagged {
		tagged[i].Tags = true
	}
	all := slices.Concat(tagged, buildRules, quotaRules, availabilityRules, networkRules, referenceRules, securityRules, argoRules, pinRules)
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

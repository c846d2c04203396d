package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// serverRules are the rules about what the API server refuses.
func serverRules() []checks.Rule {
	return slices.DeleteFunc(checks.Rules(), func(r checks.Rule) bool {
		area, _, _ := strings.Cut(r.Code, "/")
		return !slices.Contains([]string{"schema", "admission", "quota"}, area) && !slices.Contains(serverCodes(), r.Code)
	})
}

// serverCodes are those of other areas that say what the API server refuses.
func serverCodes() []string {
	return []string{
		"availability/rollout-refused", "availability/grace-period", "availability/restart-policy", "availability/probe-refused", "availability/cronjob-schedule", "availability/cronjob-name", "availability/autoscaler-limits",
		"reference/selector-without-own-pods", "reference/mount-without-volume", "reference/duplicate-mount-path", "reference/duplicate-volume", "reference/duplicate-port-name",
		"reference/service-ports", "reference/subject-without-namespace", "reference/missing-service-account", "reference/missing-priority-class", "network/invalid-policy", "build/unreadable",
	}
}

// isPolicy reports whether a rule asks the admission policies, which takes the longest to prepare.
func isPolicy(r checks.Rule) bool { return strings.HasPrefix(r.Code, "admission/policy-") }

// findings are those about the grounds of a scene with more objects. The policies judge objects each by itself,
// so that they are asked once about all of them; what else is asked needs no policy.
func (f *fidelity) findings(p *scene, policies bool, more ...*repo.Object) []checks.Finding {
	target := *p.target
	target.Applications, target.Kubernetes = nil, newest
	e := &repo.Environment{Name: "e"}
	for _, d := range p.deployed {
		only := p.ground(d)
		if !policies {
			only.Objects = slices.DeleteFunc(only.Objects, func(o *repo.Object) bool { return strings.HasPrefix(o.Kind, "ValidatingAdmissionPolicy") })
		}
		for _, o := range more {
			if o.Application == d {
				copied := *o
				copied.Application = only
				only.Objects = append(only.Objects, &copied)
			}
		}
		target.Applications = append(target.Applications, only)
	}
	if p.deployed == nil {
		e.Argo = more
	}
	e.Targets = []*repo.Target{&target}
	rules := slices.DeleteFunc(slices.Clone(f.rules), func(r checks.Rule) bool { return isPolicy(r) != policies })
	return checks.Judge(&repo.Repository{Environments: []*repo.Environment{e}, External: p.external}, rules, nil)
}

// opinion is what verify says of an object: that it is refused, and what it cannot know.
type opinion struct{ told, notes []string }

// judge asks verify about the trials of a scene.
func (f *fidelity) judge(t *testing.T, p *scene, all []trial) []opinion {
	known := append(f.findings(p, true), f.findings(p, false)...)
	opinions := make([]opinion, len(all))
	var objects []*repo.Object
	for i := range all {
		// The file says which trial a finding is about.
		o, err := repo.NewObject(encode(t, all[i].changed()), repo.Origin{File: strconv.Itoa(i)})
		if err != nil || o == nil {
			opinions[i].told = append(opinions[i].told, fmt.Sprintf("no object: %v", err))
			continue
		}
		o.Application = all[i].deployed
		opinions[i].take(f.findings(p, false, o), i, known)
		if strings.HasPrefix(o.Kind, "ValidatingAdmissionPolicy") {
			opinions[i].take(f.findings(p, true, o), i, known) // it would judge the others
			continue
		}
		objects = append(objects, o)
	}
	found := f.findings(p, true, objects...)
	for i := range all {
		opinions[i].take(found, i, known)
	}
	return opinions
}

// take adds the findings about a trial, and about grounds that have it beside them.
func (j *opinion) take(all []checks.Finding, trial int, known []checks.Finding) {
	for _, found := range all {
		text := found.Code + " " + found.Path + " " + found.Message
		wellKnown := strings.Contains(found.Message, "(judged by ") // the cluster may have another release
		switch {
		case found.File != strconv.Itoa(trial) && strings.HasPrefix(found.Code, "admission/policy-"):
		case slices.ContainsFunc(known, func(k checks.Finding) bool {
			return k.Code == found.Code && k.Object == found.Object && k.Message == found.Message
		}):
		case found.Severity == checks.Error || found.Severity == checks.Warning && wellKnown:
			j.told = append(j.told, text)
		default:
			j.notes = append(j.notes, text)
		}
	}
}

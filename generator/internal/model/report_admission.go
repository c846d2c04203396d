package model

import (
	"slices"
	"strings"
)

// AdmissionTable lists what becomes of requests that the admission policies object to.
func (p *Platform) AdmissionTable() *Table {
	var aspects []aspect
	for _, policy := range admissionPolicies() {
		aspects = append(aspects, aspect{policy.Summary, func(e *Environment) string { return e.mode(policy) }})
	}
	aspects = append(aspects,
		aspect{"what debugging permits in pods", (*Environment).debugText},
		aspect{"who may break the glass", func(e *Environment) string { return strings.Join(e.breakGlass(p), ", ") }},
	)
	return p.table("what is refused", aspects)
}

// debugText says which access to pods the environment's debug permits.
func (e *Environment) debugText() string {
	switch e.Settings.Debug {
	case debugFull:
		return "everything"
	case debugNone:
		return "nothing"
	}
	return "port-forward"
}

// AdmissionExceptions lists the policies that are less strict than their profile wants.
func (p *Platform) AdmissionExceptions() *Table {
	t := &Table{Head: []string{"environment", "policy", "mode", "reason"}}
	for _, env := range p.Environments {
		for _, policy := range admissionPolicies() {
			rule := policy.rule(&env.Settings.Admission)
			if rule.Reason != "" {
				t.Rows = append(t.Rows, []string{string(env.Name), string(policy.Name), rule.Mode, rule.Reason})
			}
		}
	}
	return t
}

// BreakGlassGroups lists who may break the glass anywhere.
func (p *Platform) BreakGlassGroups() []string {
	var groups []string
	for _, env := range p.Environments {
		groups = slices.Concat(groups, env.breakGlass(p))
	}
	return distinct(groups)
}

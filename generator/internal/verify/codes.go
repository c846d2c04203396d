package verify

import (
	"encoding/json"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/verify/checks"
)

// Code is a code of findings.
type Code struct {
	Code     string
	Severity Severity
	// Title is half a sentence: what a finding of this code is about.
	Title string
}

// Codes are all codes in order. Some findings may be less severe than their code.
func Codes() []Code {
	var codes []Code
	for _, rule := range checks.Rules() {
		codes = append(codes, Code{rule.Code, rule.Severity, rule.Title})
	}
	return append(codes, Code{unusedExcuse, Warning, "an excuse that covers nothing"})
}

const unusedExcuse = "verify/unused-excuse"

// identity is what makes two findings the same in two versions of a repository: lines move.
type identity struct{ code, target, application, namespace, object, path, message string }

func identify(f Finding) identity {
	return identity{f.Code, f.Target, f.Application, f.Namespace, f.Object, f.Path, f.Message}
}

// Except takes out what another report of the repository has found too.
func (r *Report) Except(before *Report) {
	known := map[identity]bool{}
	for _, f := range before.Findings {
		known[identify(f)] = true
	}
	var fresh []Finding
	for _, f := range r.Findings {
		if !known[identify(f)] {
			fresh = append(fresh, f)
		}
	}
	r.Findings = fresh
}

// Recall returns a report of the cache; nil when it has none.
func Recall(from *cache.Cache, key string) *Report {
	if from == nil {
		return nil
	}
	var report Report
	if json.Unmarshal(from.Get(key), &report) != nil {
		return nil
	}
	return &report
}

// RecallQuiet is what the cache holds of judgements that found nothing; nil without a cache.
func RecallQuiet(from *cache.Cache, key string) *checks.Quiet {
	if from == nil {
		return nil
	}
	return checks.NewQuiet(from.Get(key))
}

// KeepQuiet puts the judgements that found nothing into the cache.
func KeepQuiet(in *cache.Cache, key string, q *checks.Quiet) {
	if in != nil {
		in.Put(key, q.Text())
	}
}

// Keep puts a report into the cache.
func Keep(in *cache.Cache, key string, report *Report) {
	if in == nil {
		return
	}
	if text, err := json.Marshal(report); err == nil {
		in.Put(key, text)
	}
	in.Clean()
}

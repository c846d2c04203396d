// Package verify judges a repository before it is pushed: what would the API server, its
// controllers and Argo CD make of it? Package repo reads the repository, package checks judges
// it, and this package says where in a file each finding stands, which findings a person has
// excused, and what was not judged.
package verify

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// Finding is what a check found.
type Finding = checks.Finding

// Severity is how much a finding matters.
type Severity = checks.Severity

// Severities of findings.
const (
	Error   = checks.Error
	Warning = checks.Warning
	Note    = checks.Note
)

// Skipped is something that was not judged, and why.
type Skipped = repo.Skipped

// KubernetesVersion reads a version of Kubernetes; the error says which ones there are.
func KubernetesVersion(text string) (string, error) { return schema.Version(text) }

// Options choose what is judged.
type Options struct {
	// Only and Skip are codes, or areas such as quota; empty for all.
	Only, Skip []string
	// Cheap leaves out the rules that need what Kustomize or Helm build, and notes.
	Cheap bool
	// Compared says that the repository has a base, so that changes can be judged.
	Compared bool
	// Excuses are the findings that somebody accepts.
	Excuses []Excuse
	// Today is the day, as 2006-01-02, by which excuses end.
	Today string
	// Shard is the share of the repository that is judged.
	Shard repo.Shard
	// Quiet is what a run with the same Only, Skip, Cheap and Compared need not judge again; nil for nothing.
	Quiet *checks.Quiet `json:"-"`
	// Progress is told how far the judgement is; nil for nobody.
	Progress repo.Progress `json:"-"`
}

// Report is the outcome for a repository.
type Report struct {
	Findings []Finding
	// Excused are the findings that an excuse covers.
	Excused []Excused
	// Targets, Applications and Objects are how many were judged.
	Targets, Applications, Objects int
	// Standing says that the repository holds no Application that can be judged: folders were taken
	// for them.
	Standing bool
	// Found is how many Applications there are, judged or not.
	Found int
	// Skipped are what was not judged.
	Skipped []Skipped
	// Clusters are the names by which the share of a shard is known, and Parts into how many parts the
	// repository falls; neither without shards.
	Clusters []string
	Parts    int
}

// Count is the number of findings of a severity.
func (r *Report) Count(severity Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// Judge judges a repository that was read.
func Judge(source fs.FS, r *repo.Repository, o Options) *Report {
	rules := slices.DeleteFunc(checks.Rules(), func(rule checks.Rule) bool {
		return !o.wants(rule.Code) || o.Cheap && (!rule.Cheap || rule.Severity > Warning)
	})
	report := &Report{Findings: o.Quiet.Judge(r, rules, o.Progress), Skipped: skipped(r)}
	lines := newLocator(r.Files(source))
	for i := range report.Findings {
		lines.locate(&report.Findings[i])
		address(&report.Findings[i], r)
	}
	report.Clusters, report.Parts = r.Share()
	report.excuse(o)
	slices.SortStableFunc(report.Findings, checks.Compare)
	report.count(r)
	return report
}

// address puts addresses into a finding in the place of the paths of what was fetched.
func address(f *Finding, r *repo.Repository) {
	f.Message, f.Hint = r.Worded(f.Message), r.Worded(f.Hint)
	for i := range f.Sum {
		f.Sum[i] = r.Worded(f.Sum[i])
	}
	if shown, named, fetched := r.Shown(f.File); fetched {
		f.File, f.Named = shown, named
	}
}

// skipped are what was not judged of a repository, and not compared of others.
func skipped(r *repo.Repository) []Skipped {
	all := slices.Clone(r.Skipped)
	for i := range all {
		all[i].Reason = r.Worded(all[i].Reason)
		all[i].File, _, _ = r.Shown(all[i].File)
	}
	for _, other := range r.Others {
		if n := len(other.Skipped) + len(other.Problems); n > 0 {
			all = append(all, Skipped{Origin: repo.Origin{File: other.Name}, Reason: fmt.Sprintf("of this other repository, parts could not be read and were not compared, %d in number: wavewright verify says which in that folder", n)})
		}
	}
	return all
}

// count counts what was judged.
func (r *Report) count(from *repo.Repository) {
	targets := from.AllTargets()
	r.Standing = from.Standing
	for _, t := range targets {
		if from.Reports(nil, t.Name) {
			r.Targets++
		}
		for _, d := range t.Applications {
			if !from.Owns(d) {
				continue
			}
			r.Found++
			if len(d.Objects) > 0 {
				r.Applications++
			}
			r.Objects += len(d.Objects)
		}
	}
}

// Package verify judges a repository before it is pushed: what would the API server, its
// controllers and Argo CD make of it? Package repo reads the repository, package checks judges
// it, and this package says where in a file each finding stands.
package verify

import (
	"io/fs"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Finding is what a check found.
type Finding = checks.Finding

// Severities of findings.
const (
	Error   = checks.Error
	Warning = checks.Warning
	Note    = checks.Note
)

// Report is the outcome for a repository.
type Report struct {
	Findings []Finding
	// Judged are the Applications whose objects were judged, Objects their number.
	Judged, Objects int
	// Skipped are what was not judged.
	Skipped []repo.Skipped
}

// Run judges a repository with all rules.
func Run(source fs.FS) (*Report, error) {
	r, err := repo.Discover(source)
	if err != nil {
		return nil, err
	}
	return judge(source, r), nil
}

func judge(source fs.FS, r *repo.Repository) *Report {
	report := &Report{Findings: checks.Judge(r, checks.Rules()), Skipped: r.Skipped}
	lines := newLocator(source)
	for i := range report.Findings {
		lines.locate(&report.Findings[i])
	}
	slices.SortStableFunc(report.Findings, checks.Compare)
	for _, t := range r.Targets {
		for _, d := range t.Applications {
			if len(d.Objects) > 0 {
				report.Judged++
			}
			report.Objects += len(d.Objects)
		}
	}
	return report
}

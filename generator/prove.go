package generator

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/wavewright/wavewright/generator/internal/verify"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/schema/diag"
)

// prove judges what a plan makes of the folder, unless something keeps it from being written anyway.
func (p *Platform) prove(plan *Plan, j Judging) error {
	if j.Day.IsZero() || plan.Stopped() {
		return nil
	}
	if j.All {
		v, err := p.planned(plan, VerifyRequest{Day: j.Day, Progress: j.Progress}, everyFile)
		if err == nil {
			plan.Report, err = v.report()
		}
		return err
	}
	return p.judgeManaged(plan, j.Day)
}

// judgeManaged judges what Argo CD itself reads, and notes what is found as the faults of a spec are.
func (p *Platform) judgeManaged(plan *Plan, day time.Time) error {
	v, err := p.planned(plan, VerifyRequest{NoCache: true}, managed)
	if err != nil {
		return err
	}
	var found []VerifyFinding
	err = v.within(func(files fs.FS) error {
		r, err := repo.Managed(files)
		if err == nil {
			found = verify.Judge(files, r, verify.Options{Cheap: true, Excuses: p.excuses, Today: day.Format(time.DateOnly)}).Findings
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("verify %s: %w", p.folder.dir, err)
	}
	for _, f := range found {
		plan.Diagnostics = append(plan.Diagnostics, diagnostic(f))
	}
	if plan.Diagnostics.HasErrors() {
		return ErrInvalid
	}
	return nil
}

// managed reports whether Argo CD itself reads a file.
func managed(name string) bool {
	return strings.HasPrefix(name, "argocd/") || strings.HasPrefix(name, "bootstrap/roots/")
}

// diagnostic is a finding in the form of the faults of a spec.
func diagnostic(f VerifyFinding) diag.Diagnostic {
	d := diag.Diagnostic{
		Severity: diag.Warning, Code: f.Code, Subject: diag.Range{File: f.File, Line: max(f.Line, 1), Column: 1},
		Summary: f.Message, Detail: strings.Join(f.Sum, "\n"), Hint: f.Hint,
	}
	if f.Object != "" {
		d.Summary = f.Object + ": " + f.Message
	}
	if f.Severity == VerifyError {
		d.Severity = diag.Error
	}
	return d
}

package checks

import "github.com/wavewright/wavewright/generator/internal/verify/repo"

// buildRules say what Argo CD could not read or build.
var buildRules = []Rule{
	{Code: "build/failed", Severity: Error, Title: "a source that Kustomize or Helm cannot build", run: problems("build/failed")},
	{Code: "build/unreadable", Severity: Error, Title: "a manifest that is no YAML, or no object", Cheap: true, run: problems("build/unreadable")},
	{Code: repo.ChangedContent, Severity: Error, Title: "something fetched that is no longer what it was", run: problems(repo.ChangedContent)},
	{Code: "fetch/lock", Severity: Error, Title: "a lock of what was fetched that cannot be read", run: problems("fetch/lock")},
}

// problems passes on what the reader of the repository met.
func problems(code string) func(*world, *judge) {
	return func(w *world, out *judge) {
		for _, p := range w.Problems {
			if p.Code == code {
				out.add(Finding{Application: p.Application, Origin: p.Origin, passed: true}, "%s", p.Message)
			}
		}
	}
}

package generator

import (
	"slices"

	"github.com/wavewright/wavewright/generator/internal/release"
)

// ReleaseRow says what one application or namespace of an environment runs.
type ReleaseRow = release.Row

// Releases lists what runs, as far as the files here say: of one environment, or of
// all when it is empty. An environment that does not exist is an [*UnknownError].
// How far a pin is behind is known in a clone of a pushed branch only.
func (r *Result) Releases(environment string) ([]ReleaseRow, error) {
	if r.platform == nil {
		return nil, ErrInvalid
	}
	if environment != "" && r.platform.Environment(environment) == nil {
		return nil, &UnknownError{"environment", environment, environmentNames(r)}
	}
	in := release.TableInput{
		Environments: r.releaseEnvironments(), Branch: r.platform.Repository.Branch,
		Runs: r.candidates(), Releases: r.pins,
	}
	r.history(&in)
	rows := release.Table(in)
	if environment != "" {
		rows = slices.DeleteFunc(rows, func(row ReleaseRow) bool { return row.Environment != environment })
	}
	return rows, nil
}

func environmentNames(r *Result) []string {
	var names []string
	for _, env := range r.platform.Environments {
		names = append(names, string(env.Name))
	}
	return names
}

// candidates are what the first environment can run at this revision.
func (r *Result) candidates() *release.Candidates {
	first := r.platform.Environments[0]
	out := &release.Candidates{Environment: string(first.Name)}
	for _, target := range first.Targets {
		for _, c := range target.Candidates() {
			out.Elements = append(out.Elements, release.Candidate{Slot: c.Slot, Element: c.Fields})
		}
	}
	slices.SortFunc(out.Elements, func(a, b release.Candidate) int { return a.Slot.Compare(b.Slot) })
	return out
}

// history adds what only git knows. Without it the table says less, so that no error
// of git is one of the table.
func (r *Result) history(in *release.TableInput) {
	repo, err := release.Open(r.dir)
	if err != nil {
		return
	}
	ref, err := repo.Pushed(in.Branch, string(r.platform.Repository.URL))
	if err != nil {
		return
	}
	in.Line, _ = repo.Line(ref.Commit)
	file := release.CandidatesFile(in.Environments[0].Name)
	src, ok, err := repo.ReadAt(ref.Commit, file)
	if err != nil || !ok {
		return
	}
	if pushed, faults := release.ParseCandidates(file, src); !faults.HasErrors() {
		in.Runs = pushed
	}
}

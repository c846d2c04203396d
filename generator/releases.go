package generator

import (
	"slices"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/release"
)

// ReleaseRow says what one application or namespace of an environment runs.
type ReleaseRow = release.Row

// Releases lists what runs, as far as the files here say: of one environment, or of
// all when it is empty. An environment that does not exist is an [*UnknownError].
// How far a pin is behind is known in a clone of a pushed branch only.
func (p *Platform) Releases(environment string) ([]ReleaseRow, error) {
	if p.model == nil {
		return nil, ErrInvalid
	}
	if err := p.checkSparseInputs(); err != nil {
		return nil, err
	}
	if environment != "" && p.model.Environment(environment) == nil {
		return nil, &UnknownError{"environment", environment, p.environments()}
	}
	in := release.TableInput{
		Environments: p.releaseEnvironments(), Branch: p.model.Repository.Branch,
		Runs: p.candidates(), Releases: p.pins,
	}
	p.history(&in)
	rows := release.Table(in)
	if environment != "" {
		rows = slices.DeleteFunc(rows, func(row ReleaseRow) bool { return row.Environment != environment })
	}
	return rows, nil
}

// candidates are what the first environment can run at this revision.
func (p *Platform) candidates() *release.Candidates {
	first := p.model.Environments[0]
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
func (p *Platform) history(in *release.TableInput) {
	repo, err := git.Open(p.folder.dir)
	if err != nil {
		return
	}
	ref, err := repo.Pushed(in.Branch, string(p.model.Repository.URL))
	if err != nil {
		return
	}
	in.Line, _ = repo.Line(ref.Commit)
	file := layout.Candidates(in.Environments[0].Name)
	src, ok, err := repo.ReadAt(ref.Commit, file)
	if err != nil || !ok {
		return
	}
	if pushed, faults := release.ParseCandidates(file, src); !faults.HasErrors() {
		in.Runs = pushed
	}
}

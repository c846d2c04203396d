package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/schema/diag"
)

// Options are the settings of [Load] from the spec and from the command line.
type Options struct {
	Environments []Environment
	// Branch and URL are repository.branch and repository.url of the spec.
	Branch string
	URL    string
	// At is the time that moved pins record.
	At time.Time
	// IgnoreDirty accepts files that may have changes; nil accepts none.
	IgnoreDirty func(path string) bool
}

// Load gathers what [Promote] decides from. Load does not refuse a missing remote or an
// unknown environment: Promote reports them, together with all other reasons. The list holds
// faults in the files; an error means that git or the file system failed.
func Load(r *git.Repo, o Options, req Request) (*Input, diag.List, error) {
	l := &loader{repo: r, options: o, request: req, in: newInput(o)}
	env, ok := environment(o.Environments, req.To)
	if !ok || env.From == "" {
		return l.in, nil, nil
	}
	for _, stage := range []func(Environment) error{l.worktree, l.state, l.pushed, l.candidates} {
		if err := stage(env); err != nil {
			return nil, nil, fmt.Errorf("prepare promotion to %s: %w", env.Name, err)
		}
	}
	return l.in, l.list, nil
}

// LoadRollback gathers what [Rollback] decides from: the pins in the working tree
// and the user's name. History is not needed.
func LoadRollback(r *git.Repo, o Options, req RollbackRequest) (*Input, diag.List, error) {
	l := &loader{repo: r, options: o, in: newInput(o)}
	env, ok := environment(o.Environments, req.In)
	if !ok || env.From == "" {
		return l.in, nil, nil
	}
	if err := l.worktree(env); err != nil {
		return nil, nil, fmt.Errorf("prepare rollback of %s: %w", env.Name, err)
	}
	return l.in, l.list, nil
}

func newInput(o Options) *Input {
	return &Input{
		Environments: o.Environments, At: o.At, Sources: diag.Sources{},
		Pushed: Pushed{Branch: o.Branch, Candidates: map[string]*Candidates{}, Unreachable: map[string]bool{}},
	}
}

// ReadReleases reads the pins of an environment from the working tree at dir. Both
// the bytes and the pins are nil when there is no such file.
func ReadReleases(dir, environment string) ([]byte, *Releases, diag.List, error) {
	src, err := readFile(dir, layout.Pins(environment))
	if src == nil || err != nil {
		return nil, nil, nil, err
	}
	pins, list := Parse(layout.Pins(environment), src)
	return src, pins, list, nil
}

// readFile reads a file of the working tree; a file that does not exist is nil. It
// does not follow a link out of dir.
func readFile(dir, name string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// loader fills an input step by step.
type loader struct {
	repo    *git.Repo
	options Options
	request Request
	in      *Input
	list    diag.List
}

func (l *loader) worktree(env Environment) error {
	src, pins, list, err := ReadReleases(l.repo.Dir, env.Name)
	if err != nil {
		return err
	}
	l.in.Source, l.in.Current = src, pins
	l.in.Sources[layout.Pins(env.Name)] = src
	l.list = append(l.list, list...)
	if l.in.By, err = l.repo.Identity(); err == nil && line(l.in.By) != nil {
		err = fmt.Errorf("git reports an author that wavewright cannot write into a pin: %q", l.in.By)
	}
	return err
}

// state finds the pushed branch, and how far the clone is ahead of that branch.
func (l *loader) state(Environment) (err error) {
	l.in.Shallow = l.repo.Shallow
	if l.in.Dirty, err = l.repo.Dirty(l.options.IgnoreDirty); err != nil {
		return err
	}
	ref, err := l.repo.Pushed(l.options.Branch, l.options.URL)
	if missing, ok := errors.AsType[*git.NotPushedError](err); ok {
		l.in.Pushed.NotPushed = missing
		return nil
	}
	if err != nil {
		return err
	}
	l.in.Pushed.Name, l.in.Pushed.Tip = ref.Name, ref.Commit
	if l.in.Ahead, err = l.repo.Ahead(l.options.Branch, ref); err != nil {
		return err
	}
	l.in.Pushed.Line, err = l.repo.Line(ref.Commit)
	return err
}

// pushed reads what the previous environment runs.
func (l *loader) pushed(env Environment) (err error) {
	push := &l.in.Pushed
	from, ok := environment(l.options.Environments, env.From)
	if !ok || push.Tip == "" {
		return nil
	}
	push.Revision = push.Tip
	if from.From == "" {
		if l.request.Revision != "" {
			if push.Revision, err = l.repo.Commit(l.request.Revision); err != nil || push.Revision == "" {
				return err
			}
		}
		runs, err := l.readCandidates([]string{push.Revision}, from.Name)
		push.Runs = runs[push.Revision]
		return err
	}
	src, ok, err := l.repo.ReadAt(push.Tip, layout.Pins(from.Name))
	if err != nil || !ok {
		return err
	}
	file := push.Name + ":" + layout.Pins(from.Name)
	l.in.Sources[file] = src
	pins, list := Parse(file, src)
	push.Previous, l.list = pins, append(l.list, list...)
	return nil
}

// candidates reads the environment's candidates at every commit that the promotion may pin.
func (l *loader) candidates(env Environment) (err error) {
	push := &l.in.Pushed
	if push.Tip == "" || l.list.HasErrors() {
		return nil
	}
	needed := []string{push.Tip}
	if push.Revision != "" {
		needed = append(needed, push.Revision)
	}
	for _, pin := range l.request.needs(push.Previous) {
		needed = append(needed, pin.Revision)
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	if err := l.reachable(needed); err != nil {
		return err
	}
	push.Candidates, err = l.readCandidates(needed, env.Name)
	return err
}

// reachable finds the commits that are not in the history of the pushed branch.
func (l *loader) reachable(commits []string) error {
	if l.repo.Shallow {
		return nil
	}
	line := make(map[string]bool, len(l.in.Pushed.Line))
	for _, c := range l.in.Pushed.Line {
		line[c] = true
	}
	for _, c := range commits {
		if line[c] {
			continue
		}
		contained, err := l.repo.Contains(l.in.Pushed.Tip, c)
		if err != nil {
			return err
		}
		if !contained {
			l.in.Pushed.Unreachable[c] = true
		}
	}
	return nil
}

// readCandidates reads the candidates of an environment at many commits; commits
// that share the same file share the result.
func (l *loader) readCandidates(commits []string, environment string) (map[string]*Candidates, error) {
	found, err := l.repo.Blobs(commits, layout.Candidates(environment))
	if err != nil {
		return nil, err
	}
	parsed, out := map[string]*Candidates{}, map[string]*Candidates{}
	for i, b := range found {
		if b.ID == "" {
			continue
		}
		if parsed[b.ID] == nil {
			file := short(commits[i]) + ":" + layout.Candidates(environment)
			c, list := ParseCandidates(file, b.Data)
			l.in.Sources[file] = b.Data
			l.list = append(l.list, list...)
			parsed[b.ID] = c
		}
		out[commits[i]] = parsed[b.ID]
	}
	return out, nil
}

package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/scaffold"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema"
)

// ExampleURL stands in a new spec until the user says where the repository is.
const ExampleURL = scaffold.ExampleURL

// InitOptions are the answers that a new spec is written from. [InitDefaults] gives
// one that works.
type InitOptions = scaffold.Answers

// Initialized is the outcome of Init.
type Initialized struct {
	Findings
	// Plan of the first generation; nil when there are errors.
	Plan *Plan
	// Environments in promotion order, and the files to apply by hand once, one for each.
	Environments, Roots []string
	// URL and Branch of the repository, and the field manager with which roots are applied.
	URL, Branch, FieldManager string
	// Git is what git knew about the folder.
	Git GitFacts
	// Add are the paths for git add: "." when everything in the folder is ours.
	Add []string
	// Omitted are files at the top of the folder that were there already, sorted. The
	// spec says that they are not generated.
	Omitted []string
	// Written says that the spec and everything generated from it were written.
	Written bool

	platform *Platform
	files    map[string][]byte // that are generated
}

// GitFacts are what decides how a new repository reaches its server.
type GitFacts struct {
	// Repository says that the folder is in one, and Origin that it has a remote of this name.
	Repository, Origin bool
	// OtherBranch says that origin has the branch that the first environment follows, while
	// another one is checked out.
	OtherBranch bool
}

// ErrInitialized says that a folder has a spec already.
var ErrInitialized = errors.New(schema.FileName + " exists already")

// InitDefaults finds out what can be known about the folder of a new spec, which need
// not exist: its name, and what git says about the repository that it lies in.
func InitDefaults(dir string) (InitOptions, error) { return scaffold.Propose(dir) }

// Init writes a first spec into dir and generates everything from it. Either all is
// written or nothing: not when dir has a spec, not when a file that wavewright would
// write is there already below the top, and not when the answers make no valid spec.
// What is there at the top, such as a README, the spec leaves out.
func Init(dir string, o InitOptions) (*Initialized, error) {
	if _, err := os.Lstat(filepath.Join(dir, schema.FileName)); err == nil {
		return &Initialized{}, ErrInitialized
	}
	out, err := preview(dir, []byte(o.Text()))
	if err == nil && len(out.Omitted) > 0 {
		omitted := out.Omitted
		o.Omit = omitted
		out, err = preview(dir, []byte(o.Text()))
		out.Omitted = omitted
	}
	if err != nil || out.Diagnostics.HasErrors() {
		return out, err
	}
	undo, err := makeFolders(dir)
	if err != nil {
		return out, err
	}
	if err := out.write([]byte(o.Text())); err != nil || !out.Written {
		undo()
		return out, err
	}
	return out, nil
}

// preview renders what the spec would mean in dir.
func preview(dir string, spec []byte) (*Initialized, error) {
	in := folder{dir: dir, replaced: map[string][]byte{schema.FileName: spec}}
	if _, err := os.Stat(dir); err != nil {
		in.disk = noFiles{}
	}
	p, err := load(in)
	if err != nil {
		return &Initialized{}, err
	}
	rendered, err := p.render(nil)
	if err != nil {
		return &Initialized{}, err
	}
	out := &Initialized{Findings: rendered.Findings, platform: p, files: rendered.Files()}
	out.Omitted, err = atTop(dir, out.files)
	return out, err
}

// atTop lists what stands at the top of a folder in the place of a generated file.
// Most repositories begin with a README.
func atTop(dir string, files map[string][]byte) ([]string, error) {
	var own []string
	for path, generated := range files {
		if strings.Contains(path, "/") {
			continue
		}
		name := filepath.Join(dir, path)
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", path, err)
		}
		if info.Mode().IsRegular() {
			if content, err := os.ReadFile(name); err == nil && bytes.Equal(content, generated) {
				continue
			}
		}
		own = append(own, path)
	}
	slices.Sort(own)
	return own, nil
}

// write plans before it writes anything. The spec comes before what is generated
// from it: generate completes an interrupted run.
func (out *Initialized) write(spec []byte) error {
	dir := out.platform.folder.dir
	repository, err := tree.Open(dir)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	defer repository.Close()
	unlock, err := repository.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	_, out.Plan, err = out.platform.plan(repository, &WriteOptions{})
	if err != nil || out.Plan.Stopped() {
		return err
	}
	if err := createFile(filepath.Join(dir, schema.FileName), spec); err != nil {
		return err
	}
	if err := repository.Apply(out.Plan.Plan); err != nil {
		return errors.Join(err, os.Remove(filepath.Join(dir, schema.FileName)))
	}
	out.Written, out.Add = true, out.toAdd(dir)
	out.describe()
	return nil
}

// describe completes the outcome with what the next steps need to know.
func (out *Initialized) describe() {
	p := out.platform.model
	out.URL, out.Branch, out.FieldManager = string(p.Repository.URL), p.Repository.Branch, string(p.FieldManager())
	out.Environments = out.platform.environments()
	for _, env := range out.Environments {
		out.Roots = append(out.Roots, layout.Root(env))
	}
	// Of what git cannot say, nothing is known: the next steps are proposals.
	repo, err := git.Find(out.platform.folder.dir)
	if err != nil {
		return
	}
	origin, _ := repo.Origin()
	current, _ := repo.Branch()
	exists, _ := repo.OnOrigin(out.Branch)
	out.Git = GitFacts{Repository: true, Origin: origin != "", OtherBranch: exists && current != "" && current != out.Branch}
}

// toAdd is what git add is to take: all of the folder only when all of it is ours.
func (out *Initialized) toAdd(dir string) []string {
	ours := []string{schema.FileName, strings.TrimSuffix(layout.Own, "/")}
	for path := range out.files {
		top, _, _ := strings.Cut(path, "/")
		ours = append(ours, top)
	}
	slices.Sort(ours)
	ours = slices.Compact(ours)
	entries, err := os.ReadDir(dir)
	other := func(e os.DirEntry) bool { return e.Name() != ".git" && !slices.Contains(ours, e.Name()) }
	if err == nil && !slices.ContainsFunc(entries, other) {
		return []string{"."}
	}
	return ours
}

func createFile(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return ErrInitialized
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// makeFolders creates dir and returns how to take back what it created.
func makeFolders(dir string) (undo func(), err error) {
	var missing []string
	for p := filepath.Clean(dir); ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); err == nil || p == filepath.Dir(p) {
			break
		}
		missing = append(missing, p)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("create %s: %w", dir, err)
	}
	return func() {
		for _, p := range missing { // the deepest first; one that is not empty stays
			_ = os.Remove(p)
		}
	}, nil
}

// Package running compares what clusters run with what they will run, Application by Application:
// it builds both sides, which may be commits or files that are about to be written, where a changed
// file makes that necessary, and lists what package change finds.
package running

import (
	"cmp"
	"errors"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/change"
	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/impact"
	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
)

// Hazard is what a change does to an object of an Application and nobody would notice.
type Hazard struct {
	Environment string `json:"environment"`
	Application string `json:"application"`
	change.Finding
	// Waits says that it happens when the change is promoted.
	Waits bool `json:"waits,omitempty"`
	// Allowed says that a person has decided about it.
	Allowed bool `json:"allowed,omitempty"`

	// Path is the overlay of the Application.
	Path string `json:"-"`
	// Pinned says that both sides are commits: a pin moves.
	Pinned bool `json:"-"`
	// Gone says that the Application itself goes.
	Gone bool `json:"-"`
	// Fresh says that the files as they are do not have the change yet.
	Fresh bool `json:"-"`
}

// Unknown is an Application whose objects could not be compared.
type Unknown struct {
	Environment string `json:"environment"`
	Application string `json:"application"`
	Reason      string `json:"reason"`
}

// Comparison compares a repository with what runs.
type Comparison struct {
	Repo *git.Repo
	// Prefix of the repository that paths of Applications begin with.
	Prefix string
	// After reads files as they will be, and Now as a person has decided about them: what both have is
	// no news.
	After, Now kustomize.Read
	// Edited are the paths at which After differs from the commit that is checked out.
	Edited []string
	// Pending says that After differs from Now.
	Pending bool
	// Renamed returns the ID that a file of the state has now; nil when nothing was renamed.
	Renamed func(id string) string
	// Swapped returns the applications that have changed places in what is read, with their new names;
	// with nil, those that have once everything is written.
	Swapped func(read kustomize.Read) map[string]string
	// Users names the applications that connect to the one with an overlay.
	Users func(environment, path string) []string

	reader  *git.Reader
	changed map[[2]string][]string // by two sources
	reaches map[[3]string]*impact.Reach

	Hazards []Hazard
	Unknown []Unknown
}

// Environment is what one environment runs and will run.
type Environment struct {
	Name          string
	Before, After impact.Applications
	// Now returns those of the files as they are.
	Now func() (impact.Applications, error)
	// Base is the commit of Applications that run no pin before the change.
	Base string
	// Waits says that the change needs a promotion.
	Waits bool
}

// files is the source of files that are about to be written; every other source is a commit, or
// now.
const (
	files = ""
	now   = "now"
)

// pair is one Application before and after a change.
type pair struct {
	env           Environment
	old, next     impact.Application // next is nil for one that goes
	before, after string             // sources
}

// Add compares an environment.
func (c *Comparison) Add(env Environment) {
	c.open()
	before, after := placesOf(env.Before), placesOf(env.After)
	var pairs []pair
	for _, name := range slices.Sorted(maps.Keys(env.Before)) {
		p := pair{env: env, old: env.Before[name]}
		p.before, p.after = cmp.Or(p.old.Pin(), env.Base), files
		if p.next = c.successor(p.old, before, after); p.next != nil {
			p.after = p.next.Pin()
		}
		if p.next == nil && env.Waits {
			continue // its pin keeps it
		}
		differs, err := c.differs(p)
		if err != nil {
			c.unknown(p, err)
			continue
		}
		if differs {
			pairs = append(pairs, p)
		}
	}
	for i, result := range c.all(pairs) {
		if result.err != nil {
			c.unknown(pairs[i], result.err)
		}
		c.Hazards = append(c.Hazards, result.hazards...)
	}
}

// Close ends what reads commits.
func (c *Comparison) Close() error {
	if c.reader == nil {
		return nil
	}
	return c.reader.Close()
}

// unknown notes an Application that could not be compared. What kustomize does not build, such as
// a chart, has no objects that could be known here.
func (c *Comparison) unknown(p pair, err error) {
	if errors.Is(err, kustomize.ErrNoKustomization) {
		return
	}
	c.Unknown = append(c.Unknown, Unknown{p.env.Name, p.old["name"], err.Error()})
}

// places are Applications by their overlays.
type places map[string]impact.Application

func placesOf(all impact.Applications) places {
	found := make(places, len(all))
	for _, app := range all {
		found[app.Path()] = app
	}
	return found
}

// successor finds the Application that goes on with what another one does.
func (c *Comparison) successor(old impact.Application, before, after places) impact.Application {
	folder := impact.NewPath(c.Renamed, old.Path())
	if folder != "" && before[folder] == nil && after[folder] != nil {
		return after[folder]
	}
	return after[old.Path()]
}

// differs reports whether the objects of an Application may differ in what matters.
func (c *Comparison) differs(p pair) (bool, error) {
	if p.next == nil {
		return true, nil
	}
	for _, field := range []string{"cluster", "namespace", "path"} {
		if p.old[field] != p.next[field] {
			return true, nil
		}
	}
	if p.before == p.after {
		return false, nil
	}
	if c.exchanged(p, p.after) != "" {
		return true, nil
	}
	changed, err := c.between(p.before, p.after)
	if err != nil || len(changed) == 0 {
		return false, err
	}
	for _, source := range []string{p.before, p.after} {
		if c.reach(p.before, p.after, source).Changes(c.folder(p.old)) {
			return true, nil
		}
	}
	return false, nil
}

// folder is the overlay of an Application as seen from the folder of the spec.
func (c *Comparison) folder(a impact.Application) string {
	return strings.TrimPrefix(a.Path(), c.Prefix)
}

// between lists the files that differ between two sources in what matters.
func (c *Comparison) between(before, after string) ([]string, error) {
	key := [2]string{before, after}
	if found, known := c.changed[key]; known {
		return found, nil
	}
	paths, err := c.differing(before, after)
	if err != nil {
		return nil, err
	}
	var matter []string
	for _, file := range paths {
		if !slices.Contains([]string{".yaml", ".yml", ".json", ""}, path.Ext(file)) || layout.Apart(file) {
			continue
		}
		old, err := c.read(before)(file)
		if err != nil {
			return nil, err
		}
		next, err := c.read(after)(file)
		if err != nil {
			return nil, err
		}
		if change.Matters(file, old, next) {
			matter = append(matter, file)
		}
	}
	c.changed[key] = matter
	return matter, nil
}

// differing lists the files that differ between two sources.
func (c *Comparison) differing(before, after string) ([]string, error) {
	to, edited := after, []string(nil)
	if after == files {
		to, edited = c.Repo.Head(), c.Edited
	}
	for _, commit := range []string{before, to} {
		if err := c.reader.Has(commit); err != nil {
			return nil, err
		}
	}
	paths, err := c.Repo.Between(before, to)
	if err != nil {
		return nil, err
	}
	paths = append(slices.Clone(paths), edited...)
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// Equal reports whether an environment runs the same since a commit: what it deploys is listed in
// the same words and, where it follows the branch, no file differs in what matters. Nobody has to
// read long lists then.
func (c *Comparison) Equal(env, base string, follows bool) bool {
	c.open()
	if !maps.Equal(c.Swapped(c.read(base)), c.Swapped(nil)) {
		return false
	}
	paths, err := c.differing(base, files)
	if err != nil || slices.ContainsFunc(layout.Deployed(env), func(file string) bool { return slices.Contains(paths, file) }) {
		return false
	}
	if !follows {
		return true
	}
	matter, err := c.between(base, files)
	return err == nil && len(matter) == 0
}

// open prepares the first step.
func (c *Comparison) open() {
	if c.reader == nil {
		c.reader, c.changed, c.reaches = c.Repo.Reader(), map[[2]string][]string{}, map[[3]string]*impact.Reach{}
	}
}

// reach knows what the changes between two sources reach in one of them.
func (c *Comparison) reach(before, after, in string) *impact.Reach {
	key := [3]string{before, after, in}
	if c.reaches[key] == nil {
		read := c.read(in)
		c.reaches[key] = impact.NewReach(c.changed[[2]string{before, after}], func(path string) []byte {
			text, _ := read(path) // building it tells why it cannot be read
			return text
		})
	}
	return c.reaches[key]
}

// read returns how the files of a source are read.
func (c *Comparison) read(source string) kustomize.Read {
	switch source {
	case files:
		return c.After
	case now:
		return c.Now
	}
	return func(file string) ([]byte, error) { return c.reader.Read(source, file) }
}

// outcome is what comparing one pair gives.
type outcome struct {
	hazards []Hazard
	err     error
}

// all compares pairs on all cores, which building needs.
func (c *Comparison) all(pairs []pair) []outcome {
	results := make([]outcome, len(pairs))
	workers := min(runtime.GOMAXPROCS(0), len(pairs))
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(pairs); i += workers {
				results[i].hazards, results[i].err = c.compare(pairs[i])
			}
		})
	}
	group.Wait()
	return results
}

// compare builds one Application on both sides.
func (c *Comparison) compare(p pair) ([]Hazard, error) {
	before, err := c.side(p.old, p.before)
	if err != nil {
		return nil, err
	}
	found, err := c.findings(p, before, p.next, p.after)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, nil
	}
	fresh, place := c.fresh(p, before, found), p.old
	if p.next != nil {
		place = p.next
	}
	var hazards []Hazard
	for i, f := range found {
		hazards = append(hazards, Hazard{
			Environment: p.env.Name, Application: p.old["name"], Finding: f, Waits: p.env.Waits,
			Path: c.folder(place), Gone: p.next == nil, Fresh: fresh[i], Pinned: p.next.Pin() != "",
		})
	}
	return hazards, nil
}

// fresh tells the findings that the files as they are do not have yet: later runs say them too,
// and do not stop for them again.
func (c *Comparison) fresh(p pair, before change.Side, found []change.Finding) []bool {
	fresh := make([]bool, len(found))
	if !c.Pending || p.next == nil || p.after != files {
		return fresh
	}
	var already []change.Finding
	all, err := p.env.Now()
	if is := placesOf(all)[p.next.Path()]; is != nil && err == nil {
		already, _ = c.findings(p, before, is, now) // an Application that is not whole yet has none, and all is fresh
	}
	for i, f := range found {
		fresh[i] = !slices.ContainsFunc(already, f.Same)
	}
	return fresh
}

// findings compares what an Application of a pair runs with what a source has of it, or with nothing when
// it goes. Nobody knows here what a chart deploys: the data of what ran before is not taken for its own.
func (c *Comparison) findings(p pair, before change.Side, next impact.Application, source string) ([]change.Finding, error) {
	switch {
	case next == nil:
		return change.Data(before, change.Side{}), nil
	case c.isChart(next, source):
		return change.Data(before, change.Side{Cluster: next["cluster"]}), nil
	}
	after, err := c.side(next, source)
	if err != nil {
		return nil, err
	}
	found := change.Data(before, after)
	if was := c.exchanged(p, source); was != "" {
		found = append(found, change.Exchanged(before, after, path.Base(p.next.Path()), was)...)
	}
	found = append(found, change.Names(before, after, c.Users(p.env.Name, c.folder(p.next)))...)
	if before.Cluster == after.Cluster {
		found = append(found, change.Objects(before.Objects, after.Objects)...)
	}
	return found, nil
}

// isChart reports whether Helm renders an Application.
func (c *Comparison) isChart(a impact.Application, source string) bool {
	text, err := c.read(source)(c.folder(a) + "/" + layout.Chart)
	return err == nil && text != nil
}

// side builds the objects of an Application from a source.
func (c *Comparison) side(a impact.Application, source string) (change.Side, error) {
	built, err := kustomize.Build(c.read(source), c.folder(a))
	if err != nil {
		return change.Side{}, err
	}
	side := change.Side{Cluster: a["cluster"]}
	for _, object := range built {
		side.Objects = append(side.Objects, object)
	}
	return side, nil
}

// Package impact says what a change of a repository means for the Applications of Argo CD:
// which are created, changed, renamed or deleted, and which wait for a promotion. It compares
// Applications as data, and follows kustomizations from what an Application deploys to the
// files that changed. It is pure: callers say how files and Applications are read.
package impact

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// Effect is what becomes of an Application of Argo CD.
type Effect string

// Effects, as they are printed.
const (
	// Created is an Application that is not there yet.
	Created Effect = "created"
	// Changed is one whose source or content changes.
	Changed Effect = "changed"
	// Waiting is one whose content changes in the repository, while the
	// environment runs a pin: promote brings it there.
	Waiting Effect = "waits for promotion"
	// Renamed is one that is deleted and created under another name.
	Renamed Effect = "renamed"
	// Deleted is one that is gone, with its workload unless its environment
	// preserves resources.
	Deleted Effect = "deleted"
)

// Effects lists them in the order in which they are printed.
func Effects() []Effect {
	return []Effect{Created, Changed, Waiting, Renamed, Deleted}
}

// Row is what a change means for one Application.
type Row struct {
	Environment string `json:"environment"`
	Application string `json:"application"`
	Effect      Effect `json:"effect"`
	// From is the old name of a renamed one, which Argo CD deletes.
	From string `json:"from,omitempty"`

	// Pinned says that the Application runs, or ran, one commit.
	Pinned bool `json:"-"`
}

// Change is a repository before and after it changes.
type Change struct {
	// Environments that the spec has, in promotion order.
	Environments []string
	// After lists the Applications of an environment, and Before those that it had; Before gets
	// what After returned, which is the answer where nothing changed.
	After  func(environment string) (Applications, error)
	Before func(environment string, after Applications) (Applications, error)
	// Changed are the paths of files whose text differs.
	Changed []string
	// Read returns the text of a file afterwards, nil when there is none.
	Read func(path string) []byte
	// Renamed returns the ID that a file of the state has now; nil when nothing was renamed.
	Renamed func(id string) string
}

// Rows lists what a change means, by environment and name. Environments that the spec does not
// have any more come last.
func (c *Change) Rows() ([]Row, error) {
	r := NewReach(c.Changed, c.Read)
	environments := slices.Clone(c.Environments)
	for _, file := range c.Changed {
		if env := path.Base(path.Dir(file)); path.Dir(file) == layout.ArgoCD(env) && !slices.Contains(environments, env) {
			environments = append(environments, env)
		}
	}
	var rows []Row
	for _, env := range environments {
		after, err := c.After(env)
		if err != nil {
			return nil, err
		}
		before, err := c.Before(env, after)
		if err != nil {
			return nil, err
		}
		rows = append(rows, c.environment(env, before, after, r)...)
	}
	return rows, nil
}

// environment lists what the change means in one environment.
func (c *Change) environment(env string, before, after Applications, r *Reach) []Row {
	var rows []Row
	arrived := map[string]int{} // path → row, of what is new
	for name, now := range after {
		effect := r.effect(before[name], now)
		if effect == Created {
			arrived[now.Path()] = len(rows)
		}
		if effect != "" {
			rows = append(rows, Row{Environment: env, Application: name, Effect: effect, Pinned: now.pinned()})
		}
	}
	for name, old := range before {
		if after[name] != nil {
			continue
		}
		if i, moved := arrived[NewPath(c.Renamed, old.Path())]; moved {
			rows[i].Effect, rows[i].From = Renamed, name
			continue
		}
		rows = append(rows, Row{Environment: env, Application: name, Effect: Deleted, Pinned: old.pinned()})
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Application, b.Application) })
	return rows
}

// effect is what becomes of an Application that there is afterwards; "" for nothing.
func (r *Reach) effect(old, now Application) Effect {
	switch {
	case old == nil:
		return Created
	case !maps.Equal(old, now):
		return Changed
	case !r.Changes(now.Path()):
		return ""
	case !now.pinned():
		return Changed
	case strings.HasPrefix(now.Path(), layout.Overlays) && r.read(now.Path()+"/"+layout.Kustomization) == nil:
		return "" // the pin keeps what is not there any more: nothing to promote
	}
	return Waiting
}

// NewPath is where the overlay of a renamed application, target or namespace is now; empty when
// renamed is nil.
func NewPath(renamed func(id string) string, folder string) string {
	parts := strings.Split(folder, "/")
	if renamed == nil || len(parts) < 4 || parts[len(parts)-4]+"/" != layout.Overlays {
		return ""
	}
	target, kind, name := parts[len(parts)-3], parts[len(parts)-2], parts[len(parts)-1]
	placeholder := "app"
	if kind == layout.Namespaces {
		placeholder = "namespace"
	}
	id := renamed("?" + placeholder + "=" + name + "&target=" + target)
	name, target, _ = strings.Cut(strings.TrimPrefix(id, "?"+placeholder+"="), "&target=")
	return strings.Join(append(slices.Clone(parts[:len(parts)-3]), target, kind, name), "/")
}

// Reach finds out what changed files reach: folders that hold one, and those whose
// kustomizations name such folders.
type Reach struct {
	read    func(path string) []byte
	folders map[string]bool // that hold something changed, at any depth
	known   map[string]bool // answers so far
}

// NewReach starts from changed files; read returns the text of a file, nil when there is none.
func NewReach(changed []string, read func(path string) []byte) *Reach {
	r := &Reach{read: read, folders: map[string]bool{}, known: map[string]bool{}}
	for _, file := range changed {
		for dir := path.Dir(file); dir != "." && !r.folders[dir]; dir = path.Dir(dir) {
			r.folders[dir] = true
		}
	}
	return r
}

// Changes reports whether what a folder builds may differ.
func (r *Reach) Changes(folder string) bool {
	if r.folders[folder] {
		return true
	}
	answer, known := r.known[folder]
	if known {
		return answer
	}
	r.known[folder] = false // ends a circle
	for line := range bytes.Lines(r.read(folder + "/" + layout.Kustomization)) {
		_, item, ok := strings.Cut(string(bytes.TrimSpace(line)), "- ")
		if item = strings.Trim(item, `"'`); ok && strings.HasPrefix(item, "../") && r.Changes(path.Join(folder, item)) {
			answer = true
			break
		}
	}
	r.known[folder] = answer
	return answer
}

package generator

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/tree"
)

// Effect is what becomes of an Application of Argo CD.
type Effect string

// Effects, as they are printed.
const (
	// EffectCreated is an Application that is not there yet.
	EffectCreated Effect = "created"
	// EffectChanged is one whose source or content changes.
	EffectChanged Effect = "changed"
	// EffectWaiting is one whose content changes in the repository, while the
	// environment runs a pin: promote brings it there.
	EffectWaiting Effect = "waits for promotion"
	// EffectRenamed is one that is deleted and created under another name.
	EffectRenamed Effect = "renamed"
	// EffectDeleted is one that is gone, with its workload unless its environment
	// preserves resources.
	EffectDeleted Effect = "deleted"
)

// Effects lists them in the order in which they are printed.
func Effects() []Effect {
	return []Effect{EffectCreated, EffectChanged, EffectWaiting, EffectRenamed, EffectDeleted}
}

// Impact is what a plan means for one Application.
type Impact struct {
	Environment string `json:"environment"`
	Application string `json:"application"`
	Effect      Effect `json:"effect"`
	// From is the old name of a renamed one, which Argo CD deletes.
	From string `json:"from,omitempty"`

	protected bool
}

// application is an Application, or the element of an ApplicationSet that makes it.
type application struct {
	name, path, revision string
	text                 string // all of it
}

// pinned reports whether the element stays at one commit.
func (a application) pinned() bool {
	return len(a.revision) >= 40 && strings.Trim(a.revision, "0123456789abcdef") == ""
}

// versions is a repository before and after a change.
type versions struct {
	// before and after return the text of a file, nil when there is none.
	before, after func(path string) []byte
	environments  []string // that the spec has, in promotion order
	// changed are the paths whose text differs.
	changed []string
	renamed func(id string) string // nil when nothing was renamed
}

// applications reads what an environment deploys: the elements of its ApplicationSets, and
// the Applications that a tenant of Argo CD writes instead.
func applications(read func(path string) []byte, env string) map[string]application {
	found := elements(read("argocd/" + env + "/applicationsets.yaml"))
	for document := range bytes.SplitSeq(read("argocd/"+env+"/applications.yaml"), []byte("\n---\n")) {
		now := application{text: string(document)}
		for line := range strings.Lines(now.text) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch {
			case key == "name" && now.name == "":
				now.name = unquoted(value)
			case key == "path":
				now.path = unquoted(value)
			case key == "targetRevision":
				now.revision = unquoted(value)
			}
		}
		if now.name != "" {
			found[now.name] = now
		}
	}
	return found
}

// elements reads the elements of ApplicationSets as they are rendered: a list below
// "elements:", each beginning with its name.
func elements(src []byte) map[string]application {
	found := map[string]application{}
	var current *application
	depth := -1
	end := func() {
		if current != nil {
			found[current.name] = *current
		}
		current = nil
	}
	for line := range strings.Lines(string(src)) {
		text := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		key, value, _ := strings.Cut(strings.TrimPrefix(text, "- "), ": ")
		switch {
		case text == "elements:":
			depth = indent
		case depth >= 0 && indent <= depth:
			end()
			depth = -1
		case depth >= 0 && key == "name" && strings.HasPrefix(text, "- "):
			end()
			current = &application{name: unquoted(value)}
		}
		if current == nil {
			continue
		}
		current.text += line
		switch key {
		case "path":
			current.path = unquoted(value)
		case "revision":
			current.revision = unquoted(value)
		}
	}
	end()
	return found
}

func unquoted(value string) string { return strings.Trim(value, `"'`) }

// impact lists what a change means for Applications, by environment and name.
func (v *versions) impact() []Impact {
	r := &reach{versions: v, folders: map[string]bool{}, known: map[string]bool{}}
	environments := slices.Clone(v.environments)
	for _, file := range v.changed {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			r.folders[dir] = true
		}
		if env, ok := strings.CutPrefix(path.Dir(file), "argocd/"); ok && !slices.Contains(environments, env) {
			environments = append(environments, env)
		}
	}
	var out []Impact
	for _, env := range environments {
		out = append(out, v.environment(env, r)...)
	}
	return out
}

func (v *versions) environment(env string, r *reach) []Impact {
	before, after := applications(v.before, env), applications(v.after, env)
	var out []Impact
	arrived := map[string]string{} // path → name, of what is new
	for name, now := range after {
		old, known := before[name]
		row := Impact{Environment: env, Application: name, protected: now.pinned()}
		switch {
		case !known:
			arrived[now.path] = name
			row.Effect = EffectCreated
		case old.text != now.text:
			row.Effect = EffectChanged
		case !r.changes(now.path):
			continue
		case now.pinned() && strings.HasPrefix(now.path, "overlays/") && v.after(now.path+"/kustomization.yaml") == nil:
			continue // the pin keeps what is not there any more: nothing to promote
		case now.pinned():
			row.Effect = EffectWaiting
		default:
			row.Effect = EffectChanged
		}
		out = append(out, row)
	}
	for name, old := range before {
		if _, stays := after[name]; stays {
			continue
		}
		if now := arrived[v.newPath(old.path)]; now != "" {
			i := slices.IndexFunc(out, func(row Impact) bool { return row.Application == now })
			out[i].Effect, out[i].From = EffectRenamed, name
			continue
		}
		out = append(out, Impact{Environment: env, Application: name, Effect: EffectDeleted, protected: old.pinned()})
	}
	slices.SortFunc(out, func(a, b Impact) int { return cmp.Compare(a.Application, b.Application) })
	return out
}

// newPath is where the overlay of a renamed application, target or namespace is now.
func (v *versions) newPath(folder string) string {
	parts := strings.Split(folder, "/")
	if v.renamed == nil || len(parts) < 4 || parts[len(parts)-4] != "overlays" {
		return ""
	}
	target, kind, name := parts[len(parts)-3], parts[len(parts)-2], parts[len(parts)-1]
	placeholder := "app"
	if kind == "infra" {
		placeholder = "namespace"
	}
	id := v.renamed("?" + placeholder + "=" + name + "&target=" + target)
	name, target, _ = strings.Cut(strings.TrimPrefix(id, "?"+placeholder+"="), "&target=")
	return strings.Join(append(slices.Clone(parts[:len(parts)-3]), target, kind, name), "/")
}

// reach finds out what a change reaches: folders that hold a changed file, and those
// whose kustomizations name such folders.
type reach struct {
	*versions
	folders map[string]bool // that hold something changed, at any depth
	known   map[string]bool // answers so far
}

// changes reports whether what a folder builds may differ.
func (r *reach) changes(folder string) bool {
	if r.folders[folder] {
		return true
	}
	answer, known := r.known[folder]
	if known {
		return answer
	}
	r.known[folder] = false // ends a circle
	for line := range bytes.Lines(r.after(folder + "/kustomization.yaml")) {
		_, item, ok := strings.Cut(string(bytes.TrimSpace(line)), "- ")
		if item = unquoted(item); ok && strings.HasPrefix(item, "../") && r.changes(path.Join(folder, item)) {
			answer = true
			break
		}
	}
	r.known[folder] = answer
	return answer
}

// impact is what a plan means for Applications.
func (t *Tree) impact(plan *tree.Plan) []Impact {
	v := &versions{renamed: t.platform.renamed(), environments: t.platform.environments()}
	was := map[string][]byte{}
	for _, c := range plan.Changes() {
		file, wanted := t.files[c.Path]
		switch {
		case c.State == tree.StateNew || c.State == tree.StateOrphan || c.State == tree.StateForgotten || c.State == tree.StateMoved:
		case c.State == tree.StateOrphanEdited && c.Action == tree.ActionRecord: // later runs have said it
		case c.State == tree.StateKept || !wanted || bytes.Equal(c.Base, file.Content) || c.Base == nil:
			continue // it stays as it is, or only people changed it
		}
		v.changed = append(v.changed, c.Path)
		was[c.Path] = c.Base
		if c.From != "" {
			v.changed = append(v.changed, c.From)
			was[c.From], was[c.Path] = c.Base, nil
		}
	}
	v.after = func(path string) []byte { return t.files[path].Content }
	v.before = func(path string) []byte {
		if text, changed := was[path]; changed {
			return text
		}
		return t.files[path].Content
	}
	return v.impact()
}

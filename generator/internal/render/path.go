package render

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// job is one file to render or to copy. There are many more jobs than files: most
// templates print nothing for most scopes.
type job struct {
	*instances
	scope *Scope
}

// path is the path of the job's file. Most jobs give no file, so path composes it on
// demand.
func (j *job) path() string { return j.pattern.expand(j.scope.Values) }

// mode is the kind of the job's file. Mostly the ending is the template's own.
func (j *job) mode() mode {
	if ending := path.Ext(j.src.target); ending == "" || strings.Contains(ending, "}") {
		return modeOf(j.path())
	}
	return modeOf(j.src.target)
}

// instances holds the common values of the jobs of one source.
type instances struct {
	src     *source
	pattern pattern
	names   []string // the placeholders of the pattern, sorted
	scopes  []Scope
}

// pattern is a parsed path: texts[0] names[0] texts[1] names[1] … texts[n].
type pattern struct {
	texts, names []string
	at           []int // of each name among the values of a scope
}

func parsePattern(p string) (pattern, error) {
	var out pattern
	for {
		text, rest, found := strings.Cut(p, "{")
		if strings.Contains(text, "}") {
			return out, fmt.Errorf("a } without a { before it")
		}
		out.texts = append(out.texts, text)
		if !found {
			return out, nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return out, fmt.Errorf("a { without a } after it")
		}
		out.names, p = append(out.names, name), after
	}
}

// set returns the names once each, sorted.
func (p pattern) set() []string {
	names := slices.Clone(p.names)
	slices.Sort(names)
	return slices.Compact(names)
}

func (p pattern) expand(values []string) string {
	var b strings.Builder
	b.Grow(64) // most paths
	for i, at := range p.at {
		b.WriteString(p.texts[i])
		b.WriteString(values[at])
	}
	b.WriteString(p.texts[len(p.names)])
	return b.String()
}

// planner turns sources into jobs.
type planner struct {
	in     Input
	list   *diag.List
	scopes map[string]scopes
}

// scopes are the scopes of a set of placeholders.
type scopes struct {
	all []Scope
	// fault names a value that cannot be a part of a path, or is empty.
	fault string
}

// plan returns one job for each instance of each template, and how many of them come
// first: templates of kustomization.yaml need to know what those render.
func plan(in Input, sources []*source, list *diag.List) (jobs []job, first int) {
	p := &planner{in: in, list: list, scopes: map[string]scopes{}}
	var early, late [][]job
	for _, s := range sources {
		if s.isTemplate() && path.Base(s.target) == layout.Kustomization {
			late = append(late, p.jobs(s))
		} else {
			early = append(early, p.jobs(s))
		}
	}
	for _, of := range early {
		first += len(of)
	}
	return slices.Concat(append(early, late...)...), first
}

// jobs returns the jobs of a source; none for a library.
func (p *planner) jobs(s *source) []job {
	if s.isLibrary() {
		return nil
	}
	pat, err := parsePattern(s.target)
	if err != nil {
		p.list.Error(s.start(), codePath, "malformed placeholder in a template path").Detail = "The path has " + err.Error() + "."
		return nil
	}
	names := pat.set()
	for _, name := range pat.names {
		pat.at = append(pat.at, slices.Index(names, name))
	}
	if !p.known(s, names) {
		return nil
	}
	found := p.instances(s, names)
	if len(found.all) == 0 {
		return nil
	}
	of := &instances{s, pat, names, found.all}
	fault := found.fault
	if first := (&job{of, &found.all[0]}).path(); fault == "" && !fs.ValidPath(first) {
		fault = fmt.Sprintf("The path is %q.", first)
	}
	if fault != "" {
		p.list.Error(s.start(), codePath, "template gives an unusable path").Detail = fault
		return nil
	}
	jobs := make([]job, len(of.scopes))
	for i := range of.scopes {
		jobs[i] = job{of, &of.scopes[i]}
	}
	return jobs
}

func (p *planner) known(s *source, names []string) bool {
	ok := true
	for _, name := range names {
		if slices.Contains(model.PathPlaceholders(), name) {
			continue
		}
		ok = false
		d := p.list.Error(s.start(), codePath, fmt.Sprintf("unknown placeholder {%s} in a template path", cut(name, 20)))
		d.Detail = "Placeholders are {" + strings.Join(model.PathPlaceholders(), "} {") + "}."
		if guess := yamltree.Suggest(name, model.PathPlaceholders()); guess != "" {
			d.Hint = "Did you mean {" + guess + "}?"
		}
	}
	return ok
}

// instances asks the model for the scopes of a set of placeholders, once.
func (p *planner) instances(s *source, names []string) scopes {
	key := strings.Join(names, " ")
	if found, ok := p.scopes[key]; ok {
		return found
	}
	all, err := p.in.Scopes(names)
	if err != nil {
		p.list.Error(s.start(), codePath, "placeholders do not go together").Detail = err.Error()
	}
	p.scopes[key] = scopes{all, valueFault(all, names)}
	return p.scopes[key]
}

// valueFault finds a value that cannot be a part of a path.
func valueFault(all []Scope, names []string) string {
	for i := range all {
		for n, value := range all[i].Values {
			if !isSafeValue(value) {
				return fmt.Sprintf("The value of {%s} is %q.", names[n], value)
			}
		}
	}
	return ""
}

// isSafeValue holds for values that can be a part of a path and of an id.
func isSafeValue(v string) bool {
	for i := range len(v) {
		c := v[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && strings.IndexByte("._+@-", c) < 0 {
			return false
		}
	}
	return v != "" && v != "." && v != ".."
}

// id identifies the file independent of its path: by the template's path and the values of
// its placeholders.
func (j *job) id() string { return identity(j.src.target, j.names, j.scope.Values) }

func identity(template string, names, values []string) string {
	id, separator := template, "?"
	for i, name := range names {
		id += separator + name + "=" + values[i]
		separator = "&"
	}
	return id
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

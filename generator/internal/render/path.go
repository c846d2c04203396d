package render

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Placeholders returns the placeholders that a template path may contain.
func Placeholders() []string {
	return []string{"app", "cluster", "env", "namespace", "target", "team"}
}

// job is one file to render or to copy.
type job struct {
	src  *source
	data any
	path string
	file fileNames
}

// fileNames is what the state keeps about a file besides its text.
type fileNames struct{ id, archive string }

// pattern is a path taken apart: texts[0] names[0] texts[1] names[1] … texts[n].
type pattern struct {
	texts, names []string
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

func (p pattern) expand(values map[string]string) string {
	if len(p.names) == 0 {
		return p.texts[0]
	}
	var b strings.Builder
	for i, name := range p.names {
		b.WriteString(p.texts[i])
		b.WriteString(values[name])
	}
	b.WriteString(p.texts[len(p.names)])
	return b.String()
}

// planner turns sources into jobs.
type planner struct {
	in     Input
	list   *diag.List
	scopes map[string][]Scope
	jobs   []job
}

// plan returns one job for each instance of each template.
func plan(in Input, sources []*source, list *diag.List) []job {
	p := &planner{in: in, list: list, scopes: map[string][]Scope{}}
	for _, s := range sources {
		if !s.isLibrary() {
			p.source(s)
		}
	}
	return p.jobs
}

func (p *planner) source(s *source) {
	pat, err := parsePattern(s.target)
	if err != nil {
		p.list.Error(s.start(), codePath, "malformed placeholder in a template path").Detail = "The path has " + err.Error() + "."
		return
	}
	names := pat.set()
	if !p.known(s, names) {
		return
	}
	for _, scope := range p.instances(s, names) {
		j, fault := newJob(s, pat, names, scope)
		if fault != "" {
			p.list.Error(s.start(), codePath, "template gives an unusable path").Detail = fault
			continue
		}
		if p.in.Omit == nil || !p.in.Omit(j.path) {
			p.jobs = append(p.jobs, j)
		}
	}
}

func (p *planner) known(s *source, names []string) bool {
	ok := true
	for _, name := range names {
		if slices.Contains(Placeholders(), name) {
			continue
		}
		ok = false
		d := p.list.Error(s.start(), codePath, fmt.Sprintf("unknown placeholder {%s} in a template path", cut(name, 20)))
		d.Detail = "Placeholders are {" + strings.Join(Placeholders(), "} {") + "}."
		if guess := yamltree.Suggest(name, Placeholders()); guess != "" {
			d.Hint = "Did you mean {" + guess + "}?"
		}
	}
	return ok
}

// instances asks the model for the scopes of a set of placeholders, once.
func (p *planner) instances(s *source, names []string) []Scope {
	key := strings.Join(names, " ")
	if found, ok := p.scopes[key]; ok {
		return found
	}
	found, err := p.in.Scopes(names)
	if err != nil {
		p.list.Error(s.start(), codePath, "placeholders do not go together").Detail = err.Error()
	}
	p.scopes[key] = found
	return found
}

// isSafeValue holds for values that can be a part of a path and of an id.
func isSafeValue(v string) bool {
	for i := range len(v) {
		c := v[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && strings.IndexByte("._+@-", c) < 0 {
			return false
		}
	}
	return v != ""
}

func newJob(s *source, pat pattern, names []string, scope Scope) (job, string) {
	id := strings.Builder{}
	id.WriteString(s.target)
	for i, name := range names {
		value := scope.Values[name]
		if !isSafeValue(value) {
			return job{}, fmt.Sprintf("The value of {%s} is %q.", name, value)
		}
		id.WriteByte("?&"[min(i, 1)])
		id.WriteString(name + "=" + value)
	}
	j := job{src: s, data: scope.Data, path: pat.expand(scope.Values), file: fileNames{id.String(), scope.Archive}}
	if !fs.ValidPath(j.path) || j.path == "." {
		return job{}, fmt.Sprintf("The path is %q.", j.path)
	}
	return j, ""
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

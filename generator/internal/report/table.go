package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// Report is the content of the generated documents: tables, steps and diagrams.
type Report struct{ p *model.Platform }

// New returns the report on a platform.
func New(p *model.Platform) *Report { return &Report{p} }

// Table is a table of a document, ready to print.
type Table struct {
	Head []string
	Rows [][]string
}

// none is the text of an empty cell.
const none = "–"

// aspect is one row of a table that has a column for each environment.
type aspect struct {
	name string
	of   func(*model.Environment) string
}

func (r *Report) table(first string, aspects []aspect) *Table {
	t := &Table{Head: []string{first}}
	for _, env := range r.p.Environments {
		t.Head = append(t.Head, string(env.Name))
	}
	for _, a := range aspects {
		row := []string{a.name}
		for _, env := range r.p.Environments {
			row = append(row, cmp.Or(a.of(env), none))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// perApplication is a table of the rows of every application's instances. Equal rows of
// several targets become one row, whose last cell names the targets.
func (r *Report) perApplication(head []string, rows func(*model.Instance) [][]string) *Table {
	t := &Table{Head: head}
	for _, app := range r.p.Applications {
		var found [][]string
		targets := map[string][]*model.Target{}
		for _, in := range app.Instances {
			for _, row := range rows(in) {
				key := strings.Join(row, "\x00")
				if targets[key] == nil {
					found = append(found, row)
				}
				if !slices.Contains(targets[key], in.Target) {
					targets[key] = append(targets[key], in.Target)
				}
			}
		}
		slices.SortStableFunc(found, slices.Compare)
		for _, row := range found {
			row = append([]string{string(app.Name)}, row...)
			t.Rows = append(t.Rows, append(row, where(app, targets[strings.Join(row[1:], "\x00")])))
		}
	}
	return t
}

// entries writes the entries of a map in the order of their keys.
func entries[V ~string](m map[string]V, within, between string) string {
	return joined(slices.Sorted(maps.Keys(m)), between, func(key string) string { return key + within + string(m[key]) })
}

// where names the targets of a row.
func where(a *model.Application, targets []*model.Target) string {
	if len(targets) == len(a.Instances) {
		return "wherever it runs"
	}
	return joined(targets, ", ", func(t *model.Target) string { return string(t.Name) })
}

// byTarget is an empty table with a column for each target behind the given ones.
func (r *Report) byTarget(first ...string) *Table {
	t := &Table{Head: first}
	for _, target := range r.p.Targets() {
		t.Head = append(t.Head, string(target.Name))
	}
	return t
}

// on returns the application's instance on each target, nil where it does not run.
func on(a *model.Application, targets []*model.Target) []*model.Instance {
	out := make([]*model.Instance, len(targets))
	for _, in := range a.Instances {
		out[slices.Index(targets, in.Target)] = in
	}
	return out
}

// joined writes a text for each item.
func joined[T any](items []T, between string, text func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = text(item)
	}
	return strings.Join(texts, between)
}

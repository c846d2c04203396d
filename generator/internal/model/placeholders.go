package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/schema/diag"
)

// Placeholder is a word in braces that wavewright replaces by a name.
type Placeholder struct {
	Name string
	// Means describes the name that replaces the word.
	Means string
	// Moved is the kind of an address in moved: that renames what the word stands for;
	// empty when it cannot be renamed.
	Moved string
	// InPaths, InTexts and InNamespaces say where the word may stand: in the path of a
	// template, in the strings of a workload, and in the pattern of namespaces.
	InPaths, InTexts, InNamespaces bool
	// Beside are words of which a path needs one as well, and Because is the reason.
	Beside  []string
	Because string

	value func(*Data) (value Name, ok bool)
}

// placeholders is the table of all placeholders.
var placeholders = []Placeholder{
	{
		Name: "app", Means: "an application", Moved: "applications", InPaths: true, InTexts: true, InNamespaces: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.App, func(a *Application) Name { return a.Name }) },
	}, {
		Name: "chart", Means: "an application that brings a chart", InPaths: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.App, func(a *Application) Name { return a.Name }) },
	}, {
		Name: "cluster", Means: "a cluster", Moved: "clusters", InPaths: true, InTexts: true, InNamespaces: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.Cluster, func(c *Cluster) Name { return c.Name }) },
	}, {
		Name: "config", Means: "a configuration file of an application", InPaths: true,
		Beside: []string{"app"}, Because: "every application has its own files",
		value: func(d *Data) (Name, bool) { return nameOf(d.Config, func(f *ConfigFile) Name { return Name(f.Name) }) },
	}, {
		Name: "env", Means: "an environment", Moved: "environments", InPaths: true, InTexts: true, InNamespaces: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.Env, func(e *Environment) Name { return e.Name }) },
	}, {
		Name: "fleet", Means: "an environment on several clusters", InPaths: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.Env, func(e *Environment) Name { return e.Name }) },
	}, {
		Name: "job", Means: "a job of an application", InPaths: true,
		Beside: []string{"app"}, Because: "every application has its own jobs",
		value: func(d *Data) (Name, bool) { return nameOf(d.Job, func(j *Job) Name { return j.Short }) },
	}, {
		Name: "name", Means: "the platform", InNamespaces: true,
	}, {
		Name: "namespace", Means: "a namespace", Moved: "namespaces", InPaths: true, InTexts: true,
		Beside: []string{"target", "fleet"}, Because: "the same namespace may exist on several clusters",
		value: func(d *Data) (Name, bool) { return nameOf(d.Namespace, func(n *Namespace) Name { return n.Name }) },
	}, {
		Name: "target", Means: "an environment on one cluster", Moved: "targets", InPaths: true, InTexts: true, InNamespaces: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.Target, func(t *Target) Name { return t.Name }) },
	}, {
		Name: "team", Means: "a team", Moved: "teams", InPaths: true, InTexts: true, InNamespaces: true,
		value: func(d *Data) (Name, bool) { return nameOf(d.Team, func(t *Team) Name { return t.Name }) },
	},
}

func nameOf[T any](of *T, name func(*T) Name) (Name, bool) {
	if of == nil {
		return "", false
	}
	return name(of), true
}

// PathPlaceholders are the words that the path of a template may have in braces.
func PathPlaceholders() []string {
	var words []string
	for _, p := range placeholders {
		if p.InPaths {
			words = append(words, p.Name)
		}
	}
	return words
}

// textPlaceholders are the words that strings of the spec may have, braces included.
func textPlaceholders() []string { return braced(func(p Placeholder) bool { return p.InTexts }) }

// namespacePlaceholders are those that the pattern of namespaces may have.
func namespacePlaceholders() []string {
	return braced(func(p Placeholder) bool { return p.InNamespaces })
}

func braced(which func(Placeholder) bool) []string {
	var words []string
	for _, p := range placeholders {
		if which(p) {
			words = append(words, "{"+p.Name+"}")
		}
	}
	return words
}

// MovedKinds returns the placeholder of each kind of address in moved:.
func MovedKinds() map[string]string {
	kinds := map[string]string{}
	for _, p := range placeholders {
		if p.Moved != "" {
			kinds[p.Moved] = p.Name
		}
	}
	return kinds
}

// placeholdersCalled returns the rows of the table for names that are in it.
func placeholdersCalled(names []string) []Placeholder {
	rows := make([]Placeholder, 0, len(names))
	for _, name := range names {
		rows = append(rows, placeholders[slices.IndexFunc(placeholders, func(p Placeholder) bool { return p.Name == name })])
	}
	return rows
}

// fits returns an error when a path has a placeholder without one that it needs.
func fits(names []string) error {
	for _, p := range placeholdersCalled(names) {
		has := func(other string) bool { return slices.Contains(names, other) }
		if len(p.Beside) > 0 && !slices.ContainsFunc(p.Beside, has) {
			return fmt.Errorf("{%s} needs {%s} beside it, because %s", p.Name, p.Beside[0], p.Because)
		}
	}
	return nil
}

// varying marks a text that is not the same on every target.
const varying = "\x00"

// expander replaces placeholders in one scope: words and their values. It is made for
// every instance and seldom asked, so it is no map.
type expander []struct{ word, value string }

// expandAt is expand for a decoder.
func (e expander) expandAt(_ diag.Range, s string) string { return e.expand(s) }

// expand replaces the placeholders that stand alone: ${env} of a shell and {{env}}
// of another template language are left as they are.
func (e expander) expand(s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		word, value := e.at(s, i)
		if word == "" {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteString(value)
		i += len(word)
	}
	return b.String()
}

// at returns the placeholder that stands at offset i of s, with its value.
func (e expander) at(s string, i int) (word, value string) {
	found, is := braceWord(s, i)
	if !is {
		return "", ""
	}
	value, known := e.value(found)
	if !known {
		return "", ""
	}
	return s[i : i+len(found)+2], value
}

// scopeOf returns the expander of an application on a target. The namespace is
// empty while it is still being derived.
func scopeOf(app *Application, target *Target, namespace string) expander {
	return expanderOf(&Data{
		App: app, Team: app.Team, Env: target.Env, Cluster: target.Cluster, Target: target, Namespace: &Namespace{Name: Name(namespace)},
	}, "")
}

// Expand replaces the placeholders of a text by their values for the instance.
func (in *Instance) Expand(text string) string {
	return scopeOf(in.App, in.Target, string(in.Namespace.Name)).expand(text)
}

// ExpandSetting is Expand for the text at a path of the workload, which may be the literal content
// of a file.
func (in *Instance) ExpandSetting(path []string, text string) string {
	if len(path) == 3 && path[0] == "config" && path[2] == "content" && !in.Workload.Config[path[1]].Placeholders {
		return text
	}
	return in.Expand(text)
}

// HasPlaceholder reports whether a text contains a placeholder that exists.
func HasPlaceholder(text string) bool {
	return slices.ContainsFunc(braceWords(text), func(word string) bool {
		return slices.Contains(textPlaceholders(), "{"+word+"}")
	})
}

// baseScope expands placeholders that are equal on all targets and marks the others.
func baseScope(app *Application) expander {
	return expanderOf(&Data{App: app, Team: &Team{Name: Name(app.TeamName())}}, varying)
}

// expanderOf replaces the words of texts by the names in d, and the others by missing.
func expanderOf(d *Data, missing string) expander {
	e := make(expander, 0, len(placeholders))
	for i := range placeholders {
		if p := &placeholders[i]; p.InTexts {
			value, ok := p.value(d)
			if !ok {
				value = Name(missing)
			}
			e = append(e, struct{ word, value string }{p.Name, string(value)})
		}
	}
	return e
}

// TeamName returns the name of the application's team, or nothing.
func (a *Application) TeamName() string {
	if a.Team == nil {
		return ""
	}
	return string(a.Team.Name)
}

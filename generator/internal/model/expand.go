package model

import "strings"

// varying marks a text that is not the same on every target.
const varying = "\x00"

// expander replaces placeholders in one scope: words and their values. It is made for
// every instance and seldom asked, so it is no map.
type expander []struct{ word, value string }

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
	if s[i] != '{' || i > 0 && (s[i-1] == '{' || s[i-1] == '$') {
		return "", ""
	}
	for _, p := range e {
		rest, found := strings.CutPrefix(s[i+1:], p.word)
		if found && strings.HasPrefix(rest, "}") && !strings.HasPrefix(rest, "}}") {
			return s[i : i+len(p.word)+2], p.value
		}
	}
	return "", ""
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

// baseScope expands what is the same everywhere and marks what is not.
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

package repo

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dario.cat/mergo"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// made is an Application that an ApplicationSet makes.
type made struct {
	application *Application
	at          Origin
	params      map[string]any
	// assumed says that nobody knows here which cluster it goes to.
	assumed bool
}

// parameters are what a generator makes one Application of.
type parameters struct {
	values map[string]any
	// at is where they stand.
	at Origin
	// assumed says that a cluster was taken for one that the generator would choose, which
	// only Argo CD knows.
	assumed bool
	// deputy is the name of a cluster that stands for all that a selector chooses.
	deputy string
}

// unlooked says that a generator needs more than the repository.
type unlooked struct{ reason string }

// Error is the reason.
func (u *unlooked) Error() string { return u.reason }

// expandSet makes the Applications of an ApplicationSet.
func (d *discovery) expandSet(o *Object, set *ApplicationSet, clusters []Cluster) []made {
	e, err := d.expansion(o, set)
	if err != nil {
		d.problem(o.Origin, set.Name, "build/failed", fmt.Sprintf("the ApplicationSet cannot be read: %v", err))
		return nil
	}
	e.clusters = clusters
	var all []made
	for i, generator := range e.generators {
		e.index, e.deputed = i, false
		found, template, err := e.transform(generator, e.template, nil, nil)
		if err != nil && e.deputed {
			err = &unlooked{clusterReason}
		}
		var unknown *unlooked
		if errors.As(err, &unknown) {
			d.skip(o.Origin, set.Name, unknown.reason)
			continue
		}
		if err != nil {
			d.problem(o.Origin, set.Name, "build/failed", fmt.Sprintf("the generator %d of the ApplicationSet fails: %v", i+1, err))
			continue
		}
		if len(found) == 0 && e.deputed {
			d.skip(o.Origin, set.Name, clusterReason)
		} else if len(found) == 0 {
			d.skip(o.Origin, set.Name, "the ApplicationSet makes no Application")
		}
		for _, p := range found {
			application, err := e.filler.application(set, template, p.values)
			if p.deputy != "" && (err != nil || differs(application, p.deputy)) {
				d.skip(o.Origin, set.Name, clusterReason)
				continue
			}
			if err != nil {
				d.problem(p.at, set.Name, "build/failed", fmt.Sprintf("the ApplicationSet makes no Application: %v", err))
				continue
			}
			if p.assumed && d.astray(application) {
				continue
			}
			if p.assumed {
				d.assumed = append(d.assumed, o.Origin)
			}
			all = append(all, made{application, p.at, p.values, p.assumed})
		}
	}
	return all
}

// clusterReason says why the Applications of a clusters generator are not known.
const clusterReason = "the clusters generator chooses clusters by labels, the repository declares none that fits, and what they get differs from one to another: name a file with the clusters of Argo CD with --values"

// differs reports whether what an Application deploys depends on the cluster that it is for: on its
// name, or on what only Argo CD knows about it.
func differs(a *Application, deputy string) bool {
	sources, err := json.Marshal(a.sources())
	return err != nil || slices.ContainsFunc([]string{deputy, "{{", `\u003cno value\u003e`, "<no value>"}, func(part string) bool { return strings.Contains(string(sources), part) })
}

// astray reports whether an Application for a cluster that was only assumed names a folder that
// is not there: then the generator does not choose that cluster.
func (d *discovery) astray(a *Application) bool {
	return slices.ContainsFunc(a.sources(), func(s Source) bool { return !d.foreign(&s) && s.Path != "" && !d.isFolder(s.Path) })
}

// expansion expands one ApplicationSet.
type expansion struct {
	*discovery
	filler
	object *Object
	index  int
	// deputed says that a cluster stands for those that a selector of the generator chooses.
	deputed    bool
	generators []map[string]any
	template   map[string]any
	// clusters are those that Argo CD knows.
	clusters []Cluster
	lines    *lines
	// aside says that the generator at work refines another one, and may find nothing.
	aside bool
}

func (d *discovery) expansion(o *Object, set *ApplicationSet) (*expansion, error) {
	var fields struct {
		Spec struct {
			Generators []map[string]any
			Template   map[string]any
		}
	}
	if err := yaml.Unmarshal(o.YAML, &fields); err != nil {
		return nil, err
	}
	return &expansion{discovery: d, filler: set.filler(), object: o, generators: fields.Spec.Generators, template: fields.Spec.Template, lines: d.linesOf(o)}, nil
}

// away are the generators that ask other systems.
var away = map[string]string{
	"scmProvider": "the generator asks an SCM provider for repositories", "pullRequest": "the generator asks for pull requests",
	"clusterDecisionResource": "the generator asks a cluster for a decision resource", "plugin": "the generator asks a plugin", "oci": "the generator asks an OCI registry",
}

// transform makes the parameters of a generator, with the template that they fill. outer are
// the parameters of the generator before it in a matrix; siblings its neighbours in a merge.
func (e *expansion) transform(generator, template, outer map[string]any, siblings []map[string]any) ([]parameters, map[string]any, error) {
	if len(outer) > 0 {
		filled, err := e.interpolate(generator, outer)
		if err != nil {
			return nil, nil, err
		}
		generator = filled
	}
	before := e.aside
	e.aside = before || len(outer) > 0 || len(siblings) > 0
	found, kind, err := e.generate(generator, siblings)
	e.aside = before
	if err != nil {
		return nil, nil, err
	}
	settings, _ := generator[kind].(map[string]any)
	own, _ := settings["template"].(map[string]any)
	if merged, err := mergedTemplate(own, template); err == nil {
		template = merged
	}
	found, err = selected(found, generator["selector"])
	return found, template, err
}

// interpolate fills the parameters of the first generator of a matrix into the second one. What
// its values name and the first does not know stays for later.
func (e *expansion) interpolate(generator, outer map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, value := range generator {
		settings, _ := value.(map[string]any)
		own, has := settings["values"].(map[string]any)
		if has {
			settings = maps.Clone(settings)
			delete(settings, "values")
			value = settings
		}
		filled, err := e.filler.fill(value, outer)
		if err != nil {
			return nil, err
		}
		if has {
			known := map[string]any{}
			for name, text := range own {
				known[name] = text
				strict := filler{e.language, append(slices.Clone(e.filler.options), "missingkey=error"), e.parsed}
				if resolved, err := strict.fill(text, outer); err == nil {
					known[name] = resolved
				}
			}
			filled.(map[string]any)["values"] = known
		}
		out[key] = filled
	}
	return out, nil
}

// generate makes the parameters of a generator; kind is which one it is.
func (e *expansion) generate(generator map[string]any, siblings []map[string]any) (found []parameters, kind string, err error) {
	for _, kind = range slices.Sorted(maps.Keys(generator)) {
		settings, _ := generator[kind].(map[string]any)
		switch {
		case kind == "selector":
			continue
		case away[kind] != "":
			err = &unlooked{away[kind]}
		case kind == "list":
			found, err = e.list(settings)
		case kind == "git":
			found, err = e.git(settings)
		case kind == "clusters":
			found, err = e.clustersOf(settings, siblings)
		case kind == "matrix":
			found, err = e.matrix(settings, siblings)
		case kind == "merge":
			found, err = e.merge(settings)
		default:
			err = fmt.Errorf("there is no generator %s", kind)
		}
		return found, kind, err
	}
	return nil, "", nil // an empty generator makes nothing
}

// mergedTemplate fills the gaps of the template of a generator.
func mergedTemplate(own, template map[string]any) (map[string]any, error) {
	if len(own) == 0 {
		return template, nil
	}
	merged := cloned(own).(map[string]any)
	err := mergo.Merge(&merged, cloned(template).(map[string]any))
	return merged, err
}

// cloned is a deep copy.
func cloned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = cloned(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cloned(item)
		}
		return out
	}
	return value
}

// selected are the parameters that a selector chooses.
func selected(found []parameters, selector any) ([]parameters, error) {
	if selector == nil {
		return found, nil
	}
	chooses, err := selectorOf(selector)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(found), func(p parameters) bool { return !chooses(flat(p.values)) }), nil
}

// selectorOf reads a label selector. Values may be longer than those of labels.
func selectorOf(value any) (func(map[string]string) bool, error) {
	var selector metav1.LabelSelector
	encoded, err := yaml.Marshal(value)
	if err == nil {
		err = yaml.Unmarshal(encoded, &selector)
	}
	if err != nil {
		return nil, fmt.Errorf("the selector: %w", err)
	}
	return func(set map[string]string) bool {
		for key, want := range selector.MatchLabels {
			if got, there := set[key]; !there || got != want {
				return false
			}
		}
		return !slices.ContainsFunc(selector.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool { return !meets(r, labels.Set(set)) })
	}, nil
}

func meets(r metav1.LabelSelectorRequirement, set labels.Set) bool {
	value, there := set[r.Key]
	switch r.Operator {
	case metav1.LabelSelectorOpIn:
		return there && slices.Contains(r.Values, value)
	case metav1.LabelSelectorOpNotIn:
		return !there || !slices.Contains(r.Values, value)
	case metav1.LabelSelectorOpExists:
		return there
	case metav1.LabelSelectorOpDoesNotExist:
		return !there
	}
	return false
}

// flat are nested values with dotted names.
func flat(values map[string]any) map[string]string {
	out := map[string]string{}
	flatten("", values, func(name string, value any) { out[name] = fmt.Sprint(value) })
	return out
}

// flatten visits the values inside a value.
func flatten(name string, value any, visit func(string, any)) {
	below := func(step string) string { return strings.TrimPrefix(name+"."+step, ".") }
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			flatten(below(key), item, visit)
		}
	case map[string]string:
		for key, item := range v {
			visit(below(key), item)
		}
	case []any:
		for i, item := range v {
			flatten(below(fmt.Sprint(i)), item, visit)
		}
	default:
		visit(name, v)
	}
}

// urls are the addresses that an ApplicationSet names in its generators and its template.
func urls(o *Object) []string {
	var fields map[string]any
	if yaml.Unmarshal(o.YAML, &fields) != nil {
		return nil
	}
	spec, _ := fields["spec"].(map[string]any)
	var all []string
	for _, part := range []any{spec["generators"], spec["template"]} {
		flatten("", part, func(name string, value any) {
			if strings.HasSuffix(name, "repoURL") {
				all = append(all, text(value))
			}
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

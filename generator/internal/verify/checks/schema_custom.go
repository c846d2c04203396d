package checks

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// definitions are the definitions of custom resources that a repository holds, and what they say
// about its objects.
type definitions struct {
	// held are those of the repository by what they define; several when they differ.
	held map[string][]*schema.Definition
	// given are those that a person names beside the repository.
	given map[string][]*schema.Definition
	// own are those that a target itself deploys.
	own map[*target]map[string][]*schema.Definition
	// wellKnown are those of well-known projects that were asked for; nil for none.
	wellKnown map[string]*schema.Definition
	verdicts  map[*repo.Object]judgement
}

// judgement is what a definition says about an object.
type judgement struct {
	definition *schema.Definition
	faults     []schema.Fault
}

// defined reads the definitions of the repository once.
func (w *world) defined() *definitions {
	if w.definitions != nil {
		return w.definitions
	}
	d := &definitions{held: map[string][]*schema.Definition{}, given: map[string][]*schema.Definition{}, own: map[*target]map[string][]*schema.Definition{}, wellKnown: map[string]*schema.Definition{}, verdicts: map[*repo.Object]judgement{}}
	w.definitions = d
	seen := map[string]*schema.Definition{}
	for _, t := range w.targets {
		d.own[t] = map[string][]*schema.Definition{}
		for _, o := range t.objects {
			if definition := definitionOf(o, seen); definition != nil {
				d.own[t][definition.Key()] = append(d.own[t][definition.Key()], definition)
				d.hold(definition)
			}
		}
	}
	for _, o := range w.Definitions {
		if definition := definitionOf(o, seen); definition != nil {
			d.hold(definition)
		}
	}
	for _, o := range w.Given {
		if definition := definitionOf(o, seen); definition != nil {
			d.given[definition.Key()] = append(d.given[definition.Key()], definition)
		}
	}
	everyObject(func(t *target, o *repo.Object, _ *judge) {
		if isCustom(o) {
			for _, definition := range d.of(t, o) {
				definition.Expect(o.JSON)
			}
		}
	})(w, nil)
	return d
}

// definitionOf reads a definition, those of the same text once; nil for other objects.
func definitionOf(o *repo.Object, seen map[string]*schema.Definition) *schema.Definition {
	if o.Kind != "CustomResourceDefinition" || o.Group() != "apiextensions.k8s.io" {
		return nil
	}
	if known, ok := seen[string(o.JSON)]; ok {
		return known
	}
	definition, err := schema.NewDefinition(o.JSON, o.File)
	if err != nil {
		definition = nil // schema/wrong-type says why
	}
	seen[string(o.JSON)] = definition
	return definition
}

func (d *definitions) hold(definition *schema.Definition) {
	if !slices.Contains(d.held[definition.Key()], definition) {
		d.held[definition.Key()] = append(d.held[definition.Key()], definition)
	}
}

// of are the definitions that may hold for an object: those of its target, else those that were
// given, else those of the repository, else that of a well-known project. Which folders that no Application deploys
// meet in a cluster nobody knows.
func (d *definitions) of(t *target, o *repo.Object) []*schema.Definition {
	key := schema.KeyOf(o.APIVersion, o.Kind)
	if own := d.own[t][key]; len(own) > 0 && (o.Application == nil || !isFolder(o.Application)) {
		return own
	}
	if given := d.given[key]; len(given) > 0 {
		return given
	}
	if held := d.held[key]; len(held) > 0 {
		return held
	}
	known, asked := d.wellKnown[key]
	if !asked {
		known = schema.WellKnownDefinition(o.APIVersion, o.Kind)
		d.wellKnown[key] = known
	}
	if known == nil {
		return nil
	}
	return []*schema.Definition{known}
}

// judge is the judgement of the definition that has the least to say: where several differ, the
// repository does not tell which of them a cluster has.
func (d *definitions) judge(t *target, o *repo.Object) judgement {
	if known, ok := d.verdicts[o]; ok {
		return known
	}
	var all []judgement
	for _, definition := range serving(d.of(t, o), o) {
		all = append(all, judgement{definition, definition.Faults(o.JSON, o.APIVersion)})
	}
	var best judgement
	if len(all) > 0 {
		best = slices.MinFunc(all, func(a, b judgement) int { return cmp.Compare(len(a.faults), len(b.faults)) })
	}
	d.verdicts[o] = best
	return best
}

// serving are the definitions that have the version of an object, or all of them when none has: an old definition says
// nothing about a newer version.
func serving(all []*schema.Definition, o *repo.Object) []*schema.Definition {
	_, version, _ := strings.Cut(o.APIVersion, "/")
	found := slices.DeleteFunc(slices.Clone(all), func(d *schema.Definition) bool { return !slices.Contains(d.Served(), version) })
	if len(found) == 0 {
		return all
	}
	return found
}

// isCustom reports whether an object is of no group of Kubernetes itself.
func isCustom(o *repo.Object) bool { return !schema.IsBuiltinGroup(o.Group()) }

// customFaults reports the faults of one kind of custom resources.
func customFaults(kind schema.FaultKind) func(*world, *judge) {
	return everyCustom(func(w *world, t *target, o *repo.Object, out *judge) {
		found := w.defined().judge(t, o)
		for _, fault := range found.faults {
			if fault.Kind != kind || o.Encrypted && o.Malformed != nil {
				continue
			}
			f := out.fault(t, o, fault)
			if found.definition.WellKnown {
				f.Message += " (judged by " + found.definition.Source + ")"
				if kind == schema.UnknownField || fault.Message == schema.Required || strings.Contains(fault.Message, "it must be one of the") {
					f.Severity = Warning // the cluster may have another release, or the object from somebody else
				}
			}
		}
	})
}

// everyCustom runs a rule on each custom resource.
func everyCustom(rule func(*world, *target, *repo.Object, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		everyObject(func(t *target, o *repo.Object, out *judge) {
			if isCustom(o) {
				rule(w, t, o, out)
			}
		})(w, out)
	}
}

// both runs two rules of one code.
func both(one, other func(*world, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		one(w, out)
		other(w, out)
	}
}

// unservedVersion reports versions of custom resources that their definition does not serve.
func unservedVersion(w *world, t *target, o *repo.Object, out *judge) {
	definitions := w.defined().of(t, o)
	_, version, _ := strings.Cut(o.APIVersion, "/")
	for _, d := range definitions {
		if served := d.Served(); len(served) == 0 || slices.Contains(served, version) {
			return
		}
	}
	for _, d := range definitions[:min(1, len(definitions))] {
		f := out.object(t, o, "apiVersion", "the definition of %s in %s does not serve version %s, but %s", o.Kind, d.Source, version, strings.Join(d.Served(), ", "))
		if d.WellKnown {
			f.Severity = Note // the cluster may have an older release
		}
	}
}

// deprecatedVersion reports versions that a definition of the repository calls deprecated.
func deprecatedVersion(w *world, t *target, o *repo.Object, out *judge) {
	_, version, _ := strings.Cut(o.APIVersion, "/")
	for _, d := range w.defined().of(t, o) {
		if warning, deprecated := d.Deprecated(version); deprecated {
			out.object(t, o, "apiVersion", "%s calls version %s of %s deprecated", d.Source, version, o.Kind).Hint = warning
			return
		}
	}
}

// unknownKind reports kinds that nothing defines, once for each in each cluster.
func unknownKind(w *world, out *judge) {
	seen := map[string]bool{}
	everyCustom(func(w *world, t *target, o *repo.Object, out *judge) {
		key := schema.KeyOf(o.APIVersion, o.Kind)
		if t != nil {
			key += " " + cmp.Or(t.Cluster, t.Name)
		}
		if o.APIVersion == "" || seen[key] || len(w.defined().of(t, o)) > 0 {
			return
		}
		seen[key] = true
		out.object(t, o, "apiVersion", "nothing in the repository defines the kind %s of %s: its objects were not judged", o.Kind, o.Group()).Hint =
			"Put its CustomResourceDefinition into the repository, or name a folder that has it with --crds."
	})(w, out)
}

// refusedDefinition reports definitions whose schema the API server refuses.
func refusedDefinition(w *world, out *judge) {
	seen := map[string]*schema.Definition{}
	everyObject(func(t *target, o *repo.Object, out *judge) {
		d := definitionOf(o, seen)
		if d == nil {
			return
		}
		refused := d.Refused()
		for _, version := range slices.Sorted(maps.Keys(refused)) {
			out.object(t, o, "spec.versions", "the schema of version %s is refused: %v", version, refused[version])
		}
	})(w, out)
}

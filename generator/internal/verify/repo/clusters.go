package repo

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// inCluster is the cluster that Argo CD runs in.
const inCluster = "in-cluster"

// clusterOf names a cluster in one way: the one that Argo CD runs in has a name and an address.
func clusterOf(destination Destination) string {
	server := strings.TrimSuffix(strings.TrimRight(destination.Server, "/"), ":443")
	switch {
	case server == "https://kubernetes.default.svc" || destination.Name == inCluster:
		return inCluster
	case destination.Name != "":
		return destination.Name
	}
	return destination.Server
}

// configuration is the data of Argo CD's own ConfigMap, or of a Secret that declares a cluster.
func configuration(o *Object) (data map[string]string, found bool) {
	if o.Kind == "Secret" && o.Labels[clusterLabel] == "cluster" {
		var secret corev1.Secret
		if yaml.Unmarshal(o.YAML, &secret) != nil {
			return nil, false
		}
		data = maps.Clone(secret.StringData)
		if data == nil {
			data = map[string]string{}
		}
		for key, value := range secret.Data {
			data[key] = string(value)
		}
		return data, true
	}
	if config, ok := o.Typed.(*corev1.ConfigMap); ok && o.Name == "argocd-cm" {
		return config.Data, true
	}
	return nil, false
}

// ownSettings are Argo CD's own configuration: the data of its ConfigMap, or what its operator puts
// there; nil for other objects.
func ownSettings(o *Object) map[string]string {
	if data, found := configuration(o); found && o.Kind == "ConfigMap" {
		return data
	}
	if o.Group() != "argoproj.io" || o.Kind != "ArgoCD" {
		return nil
	}
	var operated struct {
		Spec struct {
			ExtraConfig           map[string]string
			KustomizeBuildOptions string
		}
	}
	if json.Unmarshal(o.JSON, &operated) != nil {
		return nil
	}
	data := map[string]string{"kustomize.buildOptions": operated.Spec.KustomizeBuildOptions}
	maps.Copy(data, operated.Spec.ExtraConfig)
	return data
}

// learn takes what Argo CD's configuration says of kustomize, and the definitions of kinds.
func (d *discovery) learn(o *Object) {
	if data := ownSettings(o); data != nil {
		d.buildOptions = data["kustomize.buildOptions"]
		if d.Configuration == nil {
			d.Configuration = map[string]string{}
		}
		maps.Copy(d.Configuration, data)
	}
	d.define(o)
}

// declared are the clusters that are known, and those that Secrets among objects declare.
func declared(objects []*Object, known []Cluster) []Cluster {
	all := slices.Clone(known)
	for _, o := range objects {
		data, found := configuration(o)
		if !found || o.Kind != "Secret" || slices.ContainsFunc(all, func(c Cluster) bool { return c.Name == data["name"] }) {
			continue
		}
		all = append(all, Cluster{Name: data["name"], Server: data["server"], Project: data["project"], Labels: o.Labels, Annotations: o.Annotations})
	}
	return all
}

// clustersOf makes parameters of the clusters that a generator chooses. Where the repository
// declares none, the elements beside the generator name them, or the folders that the path of
// the template fits.
func (e *expansion) clustersOf(settings map[string]any, siblings []map[string]any) ([]parameters, error) {
	selector, _ := settings["selector"].(map[string]any)
	choosy := len(selector) > 0
	chosen, assumed, err := e.choose(selector, choosy, siblings)
	if err != nil {
		return nil, err
	}
	var all []parameters
	for _, c := range chosen {
		values := e.clusterValues(c)
		if err := e.extend(values, settings["values"]); err != nil {
			return nil, err
		}
		made := parameters{values: values, at: e.object.Origin, assumed: assumed}
		if assumed && e.deputies[c.Name] != "" {
			made.deputy = c.Name
		}
		all = append(all, made)
	}
	if local := (Cluster{Name: inCluster, Server: "https://kubernetes.default.svc"}); !choosy && !slices.ContainsFunc(chosen, func(c Cluster) bool { return c.Server == local.Server }) {
		values := e.clusterValues(local)
		if err := e.extend(values, settings["values"]); err != nil {
			return nil, err
		}
		all = append(all, parameters{values: values, at: e.object.Origin})
	}
	if settings["flatList"] == true {
		var list []any
		for _, p := range all {
			list = append(list, p.values)
		}
		return []parameters{{values: map[string]any{"clusters": list}, at: e.object.Origin, assumed: assumed}}, nil
	}
	return all, nil
}

// choose are the clusters that a selector chooses among those that are declared, and without
// a list from the caller those that the repository names.
func (e *expansion) choose(selector map[string]any, choosy bool, siblings []map[string]any) (chosen []Cluster, assumed bool, err error) {
	fits, err := selectorOf(selector)
	if err != nil {
		return nil, false, err
	}
	known := map[string]bool{}
	for _, c := range e.clusters {
		known[normalize(c.Name)] = true
		labels := map[string]string{clusterLabel: "cluster"}
		maps.Copy(labels, c.Labels)
		if fits(labels) {
			chosen = append(chosen, c)
		}
	}
	if len(e.discovery.options.Clusters) > 0 {
		return chosen, false, nil
	}
	names := e.namedBeside(siblings)
	if len(names) == 0 {
		names = e.namedByFolders(siblings)
	}
	for _, name := range names {
		c := Cluster{Name: name, Server: name}
		if clusterOf(Destination{Server: name}) == inCluster {
			c.Name = inCluster
		}
		if !known[normalize(c.Name)] && (choosy || c.Name != inCluster) && name != inCluster {
			chosen, assumed = append(chosen, c), true
		}
	}
	if len(chosen) == 0 && choosy {
		e.deputed = true
		return []Cluster{e.deputyOf(selector)}, true, nil
	}
	return chosen, assumed, nil
}

// deputyOf is a cluster that stands for all that a selector chooses. It has the labels that
// the selector demands, and a name by their values that it shares with no other selector.
func (e *expansion) deputyOf(selector map[string]any) Cluster {
	c := Cluster{Labels: map[string]string{}}
	known, _ := selector["matchLabels"].(map[string]any)
	for key, value := range known {
		c.Labels[key] = text(value)
	}
	for _, r := range mapsOf(selector["matchExpressions"]) {
		if values := textsOf(r["values"]); text(r["operator"]) == "In" && len(values) == 1 {
			c.Labels[text(r["key"])] = values[0]
		}
	}
	whole := fmt.Sprint(selector)
	name := deputyName(c.Labels)
	for i := 2; e.deputies[name] != "" && e.deputies[name] != whole; i++ {
		name = fmt.Sprintf("%s-%d", deputyName(c.Labels), i)
	}
	e.deputies[name] = whole
	c.Name, c.Server = name, "https://"+name
	return c
}

// deputyName is a short name of the clusters that have some labels.
func deputyName(labels map[string]string) string {
	const longest = 16
	words := []string{"cluster"}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if key != "argocd.argoproj.io/secret-type" && labels[key] != "true" {
			words = append(words, labels[key])
		}
	}
	name := normalize(strings.Join(words, "-"))
	return strings.Trim(name[:min(len(name), longest)], "-.")
}

// clusterValues are the parameters of a cluster.
func (e *expansion) clusterValues(c Cluster) map[string]any {
	values := map[string]any{"name": c.Name, "nameNormalized": normalize(c.Name), "server": c.Server, "project": c.Project}
	if e.language {
		metadata := map[string]any{}
		for key, pairs := range map[string]map[string]string{"labels": c.Labels, "annotations": c.Annotations} {
			if len(pairs) > 0 {
				metadata[key] = anyOf(pairs)
			}
		}
		values["metadata"] = metadata
		return values
	}
	for key, value := range c.Labels {
		values["metadata.labels."+key] = value
	}
	for key, value := range c.Annotations {
		values["metadata.annotations."+key] = value
	}
	return values
}

func anyOf(pairs map[string]string) map[string]any {
	out := map[string]any{}
	for key, value := range pairs {
		out[key] = value
	}
	return out
}

// clusterKeys are the parameters that name a cluster.
var clusterKeys = []string{"nameNormalized", "name", "cluster", "server"}

// namedBeside are the clusters that lists beside a generator name.
func (e *expansion) namedBeside(siblings []map[string]any) []string {
	var names []string
	for _, sibling := range siblings {
		settings, _ := sibling["list"].(map[string]any)
		for _, element := range mapsOf(settings["elements"]) {
			for _, key := range clusterKeys {
				if name := text(element[key]); name != "" {
					names = append(names, name)
					break
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// namedByFolders are the clusters for which the repository has a folder at the place of their
// name in the path of the template.
func (e *expansion) namedByFolders(siblings []map[string]any) []string {
	for _, name := range e.templatePaths(siblings) {
		pattern := placeholder.ReplaceAllString(name, "*")
		at := slices.Index(strings.Split(name, "/"), placeholder.FindString(name))
		if pattern == name || at < 0 || strings.Contains(pattern, "{{") {
			continue
		}
		var names []string
		for _, folder := range e.folders {
			if fits, err := path.Match(pattern, folder); err == nil && fits {
				names = append(names, strings.Split(folder, "/")[at])
			}
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	return nil
}

// placeholder stands for the name of a cluster in a template.
var placeholder = regexp.MustCompile(`\{\{-? *\.?(?:name|nameNormalized) *-?\}\}`)

// templatePaths are the paths in the template, with the values that all clusters share filled in.
func (e *expansion) templatePaths(siblings []map[string]any) []string {
	shared := map[string]any{}
	for _, generator := range append(slices.Clone(siblings), e.generators[e.index]) {
		if settings, ok := generator["clusters"].(map[string]any); ok {
			values, _ := settings["values"].(map[string]any)
			for key, value := range values {
				shared["values."+key] = value
			}
		}
	}
	var all []string
	flatten("", e.template, func(name string, value any) {
		if strings.HasSuffix(name, "path") {
			filled := tag.ReplaceAllStringFunc(text(value), func(whole string) string {
				if known, ok := shared[strings.Trim(whole, "{}-. ")].(string); ok {
					return known
				}
				return whole
			})
			all = append(all, filled)
		}
	})
	slices.Sort(all)
	return all
}

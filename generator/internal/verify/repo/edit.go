package repo

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layer"
)

// builderFor is a builder for a source: one that sees the kustomization as Argo CD edits it.
// charts says that kustomize has to call helm, which it can do on disk only.
func (d *discovery) builderFor(o order, folder string) (builder *kustomize.Builder, charts bool, err error) {
	for _, part := range d.closure(folder) {
		if k := d.named[part]; k != nil && len(k.helm) > 0 {
			charts = true
		}
	}
	builder = d.builder
	if edited, changed, err := d.edited(o); err != nil {
		return nil, charts, err
	} else if changed {
		name := d.kustomizations[folder]
		builder = kustomize.NewBuilder(d.elsewhere.reader(layer.New(d.source, map[string][]byte{name: edited})))
	}
	if d.unrestricted(o) {
		builder = builder.Unrestricted()
	}
	return builder, charts, nil
}

// edited is the kustomization of a source as "kustomize edit" leaves it; changed says whether
// Argo CD edits it at all.
func (d *discovery) edited(o order) (text []byte, changed bool, err error) {
	k := o.source.Kustomize
	if k == nil {
		return nil, false, nil
	}
	read, err := d.reader.Text(d.kustomizations[o.source.Path])
	if err != nil {
		return nil, false, err
	}
	fields := map[string]any{}
	if err := yaml.Unmarshal(read, &fields); err != nil {
		return nil, false, err
	}
	e := &edit{fields: fields, environment: o.environment()}
	e.names(k)
	e.images(k.Images)
	e.replicas(k.Replicas)
	e.labels(k)
	e.annotations(k)
	for _, patch := range k.Patches {
		e.add("patches", patch)
	}
	for _, component := range k.Components {
		if k.IgnoreMissingComponents && !d.isFolder(path.Join(o.source.Path, component)) {
			continue
		}
		e.add("components", component)
	}
	if e.err != nil || !e.changed {
		return nil, false, e.err
	}
	text, err = yaml.Marshal(fields)
	return text, true, err
}

// environment are the variables that Argo CD sets for a build, as far as they are known.
func (o order) environment() map[string]string {
	return map[string]string{
		"ARGOCD_APP_NAME": o.release, "ARGOCD_APP_NAMESPACE": o.namespace, "ARGOCD_APP_SOURCE_PATH": o.source.Path,
		"ARGOCD_APP_SOURCE_REPO_URL": o.source.RepoURL, "ARGOCD_APP_SOURCE_TARGET_REVISION": o.source.TargetRevision,
	}
}

// edit changes a kustomization.
type edit struct {
	fields      map[string]any
	environment map[string]string
	changed     bool
	err         error
}

func (e *edit) expand(text string) string {
	return os.Expand(text, func(name string) string { return e.environment[name] })
}

func (e *edit) set(key string, value any) {
	e.fields[key], e.changed = value, true
}

func (e *edit) add(key string, value any) {
	list, _ := e.fields[key].([]any)
	e.set(key, append(slices.Clone(list), value))
}

func (e *edit) names(k *KustomizeSource) {
	for key, value := range map[string]string{"namePrefix": k.NamePrefix, "nameSuffix": k.NameSuffix, "namespace": k.Namespace} {
		if value != "" {
			e.set(key, value)
		}
	}
}

// override are the parts of an image as Argo CD gives it: name=new:tag, or one of them.
var override = regexp.MustCompile(`^(?:([^=]+)=)?([^@]*?)(?::([^:/@]*))?(?:@(.+))?$`)

// images replaces the entries of the same names.
func (e *edit) images(images []string) {
	for _, image := range images {
		parts := override.FindStringSubmatch(e.expand(image))
		if parts == nil {
			e.err = fmt.Errorf("the image %q is none that kustomize can set", image)
			return
		}
		name, entry := parts[1], map[string]any{}
		if name == "" {
			name = parts[2]
		} else if parts[2] != name {
			entry["newName"] = parts[2]
		}
		entry["name"] = name
		if parts[3] != "" {
			entry["newTag"] = parts[3]
		}
		if parts[4] != "" {
			entry["digest"] = parts[4]
		}
		e.replace("images", name, entry)
	}
}

// replace puts an entry in the place of that with its name.
func (e *edit) replace(key, name string, entry map[string]any) {
	list, _ := e.fields[key].([]any)
	kept := slices.DeleteFunc(slices.Clone(list), func(item any) bool {
		fields, _ := item.(map[string]any)
		return fields["name"] == name
	})
	e.set(key, append(kept, entry))
}

func (e *edit) replicas(replicas []KustomizeReplica) {
	for _, r := range replicas {
		count, err := strconv.Atoi(fmt.Sprint(r.Count))
		if err != nil {
			e.err = fmt.Errorf("the number of replicas of %s is %v", r.Name, r.Count)
			return
		}
		e.replace("replicas", r.Name, map[string]any{"name": r.Name, "count": count})
	}
}

func (e *edit) labels(k *KustomizeSource) {
	if len(k.CommonLabels) == 0 {
		return
	}
	labels := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(k.CommonLabels)) {
		labels[name] = e.expand(k.CommonLabels[name])
	}
	if !k.LabelWithoutSelector {
		e.pairs("commonLabels", labels, k.ForceCommonLabels)
		return
	}
	entry := map[string]any{"pairs": labels}
	if k.LabelIncludeTemplates {
		entry["includeTemplates"] = true
	}
	e.add("labels", entry)
}

func (e *edit) annotations(k *KustomizeSource) {
	if len(k.CommonAnnotations) == 0 {
		return
	}
	annotations := map[string]any{}
	for name, value := range k.CommonAnnotations {
		if k.CommonAnnotationsEnvsubst {
			value = e.expand(value)
		}
		annotations[name] = value
	}
	e.pairs("commonAnnotations", annotations, k.ForceCommonAnnotations)
}

// pairs adds keys to a map; one that is there needs force.
func (e *edit) pairs(key string, added map[string]any, force bool) {
	into, ok := e.fields[key].(map[string]any)
	if !ok {
		into = map[string]any{}
	}
	for _, name := range slices.Sorted(maps.Keys(added)) {
		if _, there := into[name]; there && !force {
			e.err = fmt.Errorf("the kustomization has %s in %s already: kustomize refuses to add it", name, key)
			return
		}
		into[name] = added[name]
	}
	e.set(key, into)
}

// fileExists reports whether a path is a file of the repository.
func (d *discovery) fileExists(name string) bool {
	info, err := fs.Stat(d.source, name)
	return err == nil && info.Mode().IsRegular()
}

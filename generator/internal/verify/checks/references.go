package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// checkReferences wants every object that a pod names to exist in its namespace of the
// same target, save those the repository declares as external.
func checkReferences(r *repo.Repository, out *report) {
	for _, t := range targets(r) {
		present := t.present()
		for _, s := range repo.Typed[repo.ExternalSecret](t.objects) {
			if s.Spec.SecretStoreRef.Name == "" || s.Spec.SecretStoreRef.Kind == "" || s.Spec.RefreshInterval == "" || len(s.Spec.Data)+len(s.Spec.DataFrom) == 0 {
				out.add("%s says not what comes from where, or when", t.at("ExternalSecret", s.Namespace, s.Name))
			}
		}
		for _, m := range repo.Typed[corev1.ConfigMap](t.objects) {
			if len(m.Data)+len(m.BinaryData) == 0 {
				out.add("%s is empty", t.at("ConfigMap", m.Namespace, m.Name))
			}
		}
		for _, w := range t.workloads {
			for _, reference := range references(&w.pod.Spec) {
				known := present[w.namespace+" "+reference] || present[" "+reference] || slices.Contains(r.External, reference)
				if !known && !strings.HasPrefix(reference, "PriorityClass/system-") {
					out.add("%s refers to %s, which does not exist", t.at(w.kind, w.namespace, w.name), reference)
				}
			}
			t.checkSecretKeys(w, out)
			checkMounts(t, w, out)
		}
	}
}

// checkSecretKeys wants each key that a variable is read from to be in the Secret that an
// ExternalSecret of the same name makes. What an ExternalSecret takes whole has keys that
// only the store knows.
func (t *target) checkSecretKeys(w *workload, out *report) {
	keys := map[string][]string{}
	for _, s := range repo.Typed[repo.ExternalSecret](t.objects) {
		if s.Namespace == w.namespace && len(s.Spec.DataFrom) == 0 {
			for _, data := range s.Spec.Data {
				keys[s.Name] = append(keys[s.Name], data.SecretKey)
			}
		}
	}
	for c := range w.containers() {
		for _, v := range c.Env {
			if v.ValueFrom == nil || v.ValueFrom.SecretKeyRef == nil {
				continue
			}
			ref := v.ValueFrom.SecretKeyRef
			if list, made := keys[ref.Name]; made && !slices.Contains(list, ref.Key) {
				out.add("%s: Secret %s will have no key %s", t.at(w.kind, w.namespace, w.name), ref.Name, ref.Key)
			}
		}
	}
}

// present are the objects of a target, and the Secrets that will be made of its
// ExternalSecrets. An object of the cluster is present in every namespace.
func (t *target) present() map[string]bool {
	found := map[string]bool{}
	for _, o := range t.objects {
		found[o.Namespace+" "+o.String()] = true
	}
	for _, secret := range repo.Typed[repo.ExternalSecret](t.objects) {
		name := secret.Spec.Target.Name
		if name == "" {
			name = secret.Name
		}
		found[secret.Namespace+" Secret/"+name] = true
	}
	return found
}

// references are the objects that a pod cannot run without, as "Kind/name".
func references(pod *corev1.PodSpec) []string {
	var found []string
	for _, r := range podReferences(pod) {
		if !r.optional && r.kind != "RuntimeClass" {
			found = append(found, r.kind+"/"+r.name)
		}
	}
	return found
}

// reference is an object that a pod names.
type reference struct {
	kind, name string
	// keys are those of a ConfigMap or Secret that are asked for, with the paths of the fields
	// that name them.
	keys []keyed
	// path is the field that names the object, inside the specification of the pod.
	path string
	// pulls says that it is a Secret to pull images with: the kubelet goes on without it.
	pulls bool
	// optional says that the pod runs without it, and without its keys.
	optional bool
}

// keyed is a key with the field that names it.
type keyed struct{ key, path string }

// collector collects the references of a pod.
type collector struct{ found []reference }

func (c *collector) add(path, kind, name string, optional *bool, keys ...keyed) {
	if name != "" {
		c.found = append(c.found, reference{kind: kind, name: name, keys: keys, path: path, optional: ptr.Deref(optional, false)})
	}
}

// podReferences are the objects that a pod names in its own namespace or in the cluster.
func podReferences(pod *corev1.PodSpec) []reference {
	c := &collector{}
	c.add("serviceAccountName", "ServiceAccount", pod.ServiceAccountName, nil)
	c.add("priorityClassName", "PriorityClass", pod.PriorityClassName, nil)
	c.add("runtimeClassName", "RuntimeClass", ptr.Deref(pod.RuntimeClassName, ""), nil)
	for i, secret := range pod.ImagePullSecrets {
		c.add(fmt.Sprintf("imagePullSecrets[%d]", i), "Secret", secret.Name, nil)
		if secret.Name != "" {
			c.found[len(c.found)-1].pulls = true
		}
	}
	for i, volume := range pod.Volumes {
		c.volume(fmt.Sprintf("volumes[%d]", i), volume)
	}
	for field, list := range [][]corev1.Container{pod.InitContainers, pod.Containers} {
		for i := range list {
			c.environment(fmt.Sprintf("%s[%d]", []string{"initContainers", "containers"}[field], i), &list[i])
		}
	}
	return c.found
}

func (c *collector) volume(path string, volume corev1.Volume) {
	switch {
	case volume.ConfigMap != nil:
		c.add(path+".configMap", "ConfigMap", volume.ConfigMap.Name, volume.ConfigMap.Optional, items(path+".configMap", volume.ConfigMap.Items)...)
	case volume.Secret != nil:
		c.add(path+".secret", "Secret", volume.Secret.SecretName, volume.Secret.Optional, items(path+".secret", volume.Secret.Items)...)
	case volume.PersistentVolumeClaim != nil:
		c.add(path+".persistentVolumeClaim", "PersistentVolumeClaim", volume.PersistentVolumeClaim.ClaimName, nil)
	case volume.Projected != nil:
		for i, source := range volume.Projected.Sources {
			c.projection(fmt.Sprintf("%s.projected.sources[%d]", path, i), source)
		}
	}
}

func (c *collector) projection(path string, source corev1.VolumeProjection) {
	if source.ConfigMap != nil {
		c.add(path+".configMap", "ConfigMap", source.ConfigMap.Name, source.ConfigMap.Optional, items(path+".configMap", source.ConfigMap.Items)...)
	}
	if source.Secret != nil {
		c.add(path+".secret", "Secret", source.Secret.Name, source.Secret.Optional, items(path+".secret", source.Secret.Items)...)
	}
}

// items are the keys that a volume asks for.
func items(path string, list []corev1.KeyToPath) []keyed {
	var keys []keyed
	for i, item := range list {
		keys = append(keys, keyed{item.Key, fmt.Sprintf("%s.items[%d].key", path, i)})
	}
	return keys
}

func (c *collector) environment(path string, container *corev1.Container) {
	for i, from := range container.EnvFrom {
		at := fmt.Sprintf("%s.envFrom[%d]", path, i)
		if from.ConfigMapRef != nil {
			c.add(at+".configMapRef", "ConfigMap", from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
		}
		if from.SecretRef != nil {
			c.add(at+".secretRef", "Secret", from.SecretRef.Name, from.SecretRef.Optional)
		}
	}
	for i, variable := range container.Env {
		if variable.ValueFrom == nil {
			continue
		}
		at := fmt.Sprintf("%s.env[%d].valueFrom", path, i)
		if ref := variable.ValueFrom.ConfigMapKeyRef; ref != nil {
			c.add(at+".configMapKeyRef", "ConfigMap", ref.Name, ref.Optional, keyed{ref.Key, at + ".configMapKeyRef.key"})
		}
		if ref := variable.ValueFrom.SecretKeyRef; ref != nil {
			c.add(at+".secretKeyRef", "Secret", ref.Name, ref.Optional, keyed{ref.Key, at + ".secretKeyRef.key"})
		}
	}
}

// checkMounts wants every mount to have a volume, and every volume a mount.
func checkMounts(t *target, w *workload, out *report) {
	mounted := map[string]bool{}
	for c := range w.containers() {
		for _, mount := range c.VolumeMounts {
			mounted[mount.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.volumes())) {
		if !mounted[name] {
			out.add("%s: volume %s is mounted nowhere", t.at(w.kind, w.namespace, w.name), name)
		}
		delete(mounted, name)
	}
	if set, ok := w.object.Typed.(*appsv1.StatefulSet); ok {
		for _, claim := range set.Spec.VolumeClaimTemplates {
			if claim.Spec.Resources.Requests.Storage().Sign() <= 0 || len(claim.Spec.AccessModes) == 0 {
				out.add("%s: claim %s is for nothing", t.at(w.kind, w.namespace, w.name), claim.Name)
			}
		}
	}
	for name := range mounted {
		out.add("%s: there is no volume %s", t.at(w.kind, w.namespace, w.name), name)
	}
}

package checks

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

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

// references are the objects that a pod names, as "Kind/name".
func references(pod *corev1.PodSpec) []string {
	var found []string
	add := func(kind, name string, optional *bool) {
		if name != "" && (optional == nil || !*optional) {
			found = append(found, kind+"/"+name)
		}
	}
	add("ServiceAccount", pod.ServiceAccountName, nil)
	add("PriorityClass", pod.PriorityClassName, nil)
	for _, secret := range pod.ImagePullSecrets {
		add("Secret", secret.Name, nil)
	}
	for _, volume := range pod.Volumes {
		volumeReferences(volume, add)
	}
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		environmentReferences(c, add)
	}
	return found
}

func volumeReferences(volume corev1.Volume, add func(kind, name string, optional *bool)) {
	switch {
	case volume.ConfigMap != nil:
		add("ConfigMap", volume.ConfigMap.Name, volume.ConfigMap.Optional)
	case volume.Secret != nil:
		add("Secret", volume.Secret.SecretName, volume.Secret.Optional)
	case volume.PersistentVolumeClaim != nil:
		add("PersistentVolumeClaim", volume.PersistentVolumeClaim.ClaimName, nil)
	case volume.Projected != nil:
		for _, source := range volume.Projected.Sources {
			if source.ConfigMap != nil {
				add("ConfigMap", source.ConfigMap.Name, source.ConfigMap.Optional)
			}
			if source.Secret != nil {
				add("Secret", source.Secret.Name, source.Secret.Optional)
			}
		}
	}
}

func environmentReferences(c corev1.Container, add func(kind, name string, optional *bool)) {
	for _, from := range c.EnvFrom {
		if from.ConfigMapRef != nil {
			add("ConfigMap", from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
		}
		if from.SecretRef != nil {
			add("Secret", from.SecretRef.Name, from.SecretRef.Optional)
		}
	}
	for _, variable := range c.Env {
		if variable.ValueFrom == nil {
			continue
		}
		if ref := variable.ValueFrom.ConfigMapKeyRef; ref != nil {
			add("ConfigMap", ref.Name, ref.Optional)
		}
		if ref := variable.ValueFrom.SecretKeyRef; ref != nil {
			add("Secret", ref.Name, ref.Optional)
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
	for _, volume := range w.pod.Spec.Volumes {
		if !mounted[volume.Name] {
			out.add("%s: volume %s is mounted nowhere", t.at(w.kind, w.namespace, w.name), volume.Name)
		}
		delete(mounted, volume.Name)
	}
	if set, ok := w.object.Typed.(*appsv1.StatefulSet); ok {
		for _, claim := range set.Spec.VolumeClaimTemplates {
			if !mounted[claim.Name] {
				out.add("%s: claim %s is mounted nowhere", t.at(w.kind, w.namespace, w.name), claim.Name)
			}
			delete(mounted, claim.Name)
			if claim.Spec.Resources.Requests.Storage().Sign() <= 0 || len(claim.Spec.AccessModes) == 0 {
				out.add("%s: claim %s is for nothing", t.at(w.kind, w.namespace, w.name), claim.Name)
			}
		}
	}
	for name := range mounted {
		out.add("%s: there is no volume %s", t.at(w.kind, w.namespace, w.name), name)
	}
}

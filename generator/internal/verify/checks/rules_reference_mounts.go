package checks

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// volumes are the names that containers of a workload can mount.
func (w *workload) volumes() map[string]bool {
	names := map[string]bool{}
	for _, volume := range w.pod.Spec.Volumes {
		names[volume.Name] = true
	}
	if set, ok := w.object.Typed.(*appsv1.StatefulSet); ok {
		for _, claim := range set.Spec.VolumeClaimTemplates {
			names[claim.Name] = true
		}
	}
	return names
}

// judgeMounts wants each mount to have a volume.
func judgeMounts(s *scope, w *workload, c placed, out *judge) {
	names := w.volumes()
	for i, mount := range c.VolumeMounts {
		if !names[mount.Name] {
			f := out.container(s, w, c, fmt.Sprintf("volumeMounts[%d]", i), "container %s mounts volume %s, which the pod does not have", c.Name, mount.Name)
			f.Hint = "The API server refuses the object. Add the volume to the pod, or remove the mount."
		}
	}
}

// judgeMountPaths wants each folder of a container to be mounted once.
func judgeMountPaths(s *scope, w *workload, c placed, out *judge) {
	seen := map[string]string{}
	for i, mount := range c.VolumeMounts {
		if other, found := seen[mount.MountPath]; found {
			f := out.container(s, w, c, fmt.Sprintf("volumeMounts[%d].mountPath", i), "container %s mounts volumes %s and %s at %s", c.Name, other, mount.Name, mount.MountPath)
			f.Hint = "The API server refuses the object. Mount them at two paths, or project both into one volume."
		}
		seen[mount.MountPath] = mount.Name
	}
}

// judgeSubPaths wants a mounted file to be one that the volume has.
func judgeSubPaths(s *scope, w *workload, c placed, out *judge) {
	for i, mount := range c.VolumeMounts {
		first, _, _ := strings.Cut(mount.SubPath, "/")
		at := slices.IndexFunc(w.pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if first == "" || at < 0 {
			continue
		}
		if files, known := s.files(w, w.pod.Spec.Volumes[at]); known && !slices.Contains(files, first) {
			f := out.container(s, w, c, fmt.Sprintf("volumeMounts[%d].subPath", i), "volume %s has no file %s", mount.Name, first)
			f.Sum = []string{"files: " + strings.Join(files, ", ")}
			f.Hint = "The kubelet makes an empty folder of that name, and the container finds it at the path of the file. Name a key of the volume."
		}
	}
}

// files are what a volume of a ConfigMap or Secret holds at its top.
func (s *scope) files(w *workload, v corev1.Volume) (names []string, known bool) {
	var kind, name string
	var list []corev1.KeyToPath
	switch {
	case v.ConfigMap != nil:
		kind, name, list = "ConfigMap", v.ConfigMap.Name, v.ConfigMap.Items
	case v.Secret != nil:
		kind, name, list = "Secret", v.Secret.SecretName, v.Secret.Items
	default:
		return nil, false
	}
	for _, item := range list {
		first, _, _ := strings.Cut(item.Path, "/")
		names = append(names, first)
	}
	if len(list) > 0 {
		return names, true
	}
	all := s.provides(kind, w.namespace, name)
	if len(all) == 0 || slices.ContainsFunc(all, func(m *made) bool { return !m.whole }) {
		return nil, false
	}
	for _, m := range all {
		names = append(names, m.keys...)
	}
	return names, true
}

// judgeVolumeNames wants the volumes of a pod to have names of their own.
func judgeVolumeNames(s *scope, out *judge) {
	for _, w := range s.workloads {
		seen := map[string]bool{}
		for i, volume := range w.pod.Spec.Volumes {
			if seen[volume.Name] && w.object.Malformed == nil {
				f := out.workload(s, w, fmt.Sprintf("volumes[%d].name", i), "the pod has two volumes named %s", volume.Name)
				f.Hint = "The API server refuses the object. Give one of them another name."
			}
			seen[volume.Name] = true
		}
	}
}

// judgeVariables wants each variable of a container to be set once.
func judgeVariables(s *scope, w *workload, c placed, out *judge) {
	seen := map[string]corev1.EnvVar{}
	for i, variable := range c.Env {
		other, found := seen[variable.Name]
		seen[variable.Name] = variable
		if !found {
			continue
		}
		f := out.container(s, w, c, fmt.Sprintf("env[%d]", i), "container %s sets variable %s twice", c.Name, variable.Name)
		f.Hint = "The container gets the later one. Keep one."
		if other.Value == variable.Value && other.ValueFrom == nil && variable.ValueFrom == nil {
			f.Severity = Note
		}
	}
}

// judgePortNames wants the ports of a container to have names of their own.
func judgePortNames(s *scope, w *workload, c placed, out *judge) {
	seen := map[string]bool{}
	for i, port := range c.Ports {
		if port.Name != "" && seen[port.Name] {
			f := out.container(s, w, c, fmt.Sprintf("ports[%d].name", i), "container %s has two ports named %s", c.Name, port.Name)
			f.Hint = "The API server refuses the object. Give one of them another name."
		}
		seen[port.Name] = true
	}
}

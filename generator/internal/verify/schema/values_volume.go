package schema

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (v *values) volumes(volumes []corev1.Volume, at *field.Path) {
	for i := range volumes {
		volume, here := &volumes[i], at.Index(i)
		if v.required(volume.Name, here.Child("name")) {
			v.reasons(volume.Name, validation.IsDNS1123Label(volume.Name), here.Child("name"))
		}
		v.volume(&volume.VolumeSource, here)
	}
}

// volume checks one source. Without any, the API server makes the volume an emptyDir.
func (v *values) volume(s *corev1.VolumeSource, at *field.Path) {
	if stated := stated(s); len(stated) > 1 {
		v.add(at, "the volume has %d sources, %s, and it may have one", len(stated), listed(stated))
		v.hint("A patch that gives a volume another source must take the old one out: emptyDir: null.")
	}
	switch {
	case s.EmptyDir != nil:
		if size := s.EmptyDir.SizeLimit; size != nil && size.Sign() < 0 {
			v.add(at.Child("emptyDir", "sizeLimit"), "the value is %s, and it must be at least 0", size.String())
		}
	case s.ConfigMap != nil:
		v.required(s.ConfigMap.Name, at.Child("configMap", "name"))
		v.items(s.ConfigMap.Items, s.ConfigMap.DefaultMode, nil, at.Child("configMap"))
	case s.Secret != nil:
		v.required(s.Secret.SecretName, at.Child("secret", "secretName"))
		v.items(s.Secret.Items, s.Secret.DefaultMode, nil, at.Child("secret"))
	case s.PersistentVolumeClaim != nil:
		v.required(s.PersistentVolumeClaim.ClaimName, at.Child("persistentVolumeClaim", "claimName"))
	case s.DownwardAPI != nil:
		v.mode(s.DownwardAPI.DefaultMode, at.Child("downwardAPI", "defaultMode"))
		v.downward(s.DownwardAPI.Items, nil, at.Child("downwardAPI"))
	case s.Projected != nil:
		v.projected(s.Projected, at.Child("projected"))
	case s.Ephemeral != nil:
		if s.Ephemeral.VolumeClaimTemplate == nil {
			v.add(at.Child("ephemeral", "volumeClaimTemplate"), "the field is required")
			return
		}
		v.claim(&s.Ephemeral.VolumeClaimTemplate.Spec, at.Child("ephemeral", "volumeClaimTemplate", "spec"))
	default:
		v.outside(s, at)
	}
}

// outside checks sources that are no objects of the cluster.
func (v *values) outside(s *corev1.VolumeSource, at *field.Path) {
	switch {
	case s.HostPath != nil:
		if v.required(s.HostPath.Path, at.Child("hostPath", "path")) {
			v.descends(s.HostPath.Path, at.Child("hostPath", "path"))
		}
		if kind := s.HostPath.Type; kind != nil {
			oneOf(v, *kind, at.Child("hostPath", "type"), corev1.HostPathDirectoryOrCreate, corev1.HostPathDirectory, corev1.HostPathFileOrCreate,
				corev1.HostPathFile, corev1.HostPathSocket, corev1.HostPathCharDev, corev1.HostPathBlockDev)
		}
	case s.CSI != nil:
		v.required(s.CSI.Driver, at.Child("csi", "driver"))
	case s.NFS != nil:
		v.required(s.NFS.Server, at.Child("nfs", "server"))
		if v.required(s.NFS.Path, at.Child("nfs", "path")) && !path.IsAbs(s.NFS.Path) {
			v.add(at.Child("nfs", "path"), "the path %q must begin with '/'", s.NFS.Path)
		}
	case s.Image != nil:
		oneOf(v, s.Image.PullPolicy, at.Child("image", "pullPolicy"), corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)
	}
}

// mode checks the permissions of a file.
func (v *values) mode(mode *int32, at *field.Path) { between(v, mode, 0, 0o777, at) }

// items checks which keys become which files. Of a projected volume, taken are the paths of other sources.
func (v *values) items(items []corev1.KeyToPath, mode *int32, taken map[string]bool, at *field.Path) {
	v.mode(mode, at.Child("defaultMode"))
	for i, item := range items {
		here := at.Child("items").Index(i)
		v.required(item.Key, here.Child("key"))
		if v.required(item.Path, here.Child("path")) {
			v.file(item.Path, taken, here.Child("path"))
		}
		v.mode(item.Mode, here.Child("mode"))
	}
}

// file checks the path of a file of a volume.
func (v *values) file(path string, taken map[string]bool, at *field.Path) {
	v.below(path, at)
	if strings.HasPrefix(path, "..") && !slices.Contains(strings.Split(path, "/"), "..") {
		v.add(at, "the path %q must not begin with '..'", path)
	}
	if taken != nil {
		v.unique(taken, path, at)
	}
}

// descends checks a path that must not leave its folder.
func (v *values) descends(path string, at *field.Path) {
	if slices.Contains(strings.Split(path, "/"), "..") {
		v.add(at, "the path %q must be without '..'", path)
	}
}

// downward checks the files of what a pod is.
func (v *values) downward(files []corev1.DownwardAPIVolumeFile, taken map[string]bool, at *field.Path) {
	for i := range files {
		file, here := &files[i], at.Child("items").Index(i)
		if v.required(file.Path, here.Child("path")) {
			v.file(file.Path, taken, here.Child("path"))
		}
		v.mode(file.Mode, here.Child("mode"))
		switch {
		case (file.FieldRef == nil) == (file.ResourceFieldRef == nil):
			v.add(here, "the file needs either a fieldRef or a resourceFieldRef")
		case file.FieldRef != nil:
			v.fieldPath(file.FieldRef.FieldPath, fieldsOfFiles(), here.Child("fieldRef", "fieldPath"))
		default:
			v.required(file.ResourceFieldRef.ContainerName, here.Child("resourceFieldRef", "containerName"))
			v.amountOf(file.ResourceFieldRef, here.Child("resourceFieldRef"))
		}
	}
}

// fieldsOfFiles are what the files of a volume can have of its pod.
func fieldsOfFiles() []string {
	return []string{"metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"}
}

// Bounds of the life of a token, in seconds.
const (
	shortestToken = 10 * 60
	longestToken  = 1 << 32
)

// projected checks the sources of a volume, no two of which may write one file.
func (v *values) projected(p *corev1.ProjectedVolumeSource, at *field.Path) {
	v.mode(p.DefaultMode, at.Child("defaultMode"))
	taken := map[string]bool{}
	for i := range p.Sources {
		s, here := &p.Sources[i], at.Child("sources").Index(i)
		if sources := stated(s); len(sources) > 1 {
			v.add(here, "the entry has %d sources, %s, and it may have one", len(sources), listed(sources))
		}
		switch {
		case s.Secret != nil:
			v.required(s.Secret.Name, here.Child("secret", "name"))
			v.items(s.Secret.Items, nil, taken, here.Child("secret"))
		case s.ConfigMap != nil:
			v.required(s.ConfigMap.Name, here.Child("configMap", "name"))
			v.items(s.ConfigMap.Items, nil, taken, here.Child("configMap"))
		case s.DownwardAPI != nil:
			v.downward(s.DownwardAPI.Items, taken, here.Child("downwardAPI"))
		case s.ServiceAccountToken != nil:
			between(v, s.ServiceAccountToken.ExpirationSeconds, shortestToken, longestToken, here.Child("serviceAccountToken", "expirationSeconds"))
			if v.required(s.ServiceAccountToken.Path, here.Child("serviceAccountToken", "path")) {
				v.file(s.ServiceAccountToken.Path, nil, here.Child("serviceAccountToken", "path"))
			}
		}
	}
}

// mounts checks the fields of mounts. Which volumes there are is for the codes of reference to say.
func (v *values) mounts(c *corev1.Container, at *field.Path) {
	privileged := c.SecurityContext != nil && c.SecurityContext.Privileged != nil && *c.SecurityContext.Privileged
	for i := range c.VolumeMounts {
		m, here := &c.VolumeMounts[i], at.Index(i)
		v.required(m.Name, here.Child("name"))
		v.required(m.MountPath, here.Child("mountPath"))
		v.below(m.SubPath, here.Child("subPath"))
		v.below(m.SubPathExpr, here.Child("subPathExpr"))
		if m.SubPath != "" && m.SubPathExpr != "" {
			v.add(here.Child("subPathExpr"), "subPath and subPathExpr exclude each other")
		}
		if m.MountPropagation != nil {
			chosen(v, *m.MountPropagation, here.Child("mountPropagation"), corev1.MountPropagationNone, corev1.MountPropagationHostToContainer, corev1.MountPropagationBidirectional)
			if *m.MountPropagation == corev1.MountPropagationBidirectional && !privileged {
				v.add(here.Child("mountPropagation"), "the value is Bidirectional, which only privileged containers may have")
			}
		}
		v.recursive(m, here.Child("recursiveReadOnly"))
	}
}

func (v *values) recursive(m *corev1.VolumeMount, at *field.Path) {
	if m.RecursiveReadOnly == nil {
		return
	}
	chosen(v, *m.RecursiveReadOnly, at, corev1.RecursiveReadOnlyDisabled, corev1.RecursiveReadOnlyIfPossible, corev1.RecursiveReadOnlyEnabled)
	propagates := m.MountPropagation != nil && *m.MountPropagation != corev1.MountPropagationNone
	if *m.RecursiveReadOnly != corev1.RecursiveReadOnlyDisabled && (!m.ReadOnly || propagates) {
		v.add(at, "the value is %s, and it takes readOnly: true, without mountPropagation", *m.RecursiveReadOnly)
	}
}

// below checks a path that must stay below a folder.
func (v *values) below(path string, at *field.Path) {
	if strings.HasPrefix(path, "/") || slices.Contains(strings.Split(path, "/"), "..") {
		v.add(at, "the path %q must be relative, without '..'", path)
	}
}

package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (v *values) configMap(o *corev1.ConfigMap) {
	size := 0
	for _, key := range slices.Sorted(maps.Keys(o.Data)) {
		v.reasons(key, validation.IsConfigMapKey(key), field.NewPath("data").Key(key))
		size += len(o.Data[key])
		if _, both := o.BinaryData[key]; both {
			v.add(field.NewPath("data").Key(key), "the key is in data and in binaryData, and it may be in one of them")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o.BinaryData)) {
		v.reasons(key, validation.IsConfigMapKey(key), field.NewPath("binaryData").Key(key))
		size += len(o.BinaryData[key])
	}
	v.size(size)
}

// size compares the values of a ConfigMap or a Secret with what it may hold.
func (v *values) size(size int) {
	if size > corev1.MaxSecretSize {
		v.add(field.NewPath("data"), "the values have %d bytes, and %d are allowed", size, corev1.MaxSecretSize)
	}
}

func (v *values) secret(o *corev1.Secret) {
	data := maps.Clone(o.Data)
	if data == nil {
		data = map[string][]byte{}
	}
	for key, text := range o.StringData {
		data[key] = []byte(text)
	}
	size, at := 0, field.NewPath("data")
	for _, key := range slices.Sorted(maps.Keys(data)) {
		v.reasons(key, validation.IsConfigMapKey(key), at.Key(key))
		size += len(data[key])
	}
	v.size(size)
	for _, key := range keysOf(o.Type) {
		if _, there := data[key]; !there {
			v.add(at, "a Secret of type %s must have the key %s", o.Type, key)
		}
	}
	if o.Type == corev1.SecretTypeDockerConfigJson && len(data[corev1.DockerConfigJsonKey]) > 0 && !json.Valid(data[corev1.DockerConfigJsonKey]) {
		v.add(at.Key(corev1.DockerConfigJsonKey), "the value must be JSON")
	}
}

// keysOf are the keys that Secrets of a type must have.
func keysOf(kind corev1.SecretType) []string {
	switch kind {
	case corev1.SecretTypeTLS:
		return []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey}
	case corev1.SecretTypeDockerConfigJson:
		return []string{corev1.DockerConfigJsonKey}
	case corev1.SecretTypeDockercfg:
		return []string{corev1.DockerConfigKey}
	case corev1.SecretTypeSSHAuth:
		return []string{corev1.SSHAuthPrivateKey}
	}
	return nil
}

func (v *values) claim(s *corev1.PersistentVolumeClaimSpec, spec *field.Path) {
	at := spec.Child("accessModes")
	if len(s.AccessModes) == 0 {
		v.add(at, "the field is required")
	}
	if slices.Contains(s.AccessModes, corev1.ReadWriteOncePod) && slices.ContainsFunc(s.AccessModes, func(m corev1.PersistentVolumeAccessMode) bool { return m != corev1.ReadWriteOncePod }) {
		v.add(at, "ReadWriteOncePod excludes other modes")
	}
	for i, mode := range s.AccessModes {
		chosen(v, mode, at.Index(i), corev1.ReadWriteOnce, corev1.ReadOnlyMany, corev1.ReadWriteMany, corev1.ReadWriteOncePod)
	}
	storage, there := s.Resources.Requests[corev1.ResourceStorage]
	switch {
	case !there:
		v.add(spec.Child("resources", "requests", "storage"), "the field is required")
	case storage.Sign() <= 0:
		v.add(spec.Child("resources", "requests", "storage"), "the value is %s, and it must be more than 0", storage.String())
	}
	v.selector(s.Selector, spec.Child("selector"))
	// With a namespace, the API server drops the field unless a feature gate is on.
	if from := s.DataSourceRef; from != nil && (from.Namespace == nil || *from.Namespace == "") {
		v.dataFrom(from.APIGroup, from.Kind, from.Name, spec.Child("dataSourceRef"))
	}
	if s.StorageClassName != nil {
		v.subdomain(*s.StorageClassName, spec.Child("storageClassName"))
	}
	if s.VolumeAttributesClassName != nil {
		v.subdomain(*s.VolumeAttributesClassName, spec.Child("volumeAttributesClassName"))
	}
	if s.VolumeMode != nil {
		chosen(v, *s.VolumeMode, spec.Child("volumeMode"), corev1.PersistentVolumeFilesystem, corev1.PersistentVolumeBlock)
	}
}

// dataFrom checks what a claim gets its data from.
func (v *values) dataFrom(group *string, kind, name string, at *field.Path) {
	v.required(name, at.Child("name"))
	v.required(kind, at.Child("kind"))
	switch {
	case group == nil || *group == "":
		if kind != "PersistentVolumeClaim" {
			v.add(at.Child("apiGroup"), "the field is required for the kind %q: without it only a PersistentVolumeClaim is meant", kind)
		}
	default:
		v.subdomain(*group, at.Child("apiGroup"))
	}
}

// finalizers checks what has to be done before a namespace goes.
func (v *values) finalizers(all []corev1.FinalizerName, at *field.Path) {
	for i, name := range all {
		if !strings.Contains(string(name), "/") && name != corev1.FinalizerKubernetes && name != "orphan" && name != "foregroundDeletion" {
			v.add(at.Index(i), "the value is %q, and it must be kubernetes, or a name with a domain", string(name))
			continue
		}
		v.reasons(string(name), validation.IsQualifiedName(string(name)), at.Index(i))
	}
}

// rules checks what a role permits. Only ClusterRoles permit paths that are no resources.
func (v *values) rules(rules []rbacv1.PolicyRule, cluster bool) {
	for i, r := range rules {
		at := field.NewPath("rules").Index(i)
		if len(r.Verbs) == 0 {
			v.add(at.Child("verbs"), "the field is required")
		}
		paths := len(r.NonResourceURLs) > 0
		switch {
		case paths && !cluster:
			v.add(at.Child("nonResourceURLs"), "a Role permits nothing outside its namespace: such paths stand in a ClusterRole")
		case paths && len(r.APIGroups)+len(r.Resources)+len(r.ResourceNames) > 0:
			v.add(at.Child("nonResourceURLs"), "a rule is about resources or about paths, and not about both")
		case !paths && len(r.APIGroups) == 0:
			v.add(at.Child("apiGroups"), "the field is required")
			v.hint(`The group of Pods, Services and the like is "".`)
		case !paths && len(r.Resources) == 0:
			v.add(at.Child("resources"), "the field is required")
		}
	}
}

// binding checks who gets which role.
func (v *values) binding(role rbacv1.RoleRef, subjects []rbacv1.Subject, kinds []string) {
	at := field.NewPath("roleRef")
	if role.APIGroup != "" && role.APIGroup != rbacv1.GroupName {
		v.add(at.Child("apiGroup"), "the value is %q, and it must be %s", role.APIGroup, rbacv1.GroupName)
	}
	if v.required(role.Kind, at.Child("kind")) {
		oneOf(v, role.Kind, at.Child("kind"), kinds...)
	}
	v.required(role.Name, at.Child("name"))
	for i, s := range subjects {
		v.subject(&s, field.NewPath("subjects").Index(i))
	}
}

func (v *values) subject(s *rbacv1.Subject, at *field.Path) {
	if v.required(s.Name, at.Child("name")) && s.Kind == rbacv1.ServiceAccountKind {
		v.subdomain(s.Name, at.Child("name"))
	}
	if v.required(s.Kind, at.Child("kind")) {
		oneOf(v, s.Kind, at.Child("kind"), rbacv1.ServiceAccountKind, rbacv1.UserKind, rbacv1.GroupKind)
	}
	account := s.Kind == rbacv1.ServiceAccountKind
	switch {
	case account && s.APIGroup != "":
		v.add(at.Child("apiGroup"), "the value is %q, and a ServiceAccount has none", s.APIGroup)
	case !account && s.APIGroup != "" && s.APIGroup != rbacv1.GroupName:
		v.add(at.Child("apiGroup"), "the value is %q, and it must be %s", s.APIGroup, rbacv1.GroupName)
	}
}

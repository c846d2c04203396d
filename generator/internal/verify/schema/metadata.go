package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation/path"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/json"
)

// maxAnnotations is what all annotations of an object may have together, in bytes.
const maxAnnotations = 256 << 10

// NameFaults say why the API server refuses the name of an object.
func NameFaults(apiVersion, kind, name string) []string {
	reasons := nameFaults(apiVersion, kind, name)
	for i := range reasons {
		reasons[i] = brief(reasons[i])
	}
	return reasons
}

func nameFaults(apiVersion, kind, name string) []string {
	group := Group(apiVersion)
	switch {
	case group == "rbac.authorization.k8s.io" || group == "policy":
		return path.ValidatePathSegmentName(name, false) //nolint:staticcheck // It is what the API server of 1.37 calls.
	case aggregated(group):
		return path.ValidatePathSegmentName(name, false) //nolint:staticcheck // See above.
	case !IsBuiltinGroup(group):
		return validation.IsDNS1123Subdomain(name)
	case group == "" && (kind == "Namespace" || kind == "Service"):
		return validation.IsDNS1123Label(name)
	case group == "certificates.k8s.io" || kind == "APIService" || kind == "IPAddress":
		return nil // these have rules of their own
	}
	return validation.IsDNS1123Subdomain(name)
}

// aggregated reports whether an API server of its own serves a group of OpenShift, which has no
// CustomResourceDefinition. Its names are of many kinds, such as group_name or label_sync.
func aggregated(group string) bool {
	return slices.Contains([]string{
		"apps.openshift.io", "authorization.openshift.io", "build.openshift.io", "image.openshift.io", "oauth.openshift.io",
		"project.openshift.io", "quota.openshift.io", "route.openshift.io", "security.openshift.io", "template.openshift.io", "user.openshift.io",
	}, group)
}

// brief is a reason of apimachinery without its examples and its regular expression.
func brief(reason string) string {
	short, _, _ := strings.Cut(reason, " (e.g. ")
	return strings.TrimRight(short, ", ")
}

// LabelFaults say which labels the API server refuses, at a place such as metadata.labels.
func LabelFaults(labels map[string]string, at string) []Fault {
	var faults []Fault
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		for _, reason := range validation.IsQualifiedName(key) {
			faults = append(faults, Fault{Invalid, join(at, key), fmt.Sprintf("the key %q is no key of a label: %s", key, brief(reason)), ""})
		}
		for _, reason := range validation.IsValidLabelValue(labels[key]) {
			faults = append(faults, Fault{Invalid, join(at, key), fmt.Sprintf("the value %q is no value of a label: %s", labels[key], brief(reason)), ""})
		}
	}
	return faults
}

// AnnotationFaults say which annotations the API server refuses.
func AnnotationFaults(annotations map[string]string, at string) []Fault {
	var faults []Fault
	size := 0
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		for _, reason := range validation.IsQualifiedName(strings.ToLower(key)) {
			faults = append(faults, Fault{Invalid, join(at, key), fmt.Sprintf("the key %q is no key of an annotation: %s", key, brief(reason)), ""})
		}
		size += len(key) + len(annotations[key])
	}
	if size > maxAnnotations {
		faults = append(faults, Fault{Invalid, at, fmt.Sprintf("the annotations have %d bytes, and %d are allowed", size, maxAnnotations), "Apply with ServerSideApply=true if it is kubectl's last-applied-configuration that is large; otherwise move the text into a ConfigMap."})
	}
	return faults
}

// FinalizerFaults say which finalizers the API server refuses.
func FinalizerFaults(document []byte) []Fault {
	var object struct {
		Metadata struct {
			Finalizers []string `json:"finalizers"`
		} `json:"metadata"`
	}
	if json.UnmarshalCaseSensitivePreserveInts(document, &object) != nil {
		return nil // another type is reported as such
	}
	var faults []Fault
	for i, name := range object.Metadata.Finalizers {
		for _, reason := range validation.IsQualifiedName(name) {
			faults = append(faults, Fault{Invalid, fmt.Sprintf("metadata.finalizers[%d]", i), fmt.Sprintf("the value %q is refused: %s", name, brief(reason)), ""})
		}
	}
	return faults
}

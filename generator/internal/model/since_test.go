package model

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/schema"
)

// gates are the first minor versions of Kubernetes that have a feature gate on by default, and notYet for gates
// that 1.37 has off, from pkg/features/kube_features.go of k8s.io/kubernetes 1.37.2 (and of 1.34.0 for
// PodLifecycleSleepAction and PodLifecycleSleepActionAllowZero, which 1.37 has no more).
func gates() map[string]int {
	return map[string]int{
		"AtomicWriteVolumeUserFields": notYet, "ClusterTrustBundleProjection": 37, "ContainerRestartRules": 35, "ContainerStopSignals": notYet,
		"CrossNamespaceVolumeDataSource": notYet,
		"DynamicResourceAllocation":      34, "EmptyDirVolumeMode": notYet, "EnvFiles": 35, "EvictionRequestAPI": notYet, "GRPCContainerProbeTLS": notYet,
		"GenericWorkload": notYet, "H2CContainerProbe": notYet, "HostnameOverride": 35, "ImageVolume": 35, "InPlacePodVerticalScaling": 33,
		"MatchLabelKeysInPodAffinity": 31, "PodCertificateRequest": 37, "PodLevelResources": 34, "PodLifecycleSleepAction": 30,
		"PodLifecycleSleepActionAllowZero": 33, "ProcMountType": 33, "RecursiveReadOnlyMounts": 31, "RestartAllContainersOnContainerExits": 36,
		"SELinuxChangePolicy": 33, "SupplementalGroupsPolicy": 33, "UserNamespacesSupport": 33, "VolumeAttributesClass": 34,
		"VolumeBindMountOptions": notYet,
	}
}

// unmarked are the gates of fields and values whose comment upstream names none, or one of another name; those of the
// pod and of the container begin with that word. pkg/api/pod/util.go of k8s.io/kubernetes drops the fields.
func unmarked() map[string]string {
	return map[string]string{
		"pod.hostUsers":       "UserNamespacesSupport",
		"pod.volumes[].image": "ImageVolume",
		"pod.volumes[].projected.sources[].podCertificate":           "PodCertificateRequest",
		"container.securityContext.procMount":                        "ProcMountType",
		"container.lifecycle.stopSignal":                             "ContainerStopSignals",
		"container.restartPolicy":                                    "ContainerRestartRules",
		"container.restartPolicyRules[].action=RestartAllContainers": "RestartAllContainersOnContainerExits",
		"container.lifecycle.preStop.sleep.seconds=0":                "PodLifecycleSleepActionAllowZero",
		"container.lifecycle.postStart.sleep.seconds=0":              "PodLifecycleSleepActionAllowZero",
	}
}

// TestSinceIsUpstreams holds the versions to the feature gates that the comments of Kubernetes' types name: a field of
// a gate that the oldest supported version does not have on by default stands in the table, and no other.
func TestSinceIsUpstreams(t *testing.T) {
	want := map[string]int{}
	expect := func(path, gate string) {
		first, known := gates()[gate]
		if !known {
			t.Errorf("%s has the feature gate %s: add it to gates", path, gate)
		}
		if first > schema.OldestKubernetes {
			want[path] = first
		}
	}
	for path, gate := range gatedFields(t) {
		if unmarked()[path] == "" && !ownedPath(path) {
			expect(path, gate)
		}
	}
	for path, gate := range unmarked() {
		expect(path, gate)
	}
	got := map[string]int{}
	for path, first := range sinceOfPod() {
		got["pod."+path] = first
	}
	for path, first := range sinceOfContainer() {
		got["container."+path] = first
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			t.Errorf("%s: %d, but upstream has it by default since %d", path, got[path], want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if want[path] == 0 {
			t.Errorf("%s: %d, but upstream has no gate there that matters", path, got[path])
		}
	}
}

// ownedPath reports whether pod: or container: refuses the path or a part above it everywhere.
func ownedPath(path string) bool {
	kind, path, _ := strings.Cut(path, ".")
	owned := ownedOfContainer()
	if kind == "pod" {
		owned = ownedOfPod()
	}
	return slices.ContainsFunc(owned, func(o ownedField) bool {
		return o.when == always && (o.path == path || strings.HasPrefix(strings.ReplaceAll(path, "[]", ""), o.path+"."))
	})
}

// gatedFields are the fields of pods and containers whose comment names a feature gate.
func gatedFields(t *testing.T) map[string]string {
	pkg, err := build.Import("k8s.io/api/core/v1", ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, "types.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{} // by type and field
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if fields, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range fields.Fields.List {
					for _, name := range f.Names {
						comments[spec.Name.Name+"."+name.Name] = f.Doc.Text()
					}
				}
			}
		}
		return true
	})
	out := map[string]string{}
	gatedBelow(reflect.TypeFor[corev1.PodSpec](), "pod", comments, out)
	gatedBelow(reflect.TypeFor[corev1.Container](), "container", comments, out)
	return out
}

func gatedBelow(typ reflect.Type, path string, comments, out map[string]string) {
	marker := regexp.MustCompile(`featureGate=(\w+)`)
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		at, below := path, f.Type
		if name != "" {
			at += "." + name
		}
		if below.Kind() == reflect.Pointer {
			below = below.Elem()
		}
		if below.Kind() == reflect.Slice && below.Elem().Kind() == reflect.Struct {
			at, below = at+"[]", below.Elem()
		}
		if gate := marker.FindStringSubmatch(comments[typ.Name()+"."+f.Name]); gate != nil {
			out[strings.TrimSuffix(at, "[]")] = gate[1]
		}
		containers := path == "pod" && below == reflect.TypeFor[corev1.Container]()
		if below.Kind() == reflect.Struct && strings.HasPrefix(below.PkgPath(), "k8s.io/api/core") && !containers {
			gatedBelow(below, at, comments, out)
		}
	}
}

package schema

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// PodFields are fields of a pod that have no field of their own in the spec, by their names in Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec. Layers merge as everywhere: lists replace.
type PodFields struct {
	// Spec has them in the type of Kubernetes.
	Spec corev1.PodSpec `yaml:"-" json:"-"`
	// Values has them as the spec states them.
	Values yamltree.Ordered `yaml:"-" json:"-"`
}

// ContainerFields are fields of a container that have no field of their own in the spec, by their names in Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container. Layers merge as everywhere: lists replace.
type ContainerFields struct {
	// Spec has them in the type of Kubernetes.
	Spec corev1.Container `yaml:"-" json:"-"`
	// Values has them as the spec states them.
	Values yamltree.Ordered `yaml:"-" json:"-"`
}

// DecodeNode reads the fields strictly into the type of Kubernetes.
func (p *PodFields) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	p.Values = upstream(n, d, &p.Spec, "containers")
}

// DecodeNode reads the fields strictly into the type of Kubernetes.
func (c *ContainerFields) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	c.Values = upstream(n, d, &c.Spec, "name")
}

// upstream decodes n into a type of Kubernetes, whose required key ours wavewright itself states, and returns the
// values in the order of the spec.
func upstream(n *yamltree.Node, d *yamltree.Decoder, into any, ours string) yamltree.Ordered {
	if n.Kind != yamltree.Map {
		d.Expected(n, "a map").Hint = "Write {KEY: VALUE}, with the names of Kubernetes."
		return nil
	}
	whole := *n
	if n.Get(ours) == nil {
		whole.Entries = append(slices.Clone(n.Entries), yamltree.Entry{Key: ours, KeyRange: n.Range, Value: &yamltree.Node{Faulty: true}})
	}
	d.Decode(&whole, into)
	r := upstreamReader{d}
	values, _ := r.value(n, reflect.TypeOf(into).Elem(), "").(yamltree.Ordered)
	return values
}

// upstreamReader reads values of the types of Kubernetes, which were decoded without a fault or reported.
type upstreamReader struct{ d *yamltree.Decoder }

// value returns what n states, and reports words that its type does not know.
func (r upstreamReader) value(n *yamltree.Node, typ reflect.Type, mergeKey string) any {
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case n.Faulty:
		return nil
	case n.Kind == yamltree.Map:
		return r.fields(n, typ, mergeKey)
	case n.Kind == yamltree.List:
		return r.items(n, typ, mergeKey)
	case n.Kind == yamltree.Bool:
		return strings.EqualFold(n.Text, "true")
	case n.Kind == yamltree.Int:
		if i, ok := n.Int(); ok && int64(int(i)) == i {
			return int(i)
		}
	case n.Kind == yamltree.String:
		text := r.d.Expand(n)
		r.word(n, text, typ)
		return text
	}
	return n.Text
}

func (r upstreamReader) fields(n *yamltree.Node, typ reflect.Type, mergeKey string) yamltree.Ordered {
	out := yamltree.Ordered{}
	for _, entry := range n.Entries {
		if entry.Value.Kind == yamltree.Null || entry.Value.Faulty {
			continue
		}
		inner, key := upstreamField(typ, entry.Key)
		pair := yamltree.Pair{Key: entry.Key, Value: r.value(entry.Value, inner, key)}
		if entry.Key == mergeKey {
			out = slices.Insert(out, 0, pair) // by which patches find the item
			continue
		}
		out = append(out, pair)
	}
	return out
}

// items returns a list of maps, of texts or of anything.
func (r upstreamReader) items(n *yamltree.Node, typ reflect.Type, mergeKey string) any {
	if typ != nil && typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	list, maps, words := make([]any, 0, len(n.Items)), []yamltree.Ordered{}, []string{}
	for _, item := range n.Items {
		value := r.value(item, typ, mergeKey)
		switch v := value.(type) {
		case yamltree.Ordered:
			maps = append(maps, v)
		case string:
			words = append(words, v)
		}
		list = append(list, value)
	}
	switch {
	case len(maps) == len(list):
		return maps
	case len(words) == len(list):
		return words
	}
	return list
}

// word reports a text that is none of the words of its type.
func (r upstreamReader) word(n *yamltree.Node, text string, typ reflect.Type) {
	if typ == nil {
		return
	}
	words := upstreamWords()[typ.Name()]
	if words == nil || slices.Contains(words, text) {
		return
	}
	found := r.d.Fault(n, "spec/value", "unknown value %s", strconv.Quote(text))
	found.Detail = "Kubernetes knows " + strings.Join(words, ", ") + "."
	found.Hint = "Write one of these."
	if near := yamltree.Suggest(text, words); near != "" {
		found.Hint = "Did you mean " + strconv.Quote(near) + "?"
	}
}

// upstreamField returns the type of a key of a type of Kubernetes, and the key by which Kubernetes merges its items.
func upstreamField(typ reflect.Type, key string) (reflect.Type, string) {
	switch {
	case typ == nil:
		return nil, ""
	case typ.Kind() == reflect.Map:
		return typ.Elem(), ""
	case typ.Kind() != reflect.Struct:
		return nil, ""
	}
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == key {
			return f.Type, f.Tag.Get("patchMergeKey")
		}
		if options == "inline" || name == "" && f.Anonymous {
			if inner, mergeKey := upstreamField(f.Type, key); inner != nil {
				return inner, mergeKey
			}
		}
	}
	return nil, ""
}

// upstreamWords are the words of those types of Kubernetes that have a fixed number of them.
func upstreamWords() map[string][]string {
	return map[string][]string{
		"AppArmorProfileType":           {"Unconfined", "RuntimeDefault", "Localhost"},
		"AzureDataDiskCachingMode":      {"None", "ReadOnly", "ReadWrite"},
		"AzureDataDiskKind":             {"Shared", "Dedicated", "Managed"},
		"ContainerRestartPolicy":        {"Always", "Never", "OnFailure"},
		"DNSPolicy":                     {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
		"HostPathType":                  {"", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"},
		"MountPropagationMode":          {"None", "HostToContainer", "Bidirectional"},
		"NodeInclusionPolicy":           {"Ignore", "Honor"},
		"NodeSelectorOperator":          {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
		"OSName":                        {"linux", "windows"},
		"PersistentVolumeAccessMode":    {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"},
		"PersistentVolumeMode":          {"Block", "Filesystem"},
		"PodFSGroupChangePolicy":        {"OnRootMismatch", "Always"},
		"PodSELinuxChangePolicy":        {"Recursive", "MountOption"},
		"PreemptionPolicy":              {"PreemptLowerPriority", "Never"},
		"ProcMountType":                 {"Default", "Unmasked"},
		"Protocol":                      {"TCP", "UDP", "SCTP"},
		"PullPolicy":                    {"Always", "Never", "IfNotPresent"},
		"RecursiveReadOnlyMode":         {"Disabled", "IfPossible", "Enabled"},
		"ResourceResizeRestartPolicy":   {"NotRequired", "RestartContainer"},
		"RestartPolicy":                 {"Always", "OnFailure", "Never"},
		"SeccompProfileType":            {"Unconfined", "RuntimeDefault", "Localhost"},
		"SupplementalGroupsPolicy":      {"Merge", "Strict"},
		"TaintEffect":                   {"NoSchedule", "PreferNoSchedule", "NoExecute"},
		"TerminationMessagePolicy":      {"File", "FallbackToLogsOnError"},
		"TolerationOperator":            {"Exists", "Equal", "Lt", "Gt"},
		"UnsatisfiableConstraintAction": {"DoNotSchedule", "ScheduleAnyway"},
		"URIScheme":                     {"HTTP", "HTTPS"},
	}
}

package checks

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// schemaRules say which objects the API server refuses for what they are, whatever else the
// cluster holds.
var schemaRules = []Rule{
	{Code: "schema/deprecated-api", Severity: Warning, Title: "an API version that Kubernetes will remove", run: both(everyLone(deprecatedAPI), everyCustom(deprecatedVersion))},
	{Code: "schema/broken-rule", Severity: Error, Title: "a custom resource that breaks a rule (CEL) of its definition", run: customFaults(schema.BrokenRule)},
	{Code: "schema/duplicate-key", Severity: Warning, Title: "a key that stands twice in a mapping", run: everyLone(duplicateKey)},
	{Code: "schema/encrypted", Severity: Note, Title: "an object whose values SOPS encrypted", run: everyLone(encrypted)},
	{Code: "schema/invalid-label", Severity: Error, Title: "a label or an annotation that the API server refuses", run: everyLone(invalidLabel)},
	{Code: "schema/invalid-name", Severity: Error, Title: "a name or a namespace that the API server refuses", run: invalidNames},
	{Code: "schema/invalid-value", Severity: Error, Title: "a value that the API server refuses", run: both(everyLone(invalidValue), both(everyLone(invalidFinalizer), customFaults(schema.Invalid)))},
	{Code: "schema/newer-field", Severity: Error, Title: "a field that the cluster's version of Kubernetes does not have yet", run: everyLone(newerField)},
	{Code: "schema/refused-definition", Severity: Error, Title: "a CustomResourceDefinition whose schema the API server refuses", run: refusedDefinition},
	{Code: "schema/removed-api", Severity: Error, Title: "an API version that Kubernetes has removed", run: everyLone(removedAPI)},
	{Code: "schema/unknown-field", Severity: Error, Title: "a field that the kind does not have", run: both(everyLone(misfits(schema.UnknownField)), customFaults(schema.UnknownField))},
	{Code: "schema/unknown-kind", Severity: Note, Title: "a custom resource that nothing defines", run: unknownKind},
	{Code: "schema/unserved-api", Severity: Error, Title: "an API version or a kind that Kubernetes does not have", run: both(everyLone(unservedAPI), everyCustom(unservedVersion))},
	{Code: "schema/wrong-type", Severity: Error, Title: "a value of another type than its field", run: both(everyLone(misfits(schema.WrongType)), customFaults(schema.WrongType))},
}

// everyObject runs a rule on each object that is sent to a cluster, those for Argo CD included.
func everyObject(rule func(*target, *repo.Object, *judge)) func(*world, *judge) {
	return func(w *world, out *judge) {
		seen := map[*repo.Object]bool{}
		for _, t := range w.targets {
			for _, o := range t.objects {
				seen[o] = true
				rule(t, o, out)
			}
		}
		for _, o := range management(w.Repository) {
			if !seen[o] {
				seen[o] = true
				rule(nil, o, out)
			}
		}
	}
}

// management are the objects that Argo CD itself reads.
func management(r *repo.Repository) []*repo.Object {
	all := slices.Clone(r.Management)
	for _, e := range r.Roots() {
		all = append(append(all, e.Root...), e.Argo...)
	}
	return all
}

// version is the version of Kubernetes that a target is judged by, and whether it is declared.
func (t *target) version() (version string, declared bool) {
	if t == nil || t.kubernetes == "" {
		return schema.Newest, false
	}
	return t.kubernetes, true
}

// oldest is the declared version of Kubernetes, or the oldest one that a target may have.
func (t *target) oldest() string {
	if version, declared := t.version(); declared {
		return version
	}
	return schema.Oldest
}

// misfits reports what the strict decoder of the API server refuses.
func misfits(kind schema.FaultKind) func(*target, *repo.Object, *judge) {
	return func(t *target, o *repo.Object, out *judge) {
		if o.Strict || !schema.IsBuiltin(o.Typed) {
			return
		}
		for _, fault := range schema.Misfits(o.JSON, o.Typed) {
			if fault.Kind != kind {
				continue
			}
			f := out.fault(t, o, fault)
			if kind == schema.UnknownField && unvalidated(o) {
				f.Severity, f.Hint = Warning, strings.TrimSpace(f.Hint+" The sync option Validate=false makes the API server drop the field without a word.")
			}
		}
	}
}

// unvalidated reports whether Argo CD sends an object without strict validation.
func unvalidated(o *repo.Object) bool {
	options := strings.Split(o.Annotations["argocd.argoproj.io/sync-options"], ",")
	if o.Application != nil && o.Application.Application != nil {
		options = append(options, o.Application.Spec.SyncPolicy.SyncOptions...)
	}
	return slices.ContainsFunc(options, func(option string) bool { return strings.TrimSpace(option) == "Validate=false" })
}

// fault reports a fault of an object.
func (j *judge) fault(t *target, o *repo.Object, fault schema.Fault) *Finding {
	f := j.object(t, o, fault.Path, "%s: %s", fault.Path, fault.Message)
	f.Hint = fault.Hint
	if fault.Path == "" {
		f.Message = fault.Message
	}
	return f
}

// duplicateKey reports keys of which all but the last are lost.
func duplicateKey(t *target, o *repo.Object, out *judge) {
	for _, d := range o.Duplicates {
		f := out.object(t, o, "", "%s has the key %s twice in one mapping: the last one counts, the others are lost", o, d.Key)
		f.Object, f.Line = "", o.Line+d.Line-1
		f.Hint = "Take all but one of them out."
	}
}

// encrypted notes objects that Argo CD cannot apply by itself, and whose values nobody here sees.
func encrypted(t *target, o *repo.Object, out *judge) {
	if o.Encrypted {
		f := out.object(t, o, "sops", "SOPS encrypted values of this object: they were not judged")
		f.Hint = "Argo CD and Kustomize decrypt nothing by themselves: without a plugin that does, such as KSOPS, the API server refuses the object or stores what is encrypted."
	}
}

// removedAPI reports kinds that the cluster has no longer.
func removedAPI(t *target, o *repo.Object, out *judge) {
	l, _ := schema.LifecycleOf(o.APIVersion, o.Kind)
	version, declared := t.version()
	if l.Removed == "" || schema.Before(version, l.Removed) {
		return
	}
	f := out.object(t, o, "apiVersion", "Kubernetes serves no %s of %s since version %s, and the cluster has %s", o.Kind, o.APIVersion, l.Removed, version)
	f.Hint = l.Instead()
	if !declared {
		f.Message = strings.TrimSuffix(f.Message, ", and the cluster has "+version)
		if schema.Before(schema.Oldest, l.Removed) {
			f.Severity = Warning
		}
	}
}

// deprecatedAPI reports kinds that the cluster will have no longer.
func deprecatedAPI(t *target, o *repo.Object, out *judge) {
	l, _ := schema.LifecycleOf(o.APIVersion, o.Kind)
	version, _ := t.version()
	if l.Deprecated == "" || schema.Before(version, l.Deprecated) || l.Removed != "" && !schema.Before(version, l.Removed) {
		return
	}
	end := ""
	if l.Removed != "" {
		end = ", and version " + l.Removed + " removes it"
	}
	out.object(t, o, "apiVersion", "%s of %s is deprecated since Kubernetes %s%s", o.Kind, o.APIVersion, l.Deprecated, end).Hint = l.Instead()
}

// newerField reports fields that a cluster does not have yet.
func newerField(t *target, o *repo.Object, out *judge) {
	version, declared := t.version()
	if !declared || !schema.IsBuiltin(o.Typed) || !schema.Before(version, schema.Newest) {
		return
	}
	for _, fault := range schema.Younger(o.JSON, o.Typed, version) {
		out.fault(t, o, fault).Hint = "The API server refuses the field, or drops it without a word. Do without it, or upgrade the cluster first."
	}
}

// unservedAPI reports kinds that a group of Kubernetes does not have, or not yet.
func unservedAPI(t *target, o *repo.Object, out *judge) {
	if !schema.IsBuiltinGroup(schema.Group(o.APIVersion)) || strings.HasSuffix(o.Kind, "List") {
		return
	}
	l, known := schema.LifecycleOf(o.APIVersion, o.Kind)
	version, declared := t.version()
	switch {
	case !known && schema.Group(o.APIVersion) == "" && o.APIVersion != "v1" && len(schema.Homes(o.Kind)) == 0:
		// Other programs have such words in their files, for example the generators of Kustomize.
	case !known && o.APIVersion == "":
		out.object(t, o, "", "the object has no apiVersion, and the API server refuses it").Hint = homesOf(o.Kind)
	case !known:
		out.object(t, o, "apiVersion", "Kubernetes has no %s in %s", o.Kind, o.APIVersion).Hint = homesOf(o.Kind)
	case declared && schema.Before(version, l.Introduced):
		out.object(t, o, "apiVersion", "Kubernetes has %s of %s since version %s, and the cluster has %s", o.Kind, o.APIVersion, l.Introduced, version)
	case l.OffByDefault() && (l.Removed == "" || schema.Before(version, l.Removed)):
		f := out.object(t, o, "apiVersion", "API servers serve %s of %s only when --runtime-config enables it", o.Kind, o.APIVersion)
		f.Severity = Note
	}
}

// homesOf says where a kind is.
func homesOf(kind string) string {
	homes := schema.Homes(kind)
	if len(homes) == 0 {
		return "Write the kind as the Kubernetes API reference spells it."
	}
	return kind + " is in " + strings.Join(homes, ", ") + "."
}

// invalidName judges the name and the namespace.
func invalidName(t *target, o *repo.Object, out *judge) {
	if o.Name == "" && schema.IsBuiltin(o.Typed) && !strings.HasSuffix(o.Kind, "List") && !generatesName(o) {
		out.object(t, o, "metadata", "the object has no name, and the API server refuses it").Hint = "Write metadata.name."
	}
	if o.Name != "" {
		for _, reason := range schema.NameFaults(o.APIVersion, o.Kind, o.Name) {
			out.object(t, o, "metadata.name", "the name %q is refused: %s", o.Name, reason)
		}
	}
	if o.Namespace != "" {
		for _, reason := range schema.NameFaults("v1", "Namespace", o.Namespace) {
			out.object(t, o, "metadata.namespace", "the namespace %q is refused: %s", o.Namespace, reason)
		}
	}
}

// invalidNames judges the names of all objects. What no Application deploys, and nothing defines, need not be an object of
// Kubernetes.
func invalidNames(w *world, out *judge) {
	everyObject(func(t *target, o *repo.Object, out *judge) {
		n := len(out.findings)
		invalidName(t, o, out)
		if n == len(out.findings) || schema.IsBuiltin(o.Typed) || o.Application == nil || !isFolder(o.Application) || len(w.defined().of(t, o)) > 0 {
			return
		}
		for i := range out.findings[n:] {
			f := &out.findings[n+i]
			f.Severity, f.Message = Note, f.Message+" (if it is an object of Kubernetes)"
		}
	})(w, out)
}

// generatesName reports whether the API server makes a name up.
func generatesName(o *repo.Object) bool {
	meta, ok := o.Typed.(metav1.Object)
	return ok && meta.GetGenerateName() != ""
}

// invalidLabel judges labels and annotations.
func invalidLabel(t *target, o *repo.Object, out *judge) {
	for _, fault := range schema.LabelFaults(o.Labels, "metadata.labels") {
		out.object(t, o, fault.Path, "%s", fault.Message).Hint = fault.Hint
	}
	for _, fault := range schema.AnnotationFaults(o.Annotations, "metadata.annotations") {
		out.object(t, o, fault.Path, "%s", fault.Message).Hint = fault.Hint
	}
}

// invalidFinalizer judges the names of what has to be done before an object goes.
func invalidFinalizer(t *target, o *repo.Object, out *judge) {
	for _, fault := range schema.FinalizerFaults(o.JSON) {
		out.fault(t, o, fault)
	}
}

// invalidValue judges the values of built-in kinds.
func invalidValue(t *target, o *repo.Object, out *judge) {
	if o.Malformed != nil || !schema.IsBuiltin(o.Typed) {
		return
	}
	for _, fault := range schema.Values(o.Typed, t.oldest()) {
		out.fault(t, o, fault)
	}
}

package schema

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Values are the faults in the values of a built-in kind that was decoded: what the API server's
// validation refuses when the object is created. Upstream's own code for this cannot be imported;
// only what it surely refuses is here. Fields that the API server fills in may be missing. The version is
// that of the API server, such as 1.37, or the oldest that it may have.
func Values(typed any, version string) []Fault {
	v := &values{version: version}
	spec := field.NewPath("spec")
	switch o := typed.(type) {
	case *corev1.Pod:
		v.pod(&o.Spec, spec)
	case *appsv1.Deployment:
		v.deployment(&o.Spec, spec)
	case *appsv1.StatefulSet:
		v.statefulSet(&o.Spec, spec)
	case *appsv1.DaemonSet:
		v.daemonSet(&o.Spec, spec)
	case *appsv1.ReplicaSet:
		v.selected(o.Spec.Selector, spec)
		v.always(&o.Spec.Template, spec.Child("template"))
	case *batchv1.Job:
		v.job(&o.Spec, spec)
		v.madeSelector(o, spec)
	case *batchv1.CronJob:
		v.cronJob(&o.Spec, spec)
	case *corev1.Service:
		v.service(o)
	case *networkingv1.Ingress:
		v.ingress(o, spec)
	case *corev1.ConfigMap:
		v.configMap(o)
	case *corev1.Secret:
		v.secret(o)
	case *corev1.PersistentVolumeClaim:
		v.claim(&o.Spec, spec)
	case *autoscalingv2.HorizontalPodAutoscaler:
		v.autoscaler(&o.Spec, spec)
	case *policyv1.PodDisruptionBudget:
		v.budget(&o.Spec, spec)
	case *corev1.ResourceQuota:
		v.quota(&o.Spec, spec)
	case *corev1.LimitRange:
		v.limits(&o.Spec, spec)
	case *rbacv1.Role:
		v.rules(o.Rules, false)
	case *rbacv1.ClusterRole:
		v.rules(o.Rules, true)
	case *rbacv1.RoleBinding:
		v.binding(o.RoleRef, o.Subjects, []string{"Role", "ClusterRole"})
	case *rbacv1.ClusterRoleBinding:
		v.binding(o.RoleRef, o.Subjects, []string{"ClusterRole"})
	case *admissionv1.ValidatingAdmissionPolicy:
		v.policy(o)
	case *admissionv1.ValidatingAdmissionPolicyBinding:
		v.policyBinding(&o.Spec, spec)
	case *corev1.Namespace:
		v.finalizers(o.Spec.Finalizers, spec.Child("finalizers"))
	case *schedulingv1.PriorityClass:
		if o.PreemptionPolicy != nil {
			chosen(v, *o.PreemptionPolicy, field.NewPath("preemptionPolicy"), corev1.PreemptLowerPriority, corev1.PreemptNever)
		}
		if o.Value > 1_000_000_000 && !strings.HasPrefix(o.Name, "system-") {
			v.add(field.NewPath("value"), "the value is %d, and classes of users have at most 1000000000", o.Value)
		}
	case *storagev1.StorageClass:
		v.required(o.Provisioner, field.NewPath("provisioner"))
	}
	return v.faults
}

// values collects the faults of one object.
type values struct {
	version string
	faults  []Fault
}

// since reports whether the API server has a version of Kubernetes, or a later one.
func (v *values) since(version string) bool { return !Before(v.version, version) }

func (v *values) add(at *field.Path, format string, args ...any) {
	v.faults = append(v.faults, Fault{Kind: Invalid, Path: at.String(), Message: fmt.Sprintf(format, args...)})
}

// hint says what to do about the last fault.
func (v *values) hint(text string) { v.faults[len(v.faults)-1].Hint = text }

// reasons adds what a function of apimachinery says about a text.
func (v *values) reasons(value string, found []string, at *field.Path) {
	for _, reason := range found {
		v.add(at, "the value %q is refused: %s", value, brief(reason))
	}
}

// errors adds errors of apimachinery.
func (v *values) errors(found field.ErrorList) {
	for _, fault := range asFaults(found, Invalid) {
		fault.Kind = Invalid
		fault.Message = brief(fault.Message)
		v.faults = append(v.faults, fault)
	}
}

// required reports whether a text is there, and adds a fault if not.
func (v *values) required(text string, at *field.Path) bool {
	if text == "" {
		v.add(at, "the field is required")
	}
	return text != ""
}

// oneOf checks a word; an empty one is filled in by the API server.
func oneOf[T ~string](v *values, word T, at *field.Path, words ...T) {
	if word != "" && !slices.Contains(words, word) {
		v.add(at, "the value is %q, and it must be one of %s", string(word), listed(words))
	}
}

// chosen reports whether a word is one of those that are known; the API server does not fill in an empty one.
func chosen[T ~string](v *values, word T, at *field.Path, words ...T) bool {
	if v.required(string(word), at) {
		oneOf(v, word, at, words...)
	}
	return slices.Contains(words, word)
}

func listed[T ~string](words []T) string {
	var texts []string
	for _, w := range words {
		texts = append(texts, string(w))
	}
	return strings.Join(texts, ", ")
}

// integer is any type of number that fields have.
type integer interface{ ~int32 | ~int64 }

// between checks a number; nil is filled in by the API server.
func between[T integer](v *values, number *T, least, most int64, at *field.Path) {
	switch {
	case number == nil || int64(*number) >= least && int64(*number) <= most:
	case most == math.MaxInt64 || most == math.MaxInt32:
		v.add(at, "the value is %d, and it must be at least %d", int64(*number), least)
	default:
		v.add(at, "the value is %d, and it must be between %d and %d", int64(*number), least, most)
	}
}

func atLeast[T integer](v *values, number *T, least int64, at *field.Path) {
	between(v, number, least, math.MaxInt64, at)
}

// scaled checks a number or a percentage.
func (v *values) scaled(value *intstr.IntOrString, bounded bool, at *field.Path) {
	switch {
	case value == nil:
	case value.Type == intstr.Int && value.IntVal < 0:
		v.add(at, "the value is %d, and it must be at least 0", value.IntVal)
	case value.Type == intstr.String && len(validation.IsValidPercent(value.StrVal)) > 0:
		v.add(at, "the value is %q, and it must be a number or a percentage such as 25%%", value.StrVal)
	case value.Type == intstr.String && bounded && percent(value.StrVal) > 100:
		v.add(at, "the value is %s, and it must not be more than 100%%", value.StrVal)
	}
}

func percent(text string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
	if err != nil {
		return 0
	}
	return n
}

// port checks the number or the name of a port of a container.
func (v *values) port(port intstr.IntOrString, at *field.Path) {
	if port.Type == intstr.String {
		v.reasons(port.StrVal, validation.IsValidPortName(port.StrVal), at)
		return
	}
	v.portNumber(port.IntVal, at)
}

func (v *values) portNumber(port int32, at *field.Path) {
	if len(validation.IsValidPortNum(int(port))) > 0 {
		v.add(at, "the port is %d, and it must be between 1 and 65535", port)
	}
}

func (v *values) protocol(protocol corev1.Protocol, at *field.Path) {
	oneOf(v, protocol, at, corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP)
}

// subdomain checks the name of another object.
func (v *values) subdomain(name string, at *field.Path) {
	if name != "" {
		v.reasons(name, validation.IsDNS1123Subdomain(name), at)
	}
}

// selector checks a selector of labels.
func (v *values) selector(selector *metav1.LabelSelector, at *field.Path) {
	v.errors(metavalidation.ValidateLabelSelector(selector, metavalidation.LabelSelectorValidationOptions{}, at))
}

// labelled checks labels and annotations of a template.
func (v *values) labelled(meta *metav1.ObjectMeta, at *field.Path) {
	v.faults = append(v.faults, LabelFaults(meta.Labels, at.Child("labels").String())...)
	v.faults = append(v.faults, AnnotationFaults(meta.Annotations, at.Child("annotations").String())...)
}

// unique reports a name that stands twice.
func (v *values) unique(seen map[string]bool, name string, at *field.Path) {
	if seen[name] {
		v.add(at, "%q stands twice", name)
	}
	seen[name] = true
}

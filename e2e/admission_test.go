package e2e

import (
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/wavewright/wavewright/generator/e2e/internal/admission"
	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// guarded is the case whose policies are asked: staging and prod share a cluster, and
// oncall may break the glass in prod, nobody in staging.
const guarded = "guarded"

const (
	argocd = "system:serviceaccount:argocd:argocd-application-controller"
	admins = "system:masters"
	oncall = "grp-oncall"
)

// policies are the admission policies and bindings of a case, changed by edit.
func policies(c *testCase, edit func(*admissionv1.ValidatingAdmissionPolicy)) []runtime.Object {
	var all []runtime.Object
	for _, e := range c.repo.Environments {
		for _, t := range e.Targets {
			for _, p := range repo.Typed[admissionv1.ValidatingAdmissionPolicy](t.Objects()) {
				copied := p.DeepCopy()
				edit(copied)
				all = append(all, copied)
			}
			for _, b := range repo.Typed[admissionv1.ValidatingAdmissionPolicyBinding](t.Objects()) {
				all = append(all, b.DeepCopy())
			}
		}
	}
	return all
}

func server(t *testing.T, edit func(*admissionv1.ValidatingAdmissionPolicy)) *admission.Server {
	t.Helper()
	s, err := admission.Start(policies(namedCase(t, guarded), edit), map[string]map[string]string{
		"prod": environment("prod"), balancedNamespace: environment("prod"), "staging": environment("staging"), "dev": environment("dev"), "other": {"env": "prod", platformLabel: "other"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// platformLabel says whose a namespace is.
const platformLabel = "wavewright.dev/platform"

// environment are the labels of the namespaces of an environment.
func environment(name string) map[string]string {
	return map[string]string{"env": name, platformLabel: guarded}
}

func unchanged(*admissionv1.ValidatingAdmissionPolicy) {}

// pod is a pod that no policy objects to, changed by edits.
func pod(edits ...func(*corev1.PodSpec)) *corev1.Pod {
	amounts := corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("1Gi")}
	p := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	p.Spec.Containers = []corev1.Container{{
		Name: "web", Image: "ghcr.io/acme/web:1.4.2", Resources: corev1.ResourceRequirements{Requests: amounts, Limits: amounts},
	}}
	for _, edit := range edits {
		edit(&p.Spec)
	}
	return p
}

func deployment(edits ...func(*corev1.PodSpec)) *appsv1.Deployment {
	d := &appsv1.Deployment{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	d.Spec.Template.Labels = d.Spec.Selector.MatchLabels
	d.Spec.Template.Spec = pod(edits...).Spec
	return d
}

func image(name string) func(*corev1.PodSpec) {
	return func(s *corev1.PodSpec) { s.Containers[0].Image = name }
}

func boundless(s *corev1.PodSpec) { delete(s.Containers[0].Resources.Limits, "cpu") }

func service(edit func(*corev1.ServiceSpec)) *corev1.Service {
	s := &corev1.Service{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	s.Spec.Type, s.Spec.Ports = corev1.ServiceTypeClusterIP, []corev1.ServicePort{{Port: 80}}
	edit(&s.Spec)
	return s
}

func hosted(s *corev1.PodSpec) { s.HostNetwork = true }

func nodePort(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort }

// balancedNamespace is where the case declares a load balancer, web-feed.
const balancedNamespace = "web-prod"

// balanced is a load balancer as wavewright writes them.
func balanced(s *corev1.ServiceSpec) {
	s.Type, s.AllocateLoadBalancerNodePorts = corev1.ServiceTypeLoadBalancer, new(bool)
	s.LoadBalancerSourceRanges = []string{"198.51.100.0/24"}
}

// balances is a request for a Service of a name in the namespace of the declared load balancer.
func balances(name string, edits ...func(*corev1.ServiceSpec)) admission.Request {
	r := creates(service(func(s *corev1.ServiceSpec) {
		for _, edit := range edits {
			edit(s)
		}
	}), balancedNamespace)
	r.Name = name
	return r
}

// creates is a request for a new object in a namespace, by Argo CD.
func creates(o runtime.Object, namespace string) admission.Request {
	gvk := o.GetObjectKind().GroupVersionKind()
	plural := strings.ToLower(gvk.Kind) + "s"
	return admission.Request{
		User: argocd, Resource: schema.GroupVersionResource{Group: gvk.Group, Version: gvk.Version, Resource: plural},
		Namespace: namespace, Name: "web", New: o,
	}
}

func (q question) by(user string, groups ...string) question {
	q.request.User, q.request.Groups = user, groups
	return q
}

func (q question) replacing(old runtime.Object) question {
	q.request.Old = old
	return q
}

// connects is a request to get into a pod.
func connects(subresource, namespace string, groups ...string) admission.Request {
	kinds := map[string]runtime.Object{
		"exec":        &corev1.PodExecOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodExecOptions"}},
		"attach":      &corev1.PodAttachOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodAttachOptions"}},
		"portforward": &corev1.PodPortForwardOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodPortForwardOptions"}},
		"proxy":       &corev1.PodProxyOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodProxyOptions"}},
	}
	return admission.Request{
		User: "jane", Groups: groups, Resource: corev1.SchemeGroupVersion.WithResource("pods"), Subresource: subresource,
		Namespace: namespace, Name: "web", New: kinds[subresource], Connect: true,
	}
}

// debugs is a request for an ephemeral container.
func debugs(namespace string, groups ...string) admission.Request {
	r := creates(pod(), namespace)
	r.User, r.Groups, r.Old, r.Subresource = "jane", groups, pod(), "ephemeralcontainers"
	return r
}

// relabels is a request to change the labels of a namespace.
func relabels(user string, old, labels map[string]string) admission.Request {
	return admission.Request{
		User: user, Resource: corev1.SchemeGroupVersion.WithResource("namespaces"), Name: "prod",
		Old: admission.Namespace("prod", old), New: admission.Namespace("prod", labels),
	}
}

// question is a request with what the policies are to make of it.
type question struct {
	name    string
	request admission.Request
	// policy that refuses or warns; none when it is empty.
	policy string
	// says is part of the message.
	says string
	// warns says that the request passes with a warning.
	warns bool
}

func questions() []question {
	prodLabels := map[string]string{"env": "prod", platformLabel: guarded, "pod-security.kubernetes.io/enforce": "restricted", "cost": "1"}
	with := func(key, value string) map[string]string {
		labels := map[string]string{}
		for k, v := range prodLabels {
			labels[k] = v
		}
		labels[key] = value
		if value == "" {
			delete(labels, key)
		}
		return labels
	}
	q := func(name string, r admission.Request, policy, says string) question {
		return question{name: name, request: r, policy: policy, says: says}
	}
	all := []question{
		q("sound pod", creates(pod(), "prod"), "", ""),
		q("sound deployment", creates(deployment(), "prod"), "", ""),
		q("no tag", creates(deployment(image("ghcr.io/acme/web")), "prod"), "images", "image ghcr.io/acme/web has neither a digest nor a version"),
		q("latest", creates(pod(image("ghcr.io/acme/web:latest")), "prod"), "images", "could change unnoticed"),
		q("branch", creates(pod(image("ghcr.io/acme/web:main")), "prod"), "images", "in prod could change"),
		q("port, no tag", creates(pod(image("localhost:5000/web")), "prod"), "images", ""),
		q("port and version", creates(pod(image("localhost:5000/web:v2")), "prod"), "", ""),
		q("digest", creates(pod(image("ghcr.io/acme/web@sha256:"+strings.Repeat("a", 64))), "prod"), "", ""),
		q("init container", creates(pod(func(s *corev1.PodSpec) {
			s.InitContainers = []corev1.Container{*s.Containers[0].DeepCopy()}
			s.InitContainers[0].Name, s.InitContainers[0].Image = "init", "busybox"
		}), "prod"), "images", "busybox"),
		q("no limit", creates(deployment(boundless), "prod"), "resources", "container web lacks a request or a limit"),
		q("requests only", creates(pod(func(s *corev1.PodSpec) { s.Containers[0].Resources.Limits = nil }), "prod"), "resources", ""),
		q("no resources at all", creates(pod(func(s *corev1.PodSpec) { s.Containers[0].Resources = corev1.ResourceRequirements{} }), "staging"), "resources", "staging demands"),
		q("bounds of the pod", creates(pod(func(s *corev1.PodSpec) {
			s.Resources = s.Containers[0].Resources.DeepCopy()
			s.Containers[0].Resources = corev1.ResourceRequirements{}
		}), "prod"), "", ""),
		q("host network", creates(pod(hosted), "prod"), "host-access", "hostNetwork"),
		q("host processes", creates(pod(func(s *corev1.PodSpec) { s.HostPID = true }), "prod"), "host-access", "hostPID"),
		q("host path", creates(deployment(func(s *corev1.PodSpec) {
			s.Volumes = []corev1.Volume{{Name: "a", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}}
		}), "prod"), "host-access", "hostPath"),
		q("other volume", creates(deployment(func(s *corev1.PodSpec) { s.Volumes = []corev1.Volume{{Name: "a"}} }), "prod"), "", ""),
		q("host port", creates(pod(func(s *corev1.PodSpec) {
			s.Containers[0].Ports = []corev1.ContainerPort{{HostPort: 80, ContainerPort: 80}}
		}), "prod"), "host-access", "hostPort"),
		q("other port", creates(pod(func(s *corev1.PodSpec) { s.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}} }), "prod"), "", ""),
		q("node port", creates(service(nodePort), "prod"), "service-types", "type NodePort would go round the gateway in prod"),
		q("load balancer", creates(service(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeLoadBalancer }), "staging"), "service-types", "expose"),
		q("declared load balancer", balances("web-feed", balanced), "", ""),
		q("other load balancer", balances("web-other", balanced), "service-types", "type LoadBalancer would go round the gateway in prod"),
		q("declared elsewhere", creates(service(balanced), "prod"), "service-types", "loadBalancer"),
		q("declared load balancer with node ports", balances("web-feed", balanced, func(s *corev1.ServiceSpec) { s.AllocateLoadBalancerNodePorts = nil }), "service-types", ""),
		q("declared load balancer for everybody", balances("web-feed", balanced, func(s *corev1.ServiceSpec) { s.LoadBalancerSourceRanges = nil }), "service-types", ""),
		q("declared load balancer as a node port", balances("web-feed", nodePort), "service-types", ""),
		q("declared load balancer with external addresses", balances("web-feed", balanced, func(s *corev1.ServiceSpec) { s.ExternalIPs = []string{"192.0.2.1"} }), "service-types", "externalIPs"),
		q("external addresses", creates(service(func(s *corev1.ServiceSpec) { s.ExternalIPs = []string{"192.0.2.1"} }), "prod"), "service-types", "externalIPs"),
		q("usual service", creates(service(func(*corev1.ServiceSpec) {}), "prod"), "", ""),
		q("exec", connects("exec", "prod", admins), "pod-access", "pods/exec of web is not permitted in prod. In an emergency, ask a member of "+oncall),
		q("attach", connects("attach", "prod"), "pod-access", "pods/attach"),
		q("port-forward", connects("portforward", "prod"), "pod-access", "pods/portforward"),
		q("proxy", connects("proxy", "prod"), "pod-access", "pods/proxy"),
		q("ephemeral container", debugs("prod", admins), "pod-access", "pods/ephemeralcontainers"),
		q("exec in an emergency", connects("exec", "prod", oncall), "", ""),
		q("ephemeral container in an emergency", debugs("prod", oncall), "", ""),
		q("exec in staging", connects("exec", "staging", admins, oncall), "pod-access", "Nobody may break the glass: name a group under access.breakGlass"),
		q("port-forward in staging", connects("portforward", "staging"), "", ""),
		q("exec in development", connects("exec", "dev"), "", ""),
		q("exec elsewhere", connects("exec", "other"), "", ""),
		q("latest elsewhere", creates(pod(image("web:latest"), boundless), "other"), "", ""),
		q("other label", relabels("jane", prodLabels, with("cost", "2")), "", ""),
		q("Pod Security", relabels("jane", prodLabels, with("pod-security.kubernetes.io/enforce", "privileged")), "namespace-labels", "namespace prod. Set podSecurity:"),
		q("Pod Security taken away", relabels("jane", prodLabels, with("pod-security.kubernetes.io/enforce", "")), "namespace-labels", ""),
		q("Pod Security added", relabels("jane", prodLabels, with("pod-security.kubernetes.io/audit", "baseline")), "namespace-labels", ""),
		q("environment taken away", relabels("jane", prodLabels, with("env", "")), "namespace-labels", ""),
		q("platform taken away", relabels("jane", prodLabels, with(platformLabel, "")), "namespace-labels", ""),
		q("other platform", relabels("jane", prodLabels, with(platformLabel, "other")), "namespace-labels", ""),
		q("of another platform", relabels("jane", with(platformLabel, "other"), with(platformLabel, "third")), "", ""),
		q("other environment", relabels("jane", prodLabels, with("env", "test")), "namespace-labels", ""),
		q("made an environment's", relabels("jane", nil, prodLabels), "namespace-labels", ""),
		q("by Argo CD", relabels(argocd, prodLabels, with("pod-security.kubernetes.io/enforce", "baseline")), "", ""),
	}
	moved, same := deployment(image("web:latest")), deployment(image("web:latest"))
	same.Annotations = map[string]string{"deployment.kubernetes.io/revision": "2"}
	replicas := int32(5)
	moved.Spec.Replicas = &replicas
	emergency := q("labels in an emergency", relabels("jane", prodLabels, with("env", "")), "", "")
	return append(all,
		emergency.by("jane", oncall),
		q("pod of a workload from before", creates(pod(boundless), "prod"), "", "").by("system:serviceaccount:kube-system:replicaset-controller"),
		q("hosted pod of a workload from before", creates(pod(hosted), "prod"), "", "").by("system:serviceaccount:kube-system:replicaset-controller"),
		q("versionless pod of a workload from before", creates(pod(image("web:latest")), "prod"), "", "").by("system:serviceaccount:kube-system:replicaset-controller"),
		q("pod by a person", creates(pod(image("web:latest")), "prod"), "images", "").by("jane", admins),
		q("annotation of a workload from before", creates(same, "prod"), "", "").replacing(deployment(image("web:latest"))),
		q("workload without bounds from before", creates(deployment(boundless), "prod"), "", "").replacing(deployment(boundless)),
		q("workload with its node's network from before", creates(deployment(hosted), "prod"), "", "").replacing(deployment(hosted)),
		q("node port from before", creates(service(nodePort), "prod"), "", "").replacing(service(nodePort)),
		q("change of a workload from before", creates(moved, "prod"), "images", "").replacing(deployment(image("web:latest"))),
		question{name: "latest in staging", request: creates(pod(image("web:latest")), "staging"), policy: "images", says: "could change", warns: true},
		question{name: "no limit in development", request: creates(pod(boundless), "dev"), policy: "resources", warns: true},
	)
}

// wrong says what is wrong with the answer; nothing when it is empty.
func (q question) wrong(a admission.Answer) string {
	message := ""
	if a.Refusal != nil {
		message = a.Refusal.Error()
	}
	if q.warns {
		if a.Refusal != nil {
			return "refused: " + message
		}
		message = strings.Join(a.Warnings, "\n")
	}
	switch {
	case q.policy == "" && message != "":
		return "refused: " + message
	case q.policy == "":
		return ""
	case message == "":
		return "passes"
	case !strings.Contains(message, "'"+guarded+"-"+q.policy+"."+q.target()+"'") || !strings.Contains(message, q.says):
		return "another reason: " + message
	case !strings.Contains(message, "denied request") && !q.warns:
		return "not by a decision: " + message
	}
	return ""
}

func (q question) target() string {
	if q.request.Namespace == "" || q.request.Namespace == balancedNamespace {
		return "prod"
	}
	return q.request.Namespace
}

// TestAdmission asks the API server's own plugin about requests of every kind.
func TestAdmission(t *testing.T) {
	s := server(t, unchanged)
	for _, q := range questions() {
		t.Run(q.name, func(t *testing.T) {
			if wrong := q.wrong(s.Ask(q.request)); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// TestBreakGlassIsRecorded wants the audit log to say who broke the glass, and what was
// refused or only warned of.
func TestBreakGlassIsRecorded(t *testing.T) {
	s := server(t, unchanged)
	if got := s.Ask(connects("exec", "prod", oncall)).Audit["guarded-pod-access.prod/break-glass"]; got != "jane: pods/exec of web" {
		t.Errorf("the audit log says %q", got)
	}
	if got, there := s.Ask(connects("exec", "prod")).Audit["guarded-pod-access.prod/break-glass"]; there {
		t.Errorf("the audit log says of somebody refused: %q", got)
	}
	const failure = "validation.policy.admission.k8s.io/validation_failure"
	for _, namespace := range []string{"prod", "staging"} {
		if s.Ask(creates(pod(image("web")), namespace)).Audit[failure] == "" {
			t.Errorf("%s: a failure is not recorded", namespace)
		}
	}
}

// TestPoliciesAreNeeded takes out every validation, match condition and rule, one by one:
// some question must be answered differently then.
func TestPoliciesAreNeeded(t *testing.T) {
	type part struct {
		name string
		edit func(*admissionv1.ValidatingAdmissionPolicy)
	}
	var parts []part
	for _, o := range policies(namedCase(t, guarded), unchanged) {
		p, ok := o.(*admissionv1.ValidatingAdmissionPolicy)
		if !ok || !strings.HasSuffix(p.Name, ".prod") {
			continue
		}
		only := func(edit func(*admissionv1.ValidatingAdmissionPolicySpec)) func(*admissionv1.ValidatingAdmissionPolicy) {
			return func(other *admissionv1.ValidatingAdmissionPolicy) {
				if other.Name == p.Name {
					edit(&other.Spec)
				}
			}
		}
		for i, v := range p.Spec.Validations {
			parts = append(parts, part{p.Name + " validation " + v.Expression, only(func(s *admissionv1.ValidatingAdmissionPolicySpec) { s.Validations[i].Expression = "true" })})
		}
		for i, c := range p.Spec.MatchConditions {
			parts = append(parts, part{p.Name + " condition " + c.Name, only(func(s *admissionv1.ValidatingAdmissionPolicySpec) {
				s.MatchConditions = slices.Delete(s.MatchConditions, i, i+1)
			})})
		}
	}
	for _, broken := range parts {
		t.Run(broken.name, func(t *testing.T) {
			s := server(t, broken.edit)
			if !slices.ContainsFunc(questions(), func(q question) bool { return q.wrong(s.Ask(q.request)) != "" }) {
				t.Error("no question notices that it is gone")
			}
		})
	}
}

// TestPolicyTypes checks the expressions against the types of all objects that they look
// at, as the API server does.
func TestPolicyTypes(t *testing.T) {
	document, err := schemas.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	types, err := admission.NewTypes(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range policies(namedCase(t, guarded), unchanged) {
		if p, ok := o.(*admissionv1.ValidatingAdmissionPolicy); ok {
			for _, warning := range types.Warnings(p) {
				t.Errorf("%s: %s", p.Name, warning)
			}
		}
	}
}

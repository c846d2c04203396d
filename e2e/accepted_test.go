package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// warned are warnings, by case, of what the spec of the case asks for: the environment lets it
// pass, but not silently.
var warned = map[string]string{
	"clusters": "/namespaces/payments-dev/deployments/ledger: warning: would violate PodSecurity",
}

// TestAPIServerTakesWorkloads applies what each case deploys to each of its clusters.
func TestAPIServerTakesWorkloads(t *testing.T) {
	needsAPIServer(t)
	forEach(t, func(t *testing.T, c *testCase) {
		deployed := byCluster(c.repo)
		excused := false
		for _, name := range slices.Sorted(maps.Keys(deployed)) {
			t.Run(name, func(t *testing.T) {
				p := newSite(t, controller(c.repo.Environments[0]))
				p.fault = func(format string, args ...any) {
					finding := fmt.Sprintf(format, args...)
					if warned[c.name] == "" || !strings.Contains(finding, warned[c.name]) {
						t.Error(finding)
						return
					}
					excused = true
				}
				p.provide(c.repo.External)
				p.deploy(deployed[name])
				p.settled()
				p.run()
				p.refuses()
			})
		}
		if warned[c.name] != "" && !excused {
			t.Errorf("nothing is warned of %q any more", warned[c.name])
		}
	})
}

// byCluster are the Applications of each cluster, in the order in which pins are moved.
func byCluster(r *repo.Repository) map[string][]*repo.Deployed {
	deployed := map[string][]*repo.Deployed{}
	for _, e := range r.Environments {
		for _, application := range e.Deployed() {
			name := application.Spec.Destination.Name
			deployed[name] = append(deployed[name], application)
		}
	}
	return deployed
}

// controller is the user that the Argo CD of an environment is.
func controller(e *repo.Environment) string {
	return "system:serviceaccount:" + repo.Typed[repo.Application](e.Root)[0].Namespace + ":argocd-application-controller"
}

// provide makes what the cluster has before Argo CD comes.
func (p *site) provide(external []string) {
	for _, reference := range external {
		kind, name, _ := strings.Cut(reference, "/")
		if kind == "PriorityClass" {
			p.apply("", object(p.t, map[string]any{
				"apiVersion": "scheduling.k8s.io/v1", "kind": kind, "metadata": map[string]any{"name": name}, "value": 1000,
			}))
		}
	}
}

// deploy applies Applications. Those without a namespace come first, as their pins do, and
// what they say of the others applies when those come.
func (p *site) deploy(all []*repo.Deployed) {
	p.t.Helper()
	wide := func(application *repo.Deployed) bool { return application.Spec.Destination.Namespace == "" }
	for _, application := range all {
		if wide(application) {
			p.apply("", application.Objects...)
		}
	}
	p.awaitPolicies()
	for _, application := range all {
		if !wide(application) {
			p.deployInto(application)
		}
	}
}

// deployInto applies an Application, after its namespace if it makes one.
func (p *site) deployInto(application *repo.Deployed) {
	p.t.Helper()
	namespace, policy := application.Spec.Destination.Namespace, application.Spec.SyncPolicy
	if slices.Contains(policy.SyncOptions, "CreateNamespace=true") {
		labels := map[string]string{}
		if policy.ManagedNamespaceMetadata != nil {
			labels = policy.ManagedNamespaceMetadata.Labels
		}
		p.namespace(namespace, labels)
	}
	p.apply(namespace, application.Objects...)
}

// run wants the server to take the pods of all workloads.
func (p *site) run() {
	p.t.Helper()
	for _, o := range p.applied {
		if pod := podOf(o.Object); pod != nil {
			p.create(o, pod)
		}
	}
}

// create asks for the pod of a workload. It is Argo CD that asks, because the policies trust
// the controllers that make pods.
func (p *site) create(o applied, pod *corev1.Pod) {
	p.t.Helper()
	namespace := cmp.Or(o.Namespace, o.namespace)
	path, err := p.Path("v1", "Pod", namespace, "")
	if err != nil {
		p.t.Fatal(err)
	}
	answer := p.ask(cluster.Request{
		Method: http.MethodPost, Path: path, User: p.argocd, Type: cluster.JSON, Body: encode(p.t, pod),
		Query: url.Values{"dryRun": {"All"}, "fieldValidation": {"Strict"}},
	})
	p.granted("create the pod of "+o.path, answer)
}

// podOf is the pod that a controller would make of a workload; nil for other kinds.
func podOf(o *repo.Object) *corev1.Pod {
	var template corev1.PodTemplateSpec
	switch typed := o.Typed.(type) {
	case *appsv1.Deployment:
		template = typed.Spec.Template
	case *appsv1.DaemonSet:
		template = typed.Spec.Template
	case *batchv1.Job:
		template = typed.Spec.Template
	case *batchv1.CronJob:
		template = typed.Spec.JobTemplate.Spec.Template
	case *appsv1.StatefulSet:
		template = *typed.Spec.Template.DeepCopy()
		for _, claim := range typed.Spec.VolumeClaimTemplates {
			source := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name + "-" + o.Name + "-0"}
			template.Spec.Volumes = append(template.Spec.Volumes, corev1.Volume{Name: claim.Name, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: source}})
		}
	default:
		return nil
	}
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.GenerateName = o.Name + "-"
	return pod
}

// TestAPIServerTakesDelivery applies what each case gives Argo CD itself, in the order of
// the bootstrap.
func TestAPIServerTakesDelivery(t *testing.T) {
	needsAPIServer(t)
	forEach(t, func(t *testing.T, c *testCase) {
		p := newSite(t, "")
		p.awaitPolicies()
		if install := c.builds["bootstrap/argocd/install"]; install != nil {
			objects, err := repo.Parse(install.Output)
			if err != nil {
				t.Fatal(err)
			}
			p.apply("", objects...)
		}
		p.housesOf(c.repo)
		for _, e := range c.repo.Roots() {
			p.apply("", slices.Concat(e.Root, e.Argo)...)
		}
		p.settled()
	})
}

// TestAPIServerCatchesMistakes puts something wrong into a namespace of production, one at a
// time: each must be told of.
func TestAPIServerCatchesMistakes(t *testing.T) {
	needsAPIServer(t)
	const template = "{metadata: {labels: {a: a}}, spec: {restartPolicy: Always, containers: [{name: a, image: a}]}}"
	for says, manifest := range map[string]string{
		"field not declared in schema": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, date: {}}",
		"Invalid value":                "{apiVersion: v1, kind: ConfigMap, metadata: {name: A}}",
		"has no kind":                  "{apiVersion: apps/v1, kind: Unknown, metadata: {name: a}}",
		"deprecated":                   "{apiVersion: v1, kind: Endpoints, metadata: {name: a}}",
		"would violate PodSecurity":    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {a: a}}, template: " + template + "}}",
		"forbidden: violates":          "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {a: a}}, template: " + template + "}}",
	} {
		t.Run(says, func(t *testing.T) {
			p := newSite(t, "")
			var faults []string
			p.fault = func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
			level := "pod-security.kubernetes.io/"
			p.namespace("prod", map[string]string{level + "enforce": "restricted", level + "warn": "restricted"})
			objects, err := repo.Parse([]byte(manifest))
			if err != nil {
				t.Fatal(err)
			}
			p.apply("prod", objects...)
			p.settled()
			p.run()
			if !strings.Contains(strings.Join(faults, "\n"), says) {
				t.Errorf("it is not told of: %q", faults)
			}
		})
	}
}

// housesOf makes the namespaces of each Argo CD that the repository does not install.
func (p *site) housesOf(r *repo.Repository) {
	p.t.Helper()
	for _, e := range r.Roots() {
		for _, o := range slices.Concat(e.Root, e.Argo) {
			there := func(a applied) bool { return a.Kind == "Namespace" && a.Name == o.Namespace }
			if o.Namespace != "" && !slices.ContainsFunc(p.applied, there) {
				p.namespace(o.Namespace, nil)
			}
		}
	}
}

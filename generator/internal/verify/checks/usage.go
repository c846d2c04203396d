package checks

import (
	"cmp"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"

	"github.com/wavewright/wavewright/generator/internal/verify/admission"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// term is what one object adds to the sum of a quota.
type term struct {
	who  string
	n    count
	each resource.Quantity
	// counted says that each is one, so that only the number is worth saying.
	counted bool
}

func (t term) sum() resource.Quantity { return times(t.each, t.n.total()) }

// String is the term as a line.
func (t term) String() string {
	sum := t.sum()
	switch {
	case t.counted && t.n.String() == sum.String():
		return fmt.Sprintf("%s: %s", t.who, &sum)
	case t.counted:
		return fmt.Sprintf("%s: %s = %s", t.who, strings.Trim(t.n.String(), "()"), &sum)
	}
	return fmt.Sprintf("%s: %s × %s = %s", t.who, t.n, &t.each, &sum)
}

// total adds terms.
func total(terms []term) resource.Quantity {
	var sum resource.Quantity
	for _, t := range terms {
		sum.Add(t.sum())
	}
	return sum
}

// finishedPods are the pods of the workloads as quotas see them: with the defaults of the API
// and of limit ranges, and with the overhead of their runtime.
func (c *cluster) finishedPods() map[*workload]*corev1.Pod {
	overheads := map[string]corev1.ResourceList{}
	for _, class := range repo.Typed[nodev1.RuntimeClass](c.objects) {
		if class.Overhead != nil {
			overheads[class.Name] = class.Overhead.PodFixed
		}
	}
	all := map[*workload]*corev1.Pod{}
	for _, w := range c.workloads {
		p := &corev1.Pod{ObjectMeta: *w.pod.ObjectMeta.DeepCopy(), Spec: *w.pod.Spec.DeepCopy()}
		admission.DefaultPod(p)
		admission.Finish(p, c.limitRanges(w.namespace))
		if class := ptr.Deref(p.Spec.RuntimeClassName, ""); class != "" && p.Spec.Overhead == nil {
			p.Spec.Overhead = overheads[class]
		}
		all[w] = p
	}
	return all
}

// usage is what everything in a namespace counts for in a quota, or in none: at its least, or
// at its most with all autoscalers at their maximum and all rollouts at once.
func (c *cluster) usage(namespace string, spec *corev1.ResourceQuotaSpec, name corev1.ResourceName, most bool) []term {
	if counted, found := strings.CutPrefix(string(name), "count/"); found && counted != "pods" {
		return c.objectTerms(namespace, counted, most)
	}
	switch {
	case name == "configmaps" || name == "secrets" || name == "services" || name == "replicationcontrollers" || name == "resourcequotas":
		return c.objectTerms(namespace, string(name), most)
	case name == corev1.ResourceServicesLoadBalancers || name == corev1.ResourceServicesNodePorts:
		return c.serviceTerms(namespace, name)
	case isStorage(name):
		return c.claimTerms(namespace, name, most)
	}
	return c.podTerms(namespace, spec, name, most)
}

// podTerms are what the pods of the workloads count for.
func (c *cluster) podTerms(namespace string, spec *corev1.ResourceQuotaSpec, name corev1.ResourceName, most bool) []term {
	var terms []term
	for _, w := range c.workloads {
		pod := c.pods()[w]
		if w.namespace != namespace || !covers(spec, pod) || example(w.object) {
			continue
		}
		t := term{who: w.object.String(), n: c.least(w), each: one(), counted: name == corev1.ResourcePods || name == "count/pods"}
		if most {
			t.n = c.most(w)
		}
		if !t.counted {
			t.each, _ = amount(&pod.Spec, name)
		}
		terms = append(terms, t)
	}
	return nonzero(terms)
}

// example reports whether an object is one that people create when they want to, as often as they want: it has no name
// of its own, and no Application deploys it.
func example(o *repo.Object) bool {
	return o.Name == "" && o.Application != nil && isFolder(o.Application)
}

// nonzero leaves out what adds nothing.
func nonzero(terms []term) []term {
	var kept []term
	for _, t := range terms {
		if sum := t.sum(); sum.Sign() != 0 {
			kept = append(kept, t)
		}
	}
	return kept
}

// serviceTerms are the load balancers or the node ports of Services.
func (c *cluster) serviceTerms(namespace string, name corev1.ResourceName) []term {
	var terms []term
	for _, o := range c.objects {
		s, ok := o.Typed.(*corev1.Service)
		if !ok || o.Home() != namespace {
			continue
		}
		balanced := s.Spec.Type == corev1.ServiceTypeLoadBalancer
		n := int64(0)
		switch {
		case name == corev1.ResourceServicesLoadBalancers && balanced:
			n = 1
		case name == corev1.ResourceServicesNodePorts && (s.Spec.Type == corev1.ServiceTypeNodePort || balanced && ptr.Deref(s.Spec.AllocateLoadBalancerNodePorts, true)):
			n = int64(len(s.Spec.Ports))
		}
		terms = append(terms, term{who: o.String(), n: count{pods: n}, each: one(), counted: true})
	}
	return nonzero(terms)
}

// claim is a volume claim that an object makes some times.
type claim struct {
	who  string
	n    count
	spec *corev1.PersistentVolumeClaimSpec
	// class of storage; empty when the cluster's default is meant.
	class string
}

func isStorage(name corev1.ResourceName) bool {
	return name == corev1.ResourceRequestsStorage || name == corev1.ResourcePersistentVolumeClaims || strings.Contains(string(name), storageClassSuffix)
}

const storageClassSuffix = ".storageclass.storage.k8s.io/"

// claimTerms are the claims themselves or what they request, of all classes or of one.
func (c *cluster) claimTerms(namespace string, name corev1.ResourceName, most bool) []term {
	class, kind, ofClass := strings.Cut(string(name), storageClassSuffix)
	if !ofClass {
		kind = string(name)
	}
	var terms []term
	for _, claim := range c.claims(namespace, most) {
		if ofClass && claim.class != class {
			continue
		}
		t := term{who: claim.who, n: claim.n, each: one(), counted: true}
		if kind == string(corev1.ResourceRequestsStorage) {
			t.each, t.counted = claim.spec.Resources.Requests[corev1.ResourceStorage], false
		}
		terms = append(terms, t)
	}
	return nonzero(terms)
}

// claims are those of a namespace: manifests, and the templates of StatefulSets once for each pod.
func (c *cluster) claims(namespace string, most bool) []claim {
	var found []claim
	for _, o := range c.objects {
		if typed, ok := o.Typed.(*corev1.PersistentVolumeClaim); ok && o.Home() == namespace {
			found = append(found, newClaim(o.String(), count{pods: 1}, typed))
		}
	}
	for _, w := range c.workloads {
		set, ok := w.object.Typed.(*appsv1.StatefulSet)
		if !ok || w.namespace != namespace {
			continue
		}
		n := c.least(w)
		if most {
			n = c.most(w)
		}
		for i := range set.Spec.VolumeClaimTemplates {
			found = append(found, newClaim(w.object.String(), n, &set.Spec.VolumeClaimTemplates[i]))
		}
	}
	return found
}

func newClaim(who string, n count, of *corev1.PersistentVolumeClaim) claim {
	return claim{who, n, &of.Spec, cmp.Or(of.Annotations[corev1.BetaStorageClassAnnotation], ptr.Deref(of.Spec.StorageClassName, ""))}
}

// objectTerms are the objects of a resource, such as deployments.apps, with those that
// controllers make.
func (c *cluster) objectTerms(namespace, counted string, most bool) []term {
	custom := c.customKinds()
	var terms []term
	for _, o := range c.objects {
		if o.Home() != namespace || example(o) {
			continue
		}
		kind := schema.FromAPIVersionAndKind(o.APIVersion, o.Kind)
		plural, _ := meta.UnsafeGuessKindToResource(kind)
		if known := custom[kind.GroupKind()].Plural; known != "" {
			plural.Resource = known
		}
		if plural.GroupResource().String() == counted {
			terms = append(terms, term{who: o.String(), n: count{pods: 1}, each: one(), counted: true})
		}
		if n := history(o, counted); most && n > 0 {
			terms = append(terms, term{who: "those that " + o.String() + " keeps", n: count{pods: n}, each: one(), counted: true})
		}
	}
	if counted == "configmaps" {
		terms = append(terms, term{who: "kube-root-ca.crt, which each namespace has", n: count{pods: 1}, each: one(), counted: true})
	}
	return terms
}

// history is how many objects of a resource a controller keeps for an object.
func history(o *repo.Object, counted string) int64 {
	switch typed := o.Typed.(type) {
	case *appsv1.Deployment:
		if counted == "replicasets.apps" {
			return int64(ptr.Deref(typed.Spec.RevisionHistoryLimit, 10)) + 1
		}
	case *batchv1.CronJob:
		if counted == "jobs.batch" {
			return int64(ptr.Deref(typed.Spec.SuccessfulJobsHistoryLimit, 3)+ptr.Deref(typed.Spec.FailedJobsHistoryLimit, 1)) + 1
		}
	}
	return 0
}

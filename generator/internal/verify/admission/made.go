package admission

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Made are the requests of the controllers that a workload leads to: for a ReplicaSet or a
// Job, and for a pod. finish does to the pod what plugins of the API server do before policies see it.
func Made(o runtime.Object, namespace string, finish func(*corev1.Pod)) []Request {
	m := &maker{namespace: namespace, finish: finish}
	switch o := o.(type) {
	case *appsv1.Deployment:
		set := &appsv1.ReplicaSet{ObjectMeta: m.child(&o.ObjectMeta, &o.Spec.Template.ObjectMeta, o, false)}
		set.Spec = appsv1.ReplicaSetSpec{Replicas: o.Spec.Replicas, Selector: o.Spec.Selector.DeepCopy(), Template: *o.Spec.Template.DeepCopy()}
		set.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("ReplicaSet"))
		m.ask(set, "deployment-controller")
		m.pod(&set.ObjectMeta, set, &o.Spec.Template, "replicaset-controller")
	case *appsv1.ReplicaSet:
		m.pod(&o.ObjectMeta, o, &o.Spec.Template, "replicaset-controller")
	case *appsv1.StatefulSet:
		m.pod(&o.ObjectMeta, o, &o.Spec.Template, "statefulset-controller")
	case *appsv1.DaemonSet:
		m.pod(&o.ObjectMeta, o, &o.Spec.Template, "daemon-set-controller")
	case *corev1.ReplicationController:
		if o.Spec.Template != nil {
			m.pod(&o.ObjectMeta, o, o.Spec.Template, "replication-controller")
		}
	case *batchv1.Job:
		m.pod(&o.ObjectMeta, o, &o.Spec.Template, "job-controller")
	case *batchv1.CronJob:
		job := &batchv1.Job{ObjectMeta: m.child(&o.ObjectMeta, &o.Spec.JobTemplate.ObjectMeta, o, false), Spec: *o.Spec.JobTemplate.Spec.DeepCopy()}
		job.SetGroupVersionKind(batchv1.SchemeGroupVersion.WithKind("Job"))
		defaultJob(&job.Spec)
		m.ask(job, "cronjob-controller")
		m.pod(&job.ObjectMeta, job, &job.Spec.Template, "job-controller")
	}
	return m.requests
}

// Makes are the kinds of what controllers make of a kind.
func Makes(kind schema.GroupVersionKind) []schema.GroupVersionKind {
	pod := corev1.SchemeGroupVersion.WithKind("Pod")
	switch kind.Kind {
	case "Deployment":
		return []schema.GroupVersionKind{appsv1.SchemeGroupVersion.WithKind("ReplicaSet"), pod}
	case "CronJob":
		return []schema.GroupVersionKind{batchv1.SchemeGroupVersion.WithKind("Job"), pod}
	case "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job":
		return []schema.GroupVersionKind{pod}
	}
	return nil
}

// maker collects the requests of controllers.
type maker struct {
	namespace string
	finish    func(*corev1.Pod)
	requests  []Request
}

// child is the metadata of what a controller makes of a template for an owner.
func (m *maker) child(owner, template *metav1.ObjectMeta, of runtime.Object, generated bool) metav1.ObjectMeta {
	kind := of.GetObjectKind().GroupVersionKind()
	made := *template.DeepCopy()
	made.Namespace, made.Name = m.namespace, owner.Name+"-"+unguessed
	if generated {
		made.GenerateName = owner.Name + "-"
	}
	yes := true
	made.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: kind.GroupVersion().String(), Kind: kind.Kind, Name: owner.Name, UID: "00000000-0000-0000-0000-000000000000",
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
	return made
}

// unguessed stands for the part of a name that a controller or the API server makes up.
const unguessed = "00000"

func (m *maker) pod(owner *metav1.ObjectMeta, of runtime.Object, template *corev1.PodTemplateSpec, controller string) {
	p := &corev1.Pod{ObjectMeta: m.child(owner, &template.ObjectMeta, of, true), Spec: *template.Spec.DeepCopy()}
	p.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Pod"})
	DefaultPod(p)
	m.finish(p)
	m.ask(p, controller)
}

func (m *maker) ask(o runtime.Object, controller string) {
	m.requests = append(m.requests, Request{Object: o, Namespace: m.namespace, User: "system:serviceaccount:kube-system:" + controller, Groups: ServiceAccountGroups("kube-system")})
}

// ServiceAccountGroups are the groups of each service account of a namespace.
func ServiceAccountGroups(namespace string) []string {
	return []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"}
}

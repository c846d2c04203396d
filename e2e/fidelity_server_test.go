package e2e

import (
	"net/http"
	"net/url"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// refusal is why the server refuses an object or a pod that a controller would make of it; empty when it does not.
func (p *site) refusal(tr trial, changed map[string]any, encoded []byte) string {
	apiVersion, _ := changed["apiVersion"].(string)
	kind, _ := changed["kind"].(string)
	metadata, _ := changed["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	if namespace == "" && tr.deployed != nil {
		namespace = tr.deployed.Spec.Destination.Namespace
	}
	folder, err := p.Path(apiVersion, kind, namespace, "")
	if err != nil {
		return err.Error()
	}
	answer := p.ask(cluster.Request{
		Method: http.MethodPost, Path: folder, User: p.argocd, Type: cluster.JSON, Body: encoded, Query: url.Values{"dryRun": {"All"}, "fieldValidation": {"Strict"}},
	})
	if !answer.OK() {
		return answer.Message()
	}
	made, err := repo.NewObject(answer.Body, repo.Origin{})
	if err != nil {
		p.t.Fatal(err)
	}
	if refusal := p.claims(made, namespace); refusal != "" {
		return refusal
	}
	pod := podOf(made)
	if pod == nil {
		return ""
	}
	pod.Name = ""
	who := cluster.Request{
		Method: http.MethodPost, Path: "/api/v1/namespaces/" + namespace + "/pods", User: "system:serviceaccount:kube-system:" + makers[kind], Groups: []string{"system:serviceaccounts", "system:authenticated"},
		Type: cluster.JSON, Body: encode(p.t, pod),
	}
	return p.fill(who, replicas(made))
}

// claims is why the server refuses a claim that a controller would make of a StatefulSet.
func (p *site) claims(o *repo.Object, namespace string) string {
	set, ok := o.Typed.(*appsv1.StatefulSet)
	if !ok {
		return ""
	}
	for _, claim := range set.Spec.VolumeClaimTemplates {
		claim.TypeMeta, claim.Name = metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"}, claim.Name+"-"+o.Name+"-0"
		answer := p.ask(cluster.Request{
			Method: http.MethodPost, Path: "/api/v1/namespaces/" + namespace + "/persistentvolumeclaims", User: "system:serviceaccount:kube-system:statefulset-controller",
			Groups: []string{"system:serviceaccounts", "system:authenticated"}, Type: cluster.JSON, Body: encode(p.t, claim), Query: url.Values{"dryRun": {"All"}},
		})
		if !answer.OK() {
			return "the claim: " + answer.Message()
		}
	}
	return ""
}

// fill makes as many pods as are wanted, takes them away again, and returns why one of them is refused.
func (p *site) fill(r cluster.Request, pods int) string {
	if pods < 2 {
		r.Query = url.Values{"dryRun": {"All"}}
	}
	for i := range max(pods, 1) {
		answer := p.ask(r)
		if !answer.OK() {
			p.clear(r.Path, i)
			return "pod " + strconv.Itoa(i+1) + ": " + answer.Message()
		}
	}
	p.clear(r.Path, pods)
	return ""
}

// clear takes pods away, and the quotas count none of them any more, which a controller would see to.
func (p *site) clear(path string, pods int) {
	if pods < 2 {
		return
	}
	gone := p.ask(cluster.Request{Method: http.MethodDelete, Path: path, Query: url.Values{"gracePeriodSeconds": {"0"}}})
	if !gone.OK() {
		p.t.Fatalf("delete %s: %s", path, gone.Message())
	}
	for _, o := range p.applied {
		if o.Kind == "ResourceQuota" {
			p.start(o.path, o.Object)
		}
	}
}

// replicas is how many pods of a workload always run, and no more than quotas of cases hold.
func replicas(o *repo.Object) int {
	const most = 200
	switch typed := o.Typed.(type) {
	case *appsv1.Deployment:
		return min(int(*typed.Spec.Replicas), most)
	case *appsv1.StatefulSet:
		return min(int(*typed.Spec.Replicas), most)
	}
	return 1
}

// makers are the controllers that make pods.
var makers = map[string]string{
	"Deployment": "replicaset-controller", "StatefulSet": "statefulset-controller", "DaemonSet": "daemon-set-controller", "Job": "job-controller", "CronJob": "job-controller",
}

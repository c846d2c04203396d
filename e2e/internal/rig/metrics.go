package rig

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
)

// metricsGroup is the API of metrics that autoscalers ask.
const metricsGroup = "/apis/metrics.k8s.io/v1beta1"

// registration makes the API server ask the rig for metrics. The name of the Service is
// resolved by the API server itself.
const registration = `apiVersion: v1
kind: Service
metadata: {name: metrics, namespace: kube-system}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {name: metrics, namespace: kube-system, port: %s}
`

// startMetrics serves the metrics of pods: without them every autoscaler waits, and so does
// its Application. Each container uses what SetLoad says of what it requests, at first a half.
func (r *Rig) startMetrics() error {
	r.load.Store(50)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+metricsGroup, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{
			"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
			"resources": []any{map[string]any{"name": "pods", "kind": "PodMetrics", "namespaced": true, "verbs": []string{"get", "list"}}},
		})
	})
	mux.HandleFunc("GET "+metricsGroup+"/namespaces/{namespace}/pods", r.podMetrics)
	server := httptest.NewTLSServer(mux)
	r.t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		return err
	}
	r.Apply(manager, fmt.Appendf(nil, registration, address.Port()))
	return nil
}

// SetLoad says how much of its requests every container uses, in percent.
func (r *Rig) SetLoad(percent int64) {
	r.load.Store(percent)
	r.Note("every container uses %d %% of its requests", percent)
}

func reply(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // who does not listen asks again
}

// pod is the part of a pod that metrics are made of.
type pod struct {
	Metadata struct {
		Name, Namespace string
		Labels          map[string]string
	}
	Spec struct {
		Containers []struct {
			Name      string
			Resources struct{ Requests map[string]resource.Quantity }
		}
	}
	Status struct{ Phase string }
}

// podMetrics answers how much the pods of a namespace use.
func (r *Rig) podMetrics(w http.ResponseWriter, request *http.Request) {
	answer, err := r.API.Ask(cluster.Request{
		Method: http.MethodGet, Path: "/api/v1/namespaces/" + request.PathValue("namespace") + "/pods",
		Query: url.Values{"labelSelector": request.URL.Query()["labelSelector"]},
	})
	var pods list[pod]
	if err == nil {
		err = json.Unmarshal(answer.Body, &pods)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	items := []any{}
	for _, p := range pods.Items {
		if p.Status.Phase == "Running" {
			items = append(items, p.metrics(r.load.Load()))
		}
	}
	reply(w, map[string]any{"kind": "PodMetricsList", "apiVersion": strings.TrimPrefix(metricsGroup, "/apis/"), "metadata": map[string]any{}, "items": items})
}

// metrics are what the containers of a pod use, at a load in percent of their requests.
func (p pod) metrics(load int64) map[string]any {
	containers := []any{}
	for _, c := range p.Spec.Containers {
		usage := map[string]string{}
		for _, name := range []string{"cpu", "memory"} {
			requested := c.Resources.Requests[name]
			usage[name] = resource.NewMilliQuantity(requested.MilliValue()*load/100, requested.Format).String()
		}
		containers = append(containers, map[string]any{"name": c.Name, "usage": usage})
	}
	return map[string]any{
		"metadata":  map[string]any{"name": p.Metadata.Name, "namespace": p.Metadata.Namespace, "labels": p.Metadata.Labels},
		"timestamp": time.Now().UTC().Format(time.RFC3339), "window": "15s", "containers": containers,
	}
}

package main

import (
	"errors"
	"log"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/controller"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// owner is an Application with the objects that its source holds.
type owner struct {
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Into      string   `json:"into"`
	Objects   []object `json:"objects"`
}

// object is what tells an object apart.
type object struct {
	APIVersion   string `json:"apiVersion"`
	Kind         string `json:"kind"`
	Namespace    string `json:"namespace,omitempty"`
	Name         string `json:"name,omitempty"`
	GenerateName string `json:"generateName,omitempty"`
}

// scopes is what the cluster says of kinds: those that it does not know belong to a namespace, says Argo CD.
type scopes struct{}

func (scopes) IsNamespaced(kind schema.GroupKind) (bool, error) {
	switch kind.Kind {
	case "Namespace", "ClusterRole", "Gadget":
		return false, nil
	case "ConfigMap", "Deployment", "Ingress":
		return true, nil
	}
	return false, errors.New("the cluster has no such kind")
}

func (r *drawer) object() object {
	of := pick(r,
		object{APIVersion: "v1", Kind: "ConfigMap"}, object{APIVersion: "apps/v1", Kind: "Deployment"}, object{APIVersion: "v1", Kind: "Namespace"}, object{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRole"},
		object{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}, object{APIVersion: "extensions/v1beta1", Kind: "Ingress"}, object{APIVersion: "example.com/v1", Kind: "Gadget"}, object{APIVersion: "example.com/v1", Kind: "Widget"}, object{APIVersion: "example.com/v2", Kind: "Widget"})
	of.Namespace, of.Name = pick(r, "", "", "shop", "blog"), pick(r, "web", "web", "api")
	if r.IntN(12) == 0 {
		of.Name, of.GenerateName = "", of.Name+"-"
	}
	return of
}

func (r *drawer) owner() *owner {
	return &owner{pick(r, "shop", "blog", "shop-web"), pick(r, "argocd", "argocd", "team-a"), pick(r, "shop", "blog"), some(r, 6, r.object)}
}

// instance is the name by which Argo CD tracks what an Application owns.
func (o *owner) instance() string {
	app := v1alpha1.Application{}
	app.Name, app.Namespace = o.Name, o.Namespace
	return app.InstanceName("argocd")
}

const trackingLabel = "app.kubernetes.io/instance"

// targets are the objects of an Application as Argo CD compares them, and whether one is there twice.
func (o *owner) targets() (targets []*unstructured.Unstructured, repeated bool) {
	var all []*unstructured.Unstructured
	for _, of := range o.Objects {
		u := &unstructured.Unstructured{Object: map[string]any{}}
		u.SetAPIVersion(of.APIVersion)
		u.SetKind(of.Kind)
		u.SetNamespace(of.Namespace)
		u.SetName(of.Name)
		u.SetGenerateName(of.GenerateName)
		o.track(u)
		all = append(all, u)
	}
	targets, conditions, err := controller.NormalizeTargetObjects(o.Into, all, scopes{}, func(u *unstructured.Unstructured) error { o.track(u); return nil })
	if err != nil {
		log.Fatal(err)
	}
	return targets, len(conditions) > 0
}

func (o *owner) track(u *unstructured.Unstructured) {
	if err := argo.NewResourceTracking().SetAppInstance(u, trackingLabel, o.instance(), o.Into, v1alpha1.TrackingMethodAnnotation, ""); err != nil {
		log.Fatal(err)
	}
}

// shares reports whether an Application has an object that another one applied: Argo CD's condition
// SharedResourceWarning.
func (o *owner) shares(first *owner) bool {
	live := map[kube.ResourceKey]*unstructured.Unstructured{}
	applied, _ := first.targets()
	for _, u := range applied {
		if u.GetName() != "" { // the API server names the others, each time anew
			live[kube.GetResourceKey(u)] = u
		}
	}
	targets, _ := o.targets()
	for _, u := range targets {
		if there := live[kube.GetResourceKey(u)]; there != nil {
			by := argo.NewResourceTracking().GetAppName(there, trackingLabel, v1alpha1.TrackingMethodAnnotation, "")
			if by != "" && by != o.instance() {
				return true
			}
		}
	}
	return false
}

func (r *drawer) repeats() *entry {
	e := &entry{Sort: "repeated"}
	for range questions {
		o := r.owner()
		_, repeated := o.targets()
		e.ask([]*owner{o}, repeated)
	}
	return e
}

func (r *drawer) owners() *entry {
	e := &entry{Sort: "shared"}
	for range questions {
		first, second := r.owner(), r.owner()
		e.ask([]*owner{first, second}, second.shares(first))
	}
	return e
}

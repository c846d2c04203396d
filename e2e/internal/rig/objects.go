package rig

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Apply applies the objects of a YAML text on the server's side, as kubectl apply does with a
// field manager, and ends the test when the API server refuses one.
func (r *Rig) Apply(manager string, text []byte) {
	r.t.Helper()
	objects, err := repo.Parse(text)
	if err != nil {
		r.Fatal("%v", err)
	}
	for _, o := range objects {
		path, err := r.API.Path(o.APIVersion, o.Kind, o.Namespace, o.Name)
		if err != nil {
			r.Fatal("%v", err)
		}
		r.ask(cluster.Request{
			Method: http.MethodPatch, Path: path, Type: cluster.Apply, Body: o.YAML,
			Query: url.Values{"fieldManager": {manager}, "fieldValidation": {"Strict"}},
		})
	}
}

// Patch changes an object by hand, by a merge patch in JSON or YAML.
func (r *Rig) Patch(apiVersion, kind, namespace, name string, patch []byte) {
	r.t.Helper()
	body, err := yaml.YAMLToJSON(patch)
	if err != nil {
		r.Fatal("%v", err)
	}
	r.ask(cluster.Request{
		Method: http.MethodPatch, Path: r.path(apiVersion, kind, namespace, name), Type: cluster.Merge, Body: body,
	})
}

// Delete deletes an object by hand.
func (r *Rig) Delete(apiVersion, kind, namespace, name string) {
	r.t.Helper()
	r.ask(cluster.Request{Method: http.MethodDelete, Path: r.path(apiVersion, kind, namespace, name)})
}

// Get reads an object, and reports whether there is one.
func (r *Rig) Get(apiVersion, kind, namespace, name string, into any) bool {
	r.t.Helper()
	answer, err := r.API.Ask(cluster.Request{Method: http.MethodGet, Path: r.path(apiVersion, kind, namespace, name)})
	if err == nil && answer.Status == http.StatusNotFound {
		return false
	}
	r.decode(answer, err, into)
	return true
}

// list is what the API server answers when it is asked for all objects of a kind.
type list[T any] struct{ Items []T }

// List reads all objects of a kind in a namespace.
func List[T any](r *Rig, apiVersion, kind, namespace string) []T {
	r.t.Helper()
	var all list[T]
	answer, err := r.API.Ask(cluster.Request{Method: http.MethodGet, Path: r.path(apiVersion, kind, namespace, "")})
	r.decode(answer, err, &all)
	return all.Items
}

func (r *Rig) path(apiVersion, kind, namespace, name string) string {
	r.t.Helper()
	path, err := r.API.Path(apiVersion, kind, namespace, name)
	if err != nil {
		r.Fatal("%v", err)
	}
	return path
}

// ask asks for something that has to be granted.
func (r *Rig) ask(request cluster.Request) {
	r.t.Helper()
	answer, err := r.API.Ask(request)
	r.decode(answer, err, new(any))
}

func (r *Rig) decode(answer cluster.Answer, err error, into any) {
	r.t.Helper()
	if err == nil && !answer.OK() {
		err = fmt.Errorf("the API server refuses: %s", answer.Message())
	}
	if err == nil {
		err = json.Unmarshal(answer.Body, into)
	}
	if err != nil {
		r.Fatal("%v", err)
	}
}

package rig

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
)

// storage is the class of volumes of whoever names none. The rig makes their volumes.
const storage = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
`

// object is what stand-ins read of the objects that wait for a controller.
type object struct {
	APIVersion, Kind string
	Metadata         struct{ Name, Namespace string }
	Spec             struct {
		// Target is the Secret that an ExternalSecret makes.
		Target struct{ Name string }
		// Data and ParentRefs are copied as they are.
		Data       []struct{ SecretKey string }
		ParentRefs []json.RawMessage

		AccessModes      []string
		StorageClassName string
		Resources        struct{ Requests map[string]string }
	}
	Status struct {
		Phase      string
		Conditions []any
		Parents    []any
	}
}

// standIn does what a controller of others would do with one kind of object.
type standIn struct {
	path  string
	waits func(object) bool
	serve func(*Rig, object) error
}

// standIns are for the controllers that generated repositories need of a cluster.
var standIns = []standIn{
	{"/apis/external-secrets.io/v1/externalsecrets", func(o object) bool { return o.Status.Conditions == nil }, (*Rig).fetchSecret},
	{"/apis/gateway.networking.k8s.io/v1/httproutes", func(o object) bool { return o.Status.Parents == nil }, (*Rig).acceptRoute},
	{"/api/v1/persistentvolumeclaims", func(o object) bool { return o.Status.Phase == "Pending" }, (*Rig).makeVolume},
}

// standIn lets the stand-ins work until the test is over. What fails is tried again.
func (r *Rig) standIn() {
	for {
		select {
		case <-r.done:
			return
		case <-time.After(time.Second):
		}
		for _, s := range standIns {
			err := r.serve(s)
			if err != nil {
				r.Note("stand-in for %s: %v", s.path, err)
			}
		}
	}
}

func (r *Rig) serve(s standIn) error {
	var all list[object]
	err := r.send(cluster.Request{Method: http.MethodGet, Path: s.path}, &all)
	if err != nil {
		return err
	}
	for _, o := range all.Items {
		if s.waits(o) {
			err = s.serve(r, o)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// send asks for something, and reads the answer if it is granted.
func (r *Rig) send(request cluster.Request, into any) error {
	answer, err := r.API.Ask(request)
	if err != nil {
		return err
	}
	if !answer.OK() {
		return fmt.Errorf("the API server refuses: %s", answer.Message())
	}
	return json.Unmarshal(answer.Body, into)
}

// put applies an object to a path.
func (r *Rig) put(path string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return r.send(cluster.Request{
		Method: http.MethodPatch, Path: path, Type: cluster.Apply, Body: body,
		Query: url.Values{"fieldManager": {"stand-in"}, "force": {"true"}},
	}, new(any))
}

// setStatus writes the status of an object.
func (r *Rig) setStatus(path string, status any) error {
	body, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		return err
	}
	return r.send(cluster.Request{Method: http.MethodPatch, Path: path + "/status", Type: cluster.Merge, Body: body}, new(any))
}

func condition(kind string) map[string]any {
	return map[string]any{
		"type": kind, "status": "True", "reason": kind, "message": "", "lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
	}
}

// fetchSecret makes the Secret of an ExternalSecret.
func (r *Rig) fetchSecret(o object) error {
	values := map[string]string{}
	for _, d := range o.Spec.Data {
		values[d.SecretKey] = "known only to the rig"
	}
	namespace := "/namespaces/" + o.Metadata.Namespace
	err := r.put("/api/v1"+namespace+"/secrets/"+o.Spec.Target.Name, map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": o.Spec.Target.Name}, "stringData": values,
	})
	if err != nil {
		return err
	}
	return r.setStatus("/apis/external-secrets.io/v1"+namespace+"/externalsecrets/"+o.Metadata.Name, map[string]any{
		"conditions": []any{condition("Ready")},
	})
}

// acceptRoute lets each gateway of a route accept it.
func (r *Rig) acceptRoute(o object) error {
	var parents []any
	for _, parent := range o.Spec.ParentRefs {
		parents = append(parents, map[string]any{
			"parentRef": parent, "controllerName": "example.com/rig",
			"conditions": []any{condition("Accepted"), condition("ResolvedRefs")},
		})
	}
	return r.setStatus("/apis/gateway.networking.k8s.io/v1/namespaces/"+o.Metadata.Namespace+"/httproutes/"+o.Metadata.Name, map[string]any{"parents": parents})
}

// makeVolume makes the volume that a claim asks for; the controllers bind them.
func (r *Rig) makeVolume(o object) error {
	name := o.Metadata.Namespace + "-" + o.Metadata.Name
	return r.put("/api/v1/persistentvolumes/"+name, map[string]any{
		"apiVersion": "v1", "kind": "PersistentVolume", "metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"accessModes": o.Spec.AccessModes, "storageClassName": o.Spec.StorageClassName, "capacity": o.Spec.Resources.Requests,
			"claimRef": map[string]any{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": o.Metadata.Namespace, "name": o.Metadata.Name},
			"hostPath": map[string]any{"path": "/rig"},
		},
	})
}

package checks

import (
	"encoding/json"
	"slices"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// argoOwner is an Application with the objects that its source holds.
type argoOwner struct {
	Name, Namespace, Into string
	Objects               []struct{ APIVersion, Kind, Namespace, Name string }
}

// deployed is the Application as verify reads it, from a file of its own in the folder of the others.
func (o *argoOwner) deployed(file string) *repo.Deployed {
	d := &repo.Deployed{Application: &repo.Application{}, Made: repo.Origin{File: file}}
	d.Name, d.Namespace = o.Name, o.Namespace
	d.Spec.Project, d.Spec.Destination = "default", repo.Destination{Name: "prod", Namespace: o.Into}
	for _, each := range o.Objects {
		d.Objects = append(d.Objects, &repo.Object{
			APIVersion: each.APIVersion, Kind: each.Kind, Namespace: each.Namespace, Name: each.Name, Application: d, Origin: repo.Origin{File: file},
		})
	}
	return d
}

// gadgets defines the one custom resource that belongs to no namespace.
func gadgets() *repo.Object {
	return &repo.Object{
		APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition", Name: "gadgets.example.com",
		JSON: []byte(`{"spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Gadget"}}}`),
	}
}

// compareOwners asks whether Applications of one cluster share an object, or one has it twice. It returns
// what is wrong with our answer.
func compareOwners(sort string, question json.RawMessage, yes bool) string {
	var owners []argoOwner
	if err := json.Unmarshal(question, &owners); err != nil {
		return err.Error()
	}
	target := &repo.Target{Name: "prod", Cluster: "prod"}
	for i := range owners {
		target.Applications = append(target.Applications, owners[i].deployed([]string{"apps/a.yaml", "apps/b.yaml"}[i]))
	}
	code := "argo/" + map[string]string{"shared": "shared-object", "repeated": "repeated-object"}[sort]
	rules := slices.DeleteFunc(Rules(), func(r Rule) bool { return r.Code != code })
	found := Judge(&repo.Repository{Targets: []*repo.Target{target}, Given: []*repo.Object{gadgets()}}, rules, nil)
	return disagreement(len(found) > 0, yes)
}

package repo

import (
	"testing"
	"testing/fstest"
)

// TestManaged reads what Argo CD itself reads, with two elements of a list, whatever stands in between.
func TestManaged(t *testing.T) {
	set := `kind: ApplicationSet
apiVersion: argoproj.io/v1alpha1
metadata: {name: dev-apps}
spec:
  generators:
  - list:
      elements:
      - app: one
        path: apps/one

      # the second one
      - app: two
      - app: three
# a comment of the third one
        path: apps/three
  template:
    metadata: {name: '{{.app}}'}
`
	files := fstest.MapFS{
		"bootstrap/roots/dev.yaml":          {Data: []byte("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root}\n")},
		"argocd/dev/sets.yaml":              {Data: []byte("# of dev\n---\n" + set)},
		"argocd/dev/broken.yaml":            {Data: []byte("---\na: b\nc: 'd\n")},
		"bootstrap/roots/prod.yaml":         {Data: []byte("")},
		"argocd/prod/sets.yaml":             {Data: []byte(set)},
		"argocd/prod/kustomization.yaml":    {Data: []byte("resources: [sets.yaml]\n")},
		"overlays/dev/apps/a/workload.yaml": {Data: []byte("apiVersion: v1\nkind: Pod\n")},
	}
	r, err := Managed(files)
	if err != nil || len(r.Environments) != 2 {
		t.Fatal(err, r)
	}
	dev, prod := r.Environments[0], r.Environments[1]
	if len(dev.Root) != 1 || len(dev.Argo) != 1 || len(prod.Argo) != 0 {
		t.Fatalf("read %v, %v and %v", dev.Root, dev.Argo, prod.Argo)
	}
	read := Typed[ApplicationSet](dev.Argo)[0]
	if elements := read.Spec.Generators[0]["list"].Elements; len(elements) != 2 || elements[1]["app"] != "two" || len(elements[1]) != 1 {
		t.Errorf("the elements are %v", elements)
	}
	if template, _ := read.Spec.Template["metadata"].(map[string]any); template["name"] != "{{.app}}" {
		t.Errorf("the template is %v", read.Spec.Template)
	}
	if len(r.Problems) != 1 || r.Problems[0].File != "argocd/dev/broken.yaml" || r.Problems[0].Line < 2 {
		t.Errorf("the problems are %v", r.Problems)
	}
}

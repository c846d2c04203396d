package impact

import (
	"strings"
	"testing"
)

const sets = `# dev follows the branch.
---
kind: ApplicationSet
spec:
  generators:
    - list:
        elements:
          - name: shop-web-dev
            revision: main
            path: overlays/dev/apps/web
            cluster: nonprod
            ignoreDifferences: "[{kind: Deployment, jsonPointers: [/spec/replicas]}]"
  template: {spec: {project: shop-dev}}
`

const tenant = `kind: Application
metadata: {name: shop-web-dev}
spec:
  project: shop-dev
  source: {path: overlays/dev/apps/web, targetRevision: main}
  destination: {name: nonprod}
  ignoreDifferences:
    - kind: Deployment
      jsonPointers:
        - /spec/replicas
`

// TestParse reads the same Application from an ApplicationSet and from its own object.
func TestParse(t *testing.T) {
	for name, text := range map[string]string{"set": sets, "tenant": tenant} {
		all, err := Parse(name, []byte(text))
		app := all["shop-web-dev"]
		if err != nil || len(all) != 1 || app.Path() != "overlays/dev/apps/web" || app["project"] != "shop-dev" || app["cluster"] != "nonprod" ||
			app["ignoreDifferences"] != "[{kind: Deployment, jsonPointers: [/spec/replicas]}]" {
			t.Errorf("%s: %v, %v", name, all, err)
		}
	}
	if all, err := Parse("none", nil); len(all) != 0 || err != nil {
		t.Errorf("no file: %v, %v", all, err)
	}
	if _, err := Parse("argocd/dev/x.yaml", []byte("a: [")); err == nil || !strings.Contains(err.Error(), "argocd/dev/x.yaml cannot be read") {
		t.Errorf("no YAML: %v", err)
	}
}

// TestEffects changes one field at a time.
func TestEffects(t *testing.T) {
	pin := strings.Repeat("a", 40)
	app := func(fields ...string) Application {
		a := Application{"name": "web", "path": "overlays/prod/apps/web", "revision": pin, "project": "prod"}
		for i := 0; i < len(fields); i += 2 {
			a[fields[i]] = fields[i+1]
		}
		return a
	}
	for name, c := range map[string]struct {
		before, after Application
		changed       []string
		want          Effect
	}{
		"nothing":        {app(), app(), nil, ""},
		"elsewhere":      {app(), app(), []string{"docs/a.md"}, ""},
		"waits":          {app(), app(), []string{"overlays/prod/apps/web/hpa.yaml"}, Waiting},
		"waits for base": {app(), app(), []string{"base/web/workload.yaml"}, Waiting},
		"follows":        {app("revision", "main"), app("revision", "main"), []string{"base/web/workload.yaml"}, Changed},
		"promoted":       {app(), app("revision", strings.Repeat("b", 40)), nil, Changed},
		"other project":  {app(), app("project", "other"), nil, Changed},
		"other release":  {app(), app("releaseName", "x"), nil, Changed},
		"created":        {nil, app(), nil, Created},
		"deleted":        {app(), nil, nil, Deleted},
	} {
		apps := func(a Application) func(string) (Applications, error) {
			return func(string) (Applications, error) {
				if a == nil {
					return nil, nil
				}
				return Applications{a["name"]: a}, nil
			}
		}
		rows, err := (&Change{
			Environments: []string{"prod"}, Before: func(env string, _ Applications) (Applications, error) { return apps(c.before)(env) }, After: apps(c.after), Changed: c.changed,
			Read: func(path string) []byte {
				if path == "overlays/prod/apps/web/kustomization.yaml" {
					return []byte("resources:\n  - ../../../../base/web\n")
				}
				return nil
			},
		}).Rows()
		var got Effect
		if len(rows) > 0 {
			got = rows[0].Effect
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v, want %q", name, rows, err, c.want)
		}
	}
}

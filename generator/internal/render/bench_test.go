package render

import (
	"fmt"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/model"
)

// A fake platform: so many applications on three targets.

type benchApp struct {
	App, Env  model.Name
	Base      model.Path
	Image     string
	Port      int
	Config    map[string]string
	Resources map[string]map[string]string
	Allows    []benchEdge
}

type benchEdge struct {
	Name model.Name
	Port int
}

func benchApps(n int, env model.Name) []Scope {
	scopes := make([]Scope, 0, n)
	for i := range n {
		a := &benchApp{
			App: model.Name(fmt.Sprintf("app-%04d", i)), Env: env, Base: model.Path(fmt.Sprintf("../../../../base/app-%04d", i)),
			Image: fmt.Sprintf("ghcr.io/acme/app-%04d:1.%d.2@sha256:abc", i, i%7), Port: 8000 + i%9,
			Config:    map[string]string{"LOG_LEVEL": "info", "GREETING": "hello: world", "REGION": "eu"},
			Resources: map[string]map[string]string{"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
		}
		for e := range i % 4 {
			a.Allows = append(a.Allows, benchEdge{model.Name(fmt.Sprintf("peer-%d", e)), 80 + e})
		}
		scopes = append(scopes, Scope{
			Values: []string{string(a.App), string(env)}, Data: a, Archive: "applications/" + string(a.App),
		})
	}
	return scopes
}

const benchDeployment = `# [[.App]] in [[.Env]]
apiVersion: apps/v1
kind: Deployment
metadata:
  name: [[.App]]
  labels: {app.kubernetes.io/name: [[.App]], environment: [[.Env]]}
spec:
  template:
    spec:
      containers:
        - name: [[.App]]
          image: [[.Image]]
          ports: [{containerPort: [[.Port]]}]
          env:
          [[- range $k := sortedKeys .Config]]
            - name: [[$k]]
              value: [[index $.Config $k]]
          [[- end]]
          resources: [[.Resources]]
`

const benchPolicy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: [[.App]]
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: [[.App]]}}
  egress:
  [[- range .Allows]]
    - to: [{podSelector: {matchLabels: {app.kubernetes.io/name: [[.Name]]}}}]
      ports: [{port: [[.Port]]}]
  [[- end]]
  policyTypes: [Ingress, Egress]
`

const benchKustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - [[.Base]]
[[- with siblings]]
[[- range .Resources]]
  - [[.]]
[[- end]]
[[- if .Patches]]
patches:
[[- range .Patches]]
  - path: [[.]]
[[- end]]
[[- end]]
[[- end]]
labels:
  - pairs: {environment: [[.Env]]}
`

// benchInput gives 12,000 files for 1,000 applications.
func benchInput(n int) Input {
	envs := []model.Name{"dev", "staging", "prod"}
	var scopes []Scope
	for _, env := range envs {
		scopes = append(scopes, benchApps(n, env)...)
	}
	files := map[string]string{}
	for _, name := range []string{"workload.patch.yaml", "network.yaml", "quota.yaml", "kustomization.yaml"} {
		files["overlays/{target}/apps/{app}/"+name+".tmpl"] = map[string]string{
			"workload.patch.yaml": benchDeployment, "network.yaml": benchPolicy, "quota.yaml": benchPolicy, "kustomization.yaml": benchKustomization,
		}[name]
	}
	for i := range 20 {
		files[fmt.Sprintf("docs/page-%d.md.tmpl", i)] = "# Page\n"
	}
	return Input{Builtin: folder(files), Exists: func(string, string) bool { return false }, Scopes: func(names []string) ([]Scope, error) {
		if len(names) == 0 {
			return []Scope{{Archive: "repository"}}, nil
		}
		return scopes, nil
	}}
}

func BenchmarkRender(b *testing.B) {
	in := benchInput(1000)
	b.ReportAllocs()
	for b.Loop() {
		files, list := Render(in)
		if len(list) > 0 || len(files) != 12020 {
			b.Fatal(len(files), reportText(list))
		}
	}
}

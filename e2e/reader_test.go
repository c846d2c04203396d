package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	kustomizer "github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// TestBuiltAsKustomize wants a build in process to be the output of the kustomize command, byte for
// byte, for each overlay of two golden cases.
func TestBuiltAsKustomize(t *testing.T) {
	command := tool(t, kustomize)
	n := 0
	for _, name := range []string{"fleet", "voting-app"} {
		dir := filepath.Join("..", "golden", name, "want")
		source := os.DirFS(dir)
		builder := kustomizer.NewBuilder(kustomizer.NewFiles(source))
		folders, err := fs.Glob(source, "overlays/*/*/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			text, err := fs.ReadFile(source, folder+"/kustomization.yaml")
			if err != nil || bytes.Contains(text, []byte("\nkind: Component\n")) {
				continue
			}
			n++
			cmd := exec.Command(command, "build", folder)
			cmd.Dir = dir
			want, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", folder, err)
			}
			built, err := builder.Build(folder)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := built.YAML(); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s/%s differs from kustomize (%v):\n%s", name, folder, err, got)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d overlays were compared", n)
	}
}

// chartFiles is a repository with a chart, value files of another source, and a kustomization that
// renders a chart.
var chartFiles = map[string]string{
	"app.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  sources:
    - repoURL: https://git.example.com/a.git
      path: chart
      helm:
        releaseName: shop
        valueFiles: [own.yaml, $values/values/*.yaml, missing.yaml]
        ignoreMissingValueFiles: true
        valuesObject: {c: object}
        parameters: [{name: d, value: "a,b"}, {name: e, value: "1", forceString: true}]
        fileParameters: [{name: f, path: note.txt}]
    - {repoURL: https://git.example.com/a.git, ref: values}
  destination: {name: in-cluster, namespace: shop}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: inflated}
spec:
  source: {repoURL: https://git.example.com/a.git, path: inflated}
  destination: {name: in-cluster, namespace: shop}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: lacking}
spec:
  source: {repoURL: https://git.example.com/a.git, path: lacking}
  destination: {name: in-cluster, namespace: shop}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: broken}
spec:
  source: {repoURL: https://git.example.com/a.git, path: broken}
  destination: {name: in-cluster, namespace: shop}
`,
	"chart/Chart.yaml":  "apiVersion: v2\nname: web\nversion: 1.0.0\n",
	"chart/values.yaml": "a: default\nb: default\n",
	"chart/own.yaml":    "a: own\n",
	"chart/note.txt":    "noted",
	"values/b.yaml":     "b: other\n",
	"chart/templates/all.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
data: {a: {{ .Values.a }}, b: {{ .Values.b }}, c: {{ .Values.c }}, d: {{ .Values.d | quote }}, e: {{ .Values.e | quote }}, f: {{ .Values.f }}, ns: {{ .Release.Namespace }}}
---
apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {helm.sh/hook: test}}
`,
	"inflated/kustomization.yaml":           "helmCharts: [{name: part, releaseName: r}]\nnamePrefix: my-\n",
	"inflated/charts/part/Chart.yaml":       "apiVersion: v2\nname: part\nversion: 1.0.0\n",
	"inflated/charts/part/values.yaml":      "{}\n",
	"inflated/charts/part/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
	"lacking/Chart.yaml":                    "apiVersion: v2\nname: lacking\nversion: 1.0.0\ndependencies: [{name: part, version: 1.0.0, repository: https://charts.example.com}]\n",
	"broken/Chart.yaml":                     "apiVersion: v2\nname: broken\nversion: 1.0.0\n",
	"broken/templates/c.yaml":               "{{ .Values.a.b.c }}\n",
}

// TestChartsOfRepository renders charts as Argo CD does.
func TestChartsOfRepository(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range chartFiles {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := repo.Options{Helm: tool(t, helm)}.Discover(files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, target := range r.Targets {
		for _, o := range target.Objects() {
			got = append(got, o.Application.Name+" "+o.Namespace+" "+o.String()+" "+o.File)
			if o.Name == "shop-settings" && !bytes.Contains(o.YAML, []byte(`"a":"own","b":"other","c":"object","d":"a,b","e":"1","f":"noted","ns":"shop"`)) {
				t.Errorf("the values are %s", o.YAML)
			}
		}
	}
	want := []string{"web shop ConfigMap/shop-settings chart/templates/all.yaml", "inflated shop ConfigMap/my-r inflated/kustomization.yaml"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(r.Problems) != 1 || r.Problems[0].Application != "broken" {
		t.Errorf("the problems are %+v", r.Problems)
	}
	if len(r.Skipped) != 1 || r.Skipped[0].Application != "lacking" {
		t.Errorf("not judged are %+v", r.Skipped)
	}
}

//go:build unix

package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeHelm answers as helm does for a chart that has the word "broken" in its values, and otherwise
// renders a ConfigMap with the name of the release.
const fakeHelm = `#!/bin/sh
release=none
while [ $# -gt 0 ]; do
  if [ "$1" = --name-template ]; then release=$2; fi
  shift
done
if grep -q broken values.yaml; then
  echo 'Error: web/templates/c.yaml:2:16' >&2
  echo '  executing "web/templates/c.yaml" at <.Values.a.b>:' >&2
  echo 'Use --debug flag to render out invalid YAML' >&2
  exit 1
fi
if grep -q helpless values.yaml; then
  echo 'Error: web/templates/c.yaml:2:16: error calling include: template: no template "name" associated' >&2
  exit 1
fi
printf -- '---\n# Source: web/templates/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n' "$release"
`

// rendered discovers files with that helm.
func rendered(t *testing.T, files texts) *Repository {
	t.Helper()
	helm := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(helm, []byte(fakeHelm), 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := Options{Helm: helm}.Discover(files.files())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// chart is one with some values.
func chart(folder, values string) texts {
	return texts{folder + "/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n", folder + "/values.yaml": values, folder + "/templates/c.yaml": "a:\n  b: {{ .Values.a.b }}\n"}
}

// TestChartFails wants the line of the template that helm blames.
func TestChartFails(t *testing.T) {
	files := chart("web", "broken: true\n")
	files["app.yaml"] = web
	r := rendered(t, files)
	if len(r.Problems) != 1 || r.Problems[0].File != "web/templates/c.yaml" || r.Problems[0].Line != 2 || strings.Contains(r.Problems[0].Message, "debug") {
		t.Errorf("problems %+v", r.Problems)
	}
}

// TestChartStandsIn wants a chart that no Application names to be rendered under its own name, and to
// be no mistake when it needs values.
func TestChartStandsIn(t *testing.T) {
	files := chart("charts/1.0.0", "a: b\n")
	for name, text := range chart("charts/2.0.0", "broken: true\n") {
		files[name] = text
	}
	r := rendered(t, files)
	if len(r.Problems) > 0 || len(r.Targets) == 0 || len(r.Targets[0].Objects()) != 1 || r.Targets[0].Objects()[0].Name != "shop" {
		t.Errorf("problems %+v in %+v", r.Problems, r.Targets)
	}
	if len(r.Skipped) != 1 || r.Skipped[0].Topic() != "charts that need values" {
		t.Errorf("skipped %+v", r.Skipped)
	}
}

// TestChartWithoutHelpers is about a copy of a repository that lost the files with the ending .tpl.
func TestChartWithoutHelpers(t *testing.T) {
	files := chart("web", "helpless: true\n")
	files["app.yaml"] = web
	if r := rendered(t, files); len(r.Problems) > 0 || len(r.Skipped) != 1 {
		t.Errorf("problems %+v, skipped %+v", r.Problems, r.Skipped)
	}
	files["other/_helpers.tpl"] = "a"
	if r := rendered(t, files); len(r.Problems) != 1 {
		t.Errorf("problems %+v", r.Problems)
	}
}

// TestTemplateStandsIn wants a file with tags of another tool to be no mistake where nobody says
// that Argo CD reads it.
func TestTemplateStandsIn(t *testing.T) {
	r := rendered(t, texts{"roles/b.yaml": settings, "roles/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  {% for x in y %}\n"})
	if len(r.Problems) > 0 || len(r.Skipped) != 1 || r.Skipped[0].Topic() != "templates of other tools" {
		t.Errorf("problems %+v, skipped %+v", r.Problems, r.Skipped)
	}
}

// TestFetchedChart renders a chart of a repository of charts, and blames the template at its address.
func TestFetchedChart(t *testing.T) {
	helm := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(helm, []byte(fakeHelm), 0o755); err != nil {
		t.Fatal(err)
	}
	archive := func(values string) string {
		return packed(t, texts{"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/values.yaml": values, "web/templates/c.yaml": "a:\n  b: {{ .Values.a.b }}\n"})
	}
	at := server(t, texts{"index.yaml": "entries:\n  web: [{version: 1.0.0, urls: [web.tgz]}]\n  torn: [{version: 1.0.0, urls: [torn.tgz]}]\n", "web.tgz": archive("a: b\n"), "torn.tgz": archive("broken: true\n")})
	application := func(chart string) string {
		return strings.NewReplacer("name: web,", "name: "+chart+",", "https://git.example.com/a.git", at, "path: web", "chart: "+chart, "main", "1.0.0").Replace(web)
	}
	files := texts{"web.yaml": application("web"), "torn.yaml": application("torn")}
	r, err := Options{Helm: helm, Fetcher: fetching(t)}.Discover(files.files())
	if err != nil {
		t.Fatal(err)
	}
	made := madeByWeb(r)
	if len(made) != 1 || len(r.Problems) != 1 || len(r.Skipped) > 0 {
		t.Fatalf("%v, %+v %+v", made, r.Problems, r.Skipped)
	}
	shown, named, _ := r.Shown(made[0].File)
	blamed, _, _ := r.Shown(r.Problems[0].File)
	if shown != at+"/web@1.0.0/templates/c.yaml" || named.File != "web.yaml" || blamed != at+"/torn@1.0.0/templates/c.yaml" || r.Problems[0].Line != 2 {
		t.Errorf("%s of %s, %s", shown, named.File, blamed)
	}
}

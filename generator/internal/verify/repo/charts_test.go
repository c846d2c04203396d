package repo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// packed is the archive of a chart.
func packed(t *testing.T, files texts) string {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		archive.Write([]byte(files[name]))
	}
	archive.Close()
	zipped.Close()
	return out.String()
}

const greeting = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}\ndata: {greeting: {{ .Values.greeting | quote }}}\n"

// TestFetchedCharts renders charts of a repository of charts: of Applications, of kustomizations, and those that
// charts need. It needs helm.
func TestFetchedCharts(t *testing.T) {
	if Local().Helm == "" {
		t.Skip("there is no helm command")
	}
	t.Setenv("HELM_PLUGINS", "")
	at := server(t, texts{
		"index.yaml":    "entries:\n  web:\n  - {version: 1.2.0, urls: [web-1.2.0.tgz]}\n  - {version: 1.1.0, urls: [web-1.1.0.tgz]}\n",
		"web-1.2.0.tgz": packed(t, texts{"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n", "web/values.yaml": "greeting: hello\n", "web/templates/c.yaml": greeting}),
		"web-1.1.0.tgz": packed(t, texts{"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.1.0\n", "web/values.yaml": "greeting: old\n", "web/templates/c.yaml": greeting}),
		"greeting.yaml": "greeting: by address\n",
	})
	values := committed(t, texts{"prod/values.yaml": "greeting: from afar\n"})
	inflated := committed(t, texts{"kustomization.yaml": "helmCharts: [{name: web, repo: '" + at + "', version: 1.1.0, releaseName: far}]\n"})
	application := func(name, sources string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " + name + ", namespace: argocd}\nspec:\n  project: default\n  destination: {name: in-cluster, namespace: shop}\n  sources: [" + sources + "]\n"
	}
	own := func(path string) string {
		return "{repoURL: 'https://git.example.com/a.git', path: " + path + ", targetRevision: main}"
	}
	files := texts{
		"app.yaml": web, "web/own.yaml": settings,
		"a.yaml":                      application("chart", "{repoURL: '"+at+"', chart: web, targetRevision: 1.*, helm: {valueFiles: [$v/prod/values.yaml]}}, {repoURL: '"+values+"', targetRevision: main, ref: v}"),
		"b.yaml":                      application("parent", own("parent")),
		"c.yaml":                      application("inflated", own("inflated")),
		"d.yaml":                      application("far", own("far")),
		"e.yaml":                      application("address", "{repoURL: '"+at+"', chart: web, targetRevision: 1.1.0, helm: {valueFiles: ['"+at+"/greeting.yaml']}}"),
		"f.yaml":                      application("absent", "{repoURL: '"+at+"', chart: absent, targetRevision: 1.1.0}"),
		"parent/Chart.yaml":           "apiVersion: v2\nname: parent\nversion: 0.1.0\ndependencies:\n- {name: web, version: ^1.0.0, repository: '" + at + "'}\n- {name: near, version: 0.1.0, repository: 'file://../near'}\n",
		"parent/Chart.lock":           "dependencies:\n- {name: web, version: 1.1.0, repository: '" + at + "'}\n- {name: near, version: 0.1.0, repository: 'file://../near'}\n",
		"near/Chart.yaml":             "apiVersion: v2\nname: near\nversion: 0.1.0\n",
		"near/templates/c.yaml":       greeting,
		"inflated/kustomization.yaml": "namespace: shop\nhelmCharts: [{name: web, repo: '" + at + "', version: 1.2.0, releaseName: inflated}]\n",
		"out/kustomization.yaml":      "namespace: shop\nhelmGlobals: {chartHome: ../../..}\nhelmCharts: [{name: web, repo: '" + at + "', version: 1.2.0}]\n",
		"g.yaml":                      application("out", own("out")),
		"far/kustomization.yaml":      "namePrefix: so-\nresources: ['" + inflated + "?ref=main']\n",
	}
	fetcher := fetching(t)
	r, err := Options{Fetcher: fetcher, Helm: Local().Helm, Remotes: []string{"https://git.example.com/a.git"}}.Discover(files.files())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, target := range r.AllTargets() {
		for _, o := range target.Objects() {
			if o.Kind == "ConfigMap" {
				shown, _, _ := r.Shown(o.File)
				_, said, _ := strings.Cut(string(o.JSON), `"greeting":`)
				got[o.Name] = strings.Trim(said[:max(0, strings.IndexAny(said, ",}"))], `"`) + " " + strings.ReplaceAll(strings.ReplaceAll(shown, at, "AT"), filepath.Dir(inflated), "GIT")
			}
		}
	}
	want := map[string]string{
		"settings": " web/own.yaml", "chart-web": "from afar AT/web@1.*/templates/c.yaml", "parent-web": "old parent/Chart.yaml", "parent-near": "null parent/Chart.yaml",
		"inflated-web": "hello inflated/kustomization.yaml", "so-far-web": "old far/kustomization.yaml", "address-web": "by address AT/web@1.1.0/templates/c.yaml",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(r.Problems) > 0 || len(r.Skipped) != 2 || !strings.Contains(r.Skipped[0].Reason, "there is no chart absent") || r.Skipped[1].Application != "out" {
		t.Errorf("%+v %+v", r.Problems, r.Skipped)
	}
	if reasons, asked := fetcher.Failed(); len(reasons) != 1 || asked != 7 {
		t.Errorf("%d asked, %q", asked, reasons)
	}

	// Without fetching, nothing of it is judged, and each says why.
	lock, _ := fetch.ReadLock(files.files())
	r, err = Options{Fetcher: fetch.New(fetch.Options{}, lock), Helm: Local().Helm, Remotes: []string{"https://git.example.com/a.git"}}.Discover(files.files())
	if err != nil || len(r.Problems) > 0 || len(r.Skipped) != 8 || slices.ContainsFunc(r.Skipped, func(s Skipped) bool { return !s.Fetchable() }) {
		t.Errorf("%+v %+v, %v", r.Problems, r.Skipped, err)
	}
}

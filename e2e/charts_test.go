package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// argoTools are the programs that Argo CD renders with, and a repository of charts in
// place of those that the cases name.
var argoTools = sync.OnceValues(func() (tools repo.Tools, err error) {
	tools.Kustomize, err = kustomize()
	if err != nil {
		return tools, err
	}
	tools.Helm, err = helm()
	if err != nil {
		return tools, err
	}
	tools.Charts, err = chartRepository(tools.Helm)
	return tools, err
})

// chartRepository packages the charts of testdata and serves them on the loopback
// address until the tests end.
func chartRepository(helm string) (string, error) {
	parent, err := scratch()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(parent, "charts")
	charts, err := filepath.Glob("testdata/charts/*/Chart.yaml")
	if err != nil || len(charts) == 0 {
		return "", fmt.Errorf("no charts in testdata: %w", err)
	}
	for _, chart := range charts {
		err = run(helm, "package", filepath.Dir(chart), "--destination", dir)
		if err != nil {
			return "", err
		}
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	return server.URL, run(helm, "repo", "index", dir, "--url", server.URL)
}

func run(name string, arguments ...string) error {
	cmd := exec.Command(name, arguments...)
	cmd.Env = append(os.Environ(), "HELM_NO_PLUGINS=1")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%v: %w: %s", cmd.Args, err, output)
	}
	return nil
}

// TestChartValues wants the merged values to reach the chart: replaced, added, and taken
// away, from another layer and from the chart itself.
func TestChartValues(t *testing.T) {
	c := namedCase(t, "sources")
	for _, want := range []struct {
		target string
		text   string
		there  bool
	}{
		{"dev", "replicas: 1", true},
		{"dev", "value: search-dev", true},
		{"dev", "volumeClaimTemplates:", false},
		{"dev", "kind: ConfigMap", true},
		{"dev", `action.auto_create_index: "false"`, true},
		{"dev", "OPENSEARCH_JAVA_OPTS", false}, // an empty value over a default of the chart
		{"dev", "example.com/scrape", false},   // null over a default of the chart
		{"dev", "example.com/logs: json", true},
		{"prod-us", "example.com/scrape", false},
		{"prod-eu", "replicas: 3", true},
		{"prod-eu", "storage: 50Gi", true},
		{"prod-eu", "kind: ConfigMap", false}, // null over the application's own value
		{"prod-eu", "disk: ssd", false},
		{"prod-us", "disk: ssd", true},
		{"prod-us", "app.kubernetes.io/instance: search-prod-us", true},
	} {
		output := string(c.builds["overlays/"+want.target+"/apps/search"].Output)
		if strings.Contains(output, want.text) != want.there {
			t.Errorf("%s: %q is there: %t\n%s", want.target, want.text, !want.there, output)
		}
	}
}

// TestIgnoredDifferences wants what applications ignore to reach their Applications and
// no other.
func TestIgnoredDifferences(t *testing.T) {
	c := namedCase(t, "sources")
	seen := 0
	for _, e := range c.repo.Environments {
		for _, d := range e.Deployed() {
			ignored := d.Spec.IgnoreDifferences
			switch filepath.Base(d.Overlay) {
			case "web":
				if len(ignored) != 1 || ignored[0].Group != "autoscaling" || ignored[0].JSONPointers[0] != "/spec/maxReplicas" {
					t.Errorf("%s ignores %+v", d.Name, ignored)
				}
				seen++
			case "search":
				if len(ignored) != 1 || ignored[0].Name != "search" || ignored[0].JQPathExpressions[0] != ".spec.volumeClaimTemplates[]?.status" {
					t.Errorf("%s ignores %+v", d.Name, ignored)
				}
				seen++
			default:
				if len(ignored) > 0 {
					t.Errorf("%s ignores %+v", d.Name, ignored)
				}
			}
		}
	}
	if seen != 8 {
		t.Errorf("%d Applications were looked at, expected 8", seen)
	}
}

// imageLine is an image of a container.
var imageLine = regexp.MustCompile(`(?m)^ *(?:- )?image: (.*)$`)

// TestPlacement wants images, pull secrets and places of pods to be the cluster's own, in
// every kind of workload, jobs and init containers included.
func TestPlacement(t *testing.T) {
	c := namedCase(t, "sources")
	for name, least := range map[string]int{"web": 4, "cache": 1} {
		images := imageLine.FindAllStringSubmatch(string(c.builds["overlays/prod-us/apps/"+name].Output), -1)
		if len(images) < least {
			t.Errorf("%s has %d images, expected %d at least", name, len(images), least)
		}
		for _, image := range images {
			if !strings.HasPrefix(image[1], "mirror.us.example.com") {
				t.Errorf("%s pulls %s", name, image[1])
			}
		}
	}
	for target, wants := range map[string][]string{
		"prod-eu": {"image: docker.io/valkey/valkey:8.1.4", "disk: ssd", "- name: registry\n", "key: memory", "cost-centre: shop"},
		"prod-us": {"image: mirror.us.example.com/hub/valkey/valkey:8.1.4", "disk: nvme", "- name: registry-us\n", "key: memory", "cost-centre: shop"},
	} {
		for _, want := range wants {
			if !strings.Contains(string(c.builds["overlays/"+target+"/apps/cache"].Output), want) {
				t.Errorf("cache in %s lacks %q", target, want)
			}
		}
	}
}

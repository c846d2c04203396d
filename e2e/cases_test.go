package e2e

import (
	"fmt"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/schema/diag"
)

// external names, by case, what a generated repository refers to and a cluster or a
// person provides, because its spec says so.
var external = map[string][]string{
	"": {"Namespace/kube-system"},
	"clusters": {
		"Namespace/dns", "Namespace/gateway-system", "Namespace/search",
		"PriorityClass/shop-critical", "Secret/payments-tls", "Secret/registry",
		"quota/services.loadbalancers", "quota/count/jobs.batch",
	},
	"sources": {"Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring", "Secret/registry", "Secret/registry-us"},
	"platform": {
		"Namespace/edge-system", "Namespace/gateway-system", "Namespace/ingress-nginx", "Namespace/partner-gateway",
		"IngressClass/nginx/ingress-nginx", "Namespace/monitoring", "Scraper/monitoring", "Secret/cdn-token", "Secret/ghcr", "Secret/wildcard-tls",
	},
	"network": {
		"Namespace/gateway-system", "Namespace/ingress-nginx", "Namespace/ingress", "Namespace/search", "Namespace/voice", "Namespace/shared/*",
		"Namespace/monitoring", "Scraper/monitoring", "IngressClass/nginx/ingress-nginx", "IngressClass/internal/ingress",
		"IngressClass/partners/ingress-nginx", "Namespace/partner-gateway",
		"Network/10.40.0.0/24", "Network/198.51.100.0/24",
	},
	"fleet":           {"Namespace/edge-system", "Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring"},
	"passthrough":     {"ConfigMap/authorities", "ConfigMap/sql"},
	"jobs":            {"PersistentVolumeClaim/catalogue", "Secret/portal-session"},
	"two-platforms-a": {"Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring"},
	"two-platforms-b": {"Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring"},
	"odd":             {"Namespace/gateway-system", "Secret/store-login"},
	"validated":       {"Namespace/gateway-system"},
	"voting-app":      {"Namespace/gateway-system"},
	"workloads": {
		"Nodes/8",
		"Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring",
		"Secret/agent-dev", "Secret/agent-prod", "Secret/agent-staging", "Secret/agent-tls", "Secret/registry", "Secret/other-registry",
		"Secret/db-admin", "Secret/reader-dev", "Secret/reader-staging", "Secret/reader-prod", "ConfigMap/exporter-options",
		"ConfigMap/db-tuning-dev", "ConfigMap/db-tuning-staging", "ConfigMap/db-tuning-prod",
	},
	"tenant": {"Namespace/gateway-system", "Namespace/monitoring", "Scraper/monitoring"},
}

// testCase is a generated repository. It is loaded when everything in it builds.
type testCase struct {
	name   string
	dir    string
	builds map[string]*repo.Build
	repo   *repo.Repository
	err    error
}

// scratch holds all generated repositories; TestMain removes it.
var scratch = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "wavewright-e2e-") })

// cases are all cases, each generated and built once, when somebody asks for it.
var cases = sync.OnceValues(func() (map[string]func() *testCase, error) {
	specs, err := caseFolders()
	if err != nil {
		return nil, err
	}
	dir, err := scratch()
	if err != nil {
		return nil, err
	}
	all := map[string]func() *testCase{}
	for name, folder := range specs {
		all[name] = sync.OnceValue(func() *testCase {
			c := &testCase{name: name, dir: filepath.Join(dir, name)}
			c.err = c.generate(folder)
			return c
		})
	}
	return all, nil
})

// allCases are the cases in order of their names.
func allCases() ([]*testCase, error) {
	known, err := cases()
	if err != nil {
		return nil, err
	}
	var all []*testCase
	for _, name := range slices.Sorted(maps.Keys(known)) {
		all = append(all, known[name]())
	}
	return all, nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	stopAPIServer()
	dir, err := scratch()
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

// caseFolders are the golden cases, the examples and our own odd ones by name. An example that is a
// golden case too is judged once.
func caseFolders() (map[string]string, error) {
	folders := map[string]string{}
	for _, pattern := range []string{"../examples/*/environments.yaml", "../golden/*/environments.yaml", "testdata/*/environments.yaml"} {
		specs, err := filepath.Glob(pattern)
		if err != nil || len(specs) == 0 {
			return nil, fmt.Errorf("nothing matches %s: %w", pattern, err)
		}
		for _, spec := range specs {
			folders[filepath.Base(filepath.Dir(spec))] = filepath.Dir(spec)
		}
	}
	return folders, nil
}

// generate copies the hand-written files of a case, generates beside them, builds and
// loads the result.
func (c *testCase) generate(folder string) error {
	err := copyTree(folder, c.dir)
	if err != nil {
		return err
	}
	platform, err := generator.Load(c.dir)
	if err != nil {
		return err
	}
	result, err := platform.Render()
	if err != nil {
		return err
	}
	if result.Diagnostics.HasErrors() {
		var text strings.Builder
		_ = diag.WriteText(&text, result.Diagnostics, result.Sources)
		return fmt.Errorf("the spec has errors:\n%s", text.String())
	}
	generated := map[string]bool{}
	for name, content := range result.Files() {
		_, err = os.Stat(filepath.Join(folder, "templates", name+".tmpl"))
		generated[name] = err != nil // a template of the user's own is the user's text
		err = write(filepath.Join(c.dir, filepath.FromSlash(name)), content)
		if err != nil {
			return err
		}
	}
	return c.load(generated)
}

func (c *testCase) load(generated map[string]bool) error {
	tools, err := argoTools()
	if err != nil {
		return err
	}
	folders, err := repo.Kustomizations(c.dir)
	if err != nil {
		return err
	}
	c.builds, err = repo.BuildAll(tools, c.dir, folders)
	if err != nil {
		return err
	}
	c.repo, err = repo.Load(c.name, c.dir, c.builds)
	if err != nil {
		return err
	}
	c.repo.Generated = generated
	c.repo.External = slices.Concat(external[""], external[c.name])
	return nil
}

// copyTree copies the files below from, except what is expected to be generated.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if relative == "want" {
				return fs.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return write(filepath.Join(to, relative), content)
	})
}

func write(path string, content []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// forEach runs a test on every case that could be loaded.
func forEach(t *testing.T, test func(t *testing.T, c *testCase)) {
	t.Helper()
	known, err := cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		t.Run(name, func(t *testing.T) { test(t, namedCase(t, name)) })
	}
}

// namedCase returns one case.
func namedCase(t *testing.T, name string) *testCase {
	t.Helper()
	known, err := cases()
	if err != nil {
		t.Fatal(err)
	}
	if known[name] == nil {
		t.Fatalf("there is no case %s", name)
	}
	c := known[name]()
	if c.err != nil {
		t.Fatal(c.err)
	}
	return c
}

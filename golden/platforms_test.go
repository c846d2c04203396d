package golden

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// outsideName is a name of an object, of an element, or of a namespace.
	outsideName = regexp.MustCompile(`(?m)^ *(?:- )?(?:name|namespace): (\S+)$`)
	// clusterSelector selects namespaces of a whole cluster.
	clusterSelector = regexp.MustCompile(`(?:namespaceSelector|objectSelector): (\{matchLabels: \{[^}]*\}\})`)
)

// outside collects what a platform has outside of its namespaces: the kinds and names of
// what is in Argo CD, its Applications, its namespaces, and how it selects those.
func outside(t *testing.T, name string) (names, selectors map[string]bool) {
	t.Helper()
	names, selectors = map[string]bool{}, map[string]bool{}
	for path, content := range generate(t, name) {
		text := string(content)
		switch {
		case strings.HasPrefix(path, "argocd/"), strings.HasPrefix(path, "bootstrap/roots/"):
			for document := range strings.SplitSeq(text, "---\n") {
				kind := regexp.MustCompile(`(?m)^kind: (\S+)$`).FindStringSubmatch(document)
				metadata := regexp.MustCompile(`(?m)^metadata:\n  name: (\S+)$`).FindStringSubmatch(document)
				if kind != nil && metadata != nil {
					names[kind[1]+" "+metadata[1]] = true
				}
			}
		case strings.HasSuffix(path, "/applications.yaml"):
			for _, m := range outsideName.FindAllStringSubmatch(text, -1) {
				names["element "+m[1]] = true
			}
		case strings.HasSuffix(path, "/_cluster/kustomization.yaml"):
			if prefix := regexp.MustCompile(`namePrefix: \S+`).FindString(text); prefix != "" { // not what clusters share
				names[prefix] = true
			}
		}
		if strings.Contains(path, "/infra/_cluster/") {
			for _, m := range clusterSelector.FindAllStringSubmatch(text, -1) {
				selectors[m[1]] = true
			}
		}
	}
	return names, selectors
}

// TestTwoPlatforms puts two platforms, whose names are as alike as the rules permit, into
// one cluster and one Argo CD: they have no object in common, and neither selects namespaces of
// the other. Their namespace patterns differ: a namespace keeps the name that its pattern gives,
// and TestNamespacesOfTwoPlatforms shows what a prefix cannot keep apart.
func TestTwoPlatforms(t *testing.T) {
	names, selectors := outside(t, "two-platforms-a")
	others, otherSelectors := outside(t, "two-platforms-b")
	if len(names) < 30 || len(names) != len(others) || len(selectors) != 2 {
		t.Fatalf("%d and %d names, %d selectors", len(names), len(others), len(selectors))
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if others[name] {
			t.Errorf("both have %s", name)
		}
	}
	for prefix, found := range map[string]map[string]bool{"a1": selectors, "a1b2": otherSelectors} {
		for selector := range found {
			if !strings.Contains(selector, "wavewright.dev/platform: "+prefix+"}") {
				t.Errorf("%s selects %s", prefix, selector)
			}
		}
	}
}

// TestNamespacesOfTwoPlatforms holds the one collision that prefixes permit, and what makes it
// visible: the same namespace of two platforms has another platform label in each, which doctor
// compares before anything is applied, and which the label policy guards afterwards.
func TestNamespacesOfTwoPlatforms(t *testing.T) {
	const spec = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: NAME}
prefix: PREFIX
repository: {url: "https://git.example.com/acme/NAME.git"}
environments: [{name: ENV, profile: development}]
applications:
  web: {image: ghcr.io/acme/web:1.4.2}
`
	labels := map[string]bool{}
	for _, of := range []struct{ name, prefix, env string }{{"a1", "one", "b2-prod"}, {"a1-b2", "two", "prod"}} {
		dir := t.TempDir()
		text := strings.NewReplacer("NAME", of.name, "PREFIX", of.prefix, "ENV", of.env).Replace(spec)
		if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files := generate(t, dir)
		sets := string(files["argocd/"+of.env+"/applicationsets.yaml"])
		if !strings.Contains(sets, "namespace: a1-b2-prod\n") || !strings.Contains(sets, "wavewright.dev/platform: "+of.prefix+"\n") {
			t.Errorf("%s:\n%s", of.name, sets)
		}
		labels[of.prefix] = true
	}
	if len(labels) != 2 {
		t.Errorf("labels %v", labels)
	}
}

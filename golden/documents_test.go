package golden

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// link is a relative link of Markdown.
var link = regexp.MustCompile(`\]\(([^)#:]+)\)`)

// documents generates from a spec and returns the Markdown files.
func documents(t *testing.T, spec string) map[string]string {
	t.Helper()
	return markdown(generateSpec(t, spec))
}

// generateSpec renders a spec that is no case of its own.
func generateSpec(t *testing.T, spec string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	return generate(t, dir)
}

func markdown(files map[string][]byte) map[string]string {
	out := map[string]string{}
	for name, content := range files {
		if strings.HasSuffix(name, ".md") {
			out[name] = string(content)
		}
	}
	return out
}

// TestDocumentsLink follows every relative link of the generated documents, and
// holds tables to their number of cells.
func TestDocumentsLink(t *testing.T) {
	for _, name := range cases(t) {
		files := generate(t, name)
		for from, text := range markdown(files) {
			for _, match := range link.FindAllStringSubmatch(text, -1) {
				if _, ok := files[path.Join(path.Dir(from), match[1])]; !ok {
					t.Errorf("%s: %s links to %s, which is not there", name, from, match[1])
				}
			}
			evenTables(t, name+"/"+from, text)
		}
	}
}

// TestReadmeShowsTheTree holds the tree of the README to what is generated: everything below a
// folder is in it, and what is in it is there. What no generation writes are the spec and pins.
func TestReadmeShowsTheTree(t *testing.T) {
	all := map[string]map[string][]byte{
		"without applications": generateSpec(t, strings.TrimSuffix(typical, "applications:\n")),
		"a chart alone":        generateSpec(t, typical+"  c: {source: {helm: {repository: https://charts.example.com, chart: c, version: 1.0.0}}, footprint: {pods: 1, requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}}\n"),
	}
	for _, name := range cases(t) {
		all[name] = generate(t, name)
	}
	for name, files := range all {
		shown := shownTree(t, string(files["README.md"]))
		for _, pattern := range shown {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), pattern.MatchString) && !pattern.MatchString("environments.yaml") && !pattern.MatchString("releases/prod.yaml") {
				t.Errorf("%s: the README shows %s, which is not there", name, pattern)
			}
		}
		for file := range files {
			if strings.Contains(file, "/") && !strings.HasPrefix(file, ".github/") && !slices.ContainsFunc(shown, func(p *regexp.Regexp) bool { return p.MatchString(file) }) {
				t.Errorf("%s: the README does not show %s", name, file)
			}
		}
	}
}

// TestProductShowsTheTree holds the tree in the README of the product to those of what it generates.
func TestProductShowsTheTree(t *testing.T) {
	product, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cases(t) {
		for _, line := range treeLines(t, string(generate(t, name)["README.md"])) {
			if names := namesOf(line); !slices.ContainsFunc(treeLines(t, string(product)), func(line string) bool { return namesOf(line) == names }) {
				t.Errorf("the README of the product does not show %s, which that of %s does", names, name)
			}
		}
	}
}

// treeLines are the lines of the tree in a README.
func treeLines(t *testing.T, readme string) []string {
	t.Helper()
	_, text, _ := strings.Cut(readme, "```text\n")
	text, _, ok := strings.Cut(text, "```")
	if !ok {
		t.Fatal("the README shows no tree")
	}
	return strings.Split(strings.TrimSpace(text), "\n")
}

// namesOf is what a line of a tree names, without what is said about it.
func namesOf(line string) string {
	names, _, _ := strings.Cut(strings.TrimLeft(line, " "), "  ")
	return names
}

// anyName stands in the tree of the README for any name, as … does for any folder.
var anyName = regexp.MustCompile(`<[a-z]+>|…`)

// shownTree reads the tree of a README: patterns of the files that its innermost lines mean.
func shownTree(t *testing.T, readme string) []*regexp.Regexp {
	t.Helper()
	var patterns []*regexp.Regexp
	var folders []string
	lines := treeLines(t, readme)
	for i, line := range lines {
		depth := indentation(line) / 2
		folders = folders[:min(depth, len(folders))]
		names := namesOf(line)
		if i+1 < len(lines) && indentation(lines[i+1])/2 > depth {
			folders = append(folders, names)
			continue
		}
		for entry := range strings.SplitSeq(names, ", ") {
			expression := anyName.ReplaceAllString(regexp.QuoteMeta(strings.Join(folders, "")+entry), "[^/]+")
			if !strings.HasSuffix(entry, "/") && entry != "…" {
				expression += "$"
			}
			patterns = append(patterns, regexp.MustCompile("^"+expression))
		}
	}
	return patterns
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func evenTables(t *testing.T, name, text string) {
	t.Helper()
	cells := 0
	for i, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			cells = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		if cells > 0 && n != cells {
			t.Errorf("%s:%d: %d cells in a table of %d", name, i+1, n-1, cells-1)
		}
		cells = n
	}
}

// TestDocumentsOfOneEnvironment reads what is said where there is nothing to promote,
// no gateway and no secret.
func TestDocumentsOfOneEnvironment(t *testing.T) {
	files := documents(t, `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: alone}
repository: {url: https://git.example.com/alone.git}
environments:
  - {name: only, profile: production}
applications:
  web: {image: ghcr.io/acme/web:1.0.0, ports: {http: 8080}}
`)
	for name, word := range map[string]string{
		"AGENTS.md": "wavewright promote --to", "docs/runbook.md": "## Promote",
		"docs/architecture/applicationsets.md": "## Pins", "docs/architecture/environments.md": "promote",
	} {
		if strings.Contains(files[name], word) {
			t.Errorf("%s says %q", name, word)
		}
	}
	for name, sentence := range map[string]string{
		"docs/architecture/environments.md": "All environments have the same settings.",
		"docs/security/overview.md":         "The platform has one environment.",
		"docs/networking/overview.md":       "No application has a route.",
		"docs/best-practices/resources.md":  "There are none: every application has exactly the amounts above.",
	} {
		if !strings.Contains(files[name], sentence) {
			t.Errorf("%s does not say %q", name, sentence)
		}
	}
}

// TestDocumentsNameTheLayer changes a value in each layer and looks for it in the
// table of differences, with the layer.
func TestDocumentsNameTheLayer(t *testing.T) {
	files := documents(t, `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: layers}
repository: {url: https://git.example.com/layers.git}
profiles:
  calm: {extends: production, workload: {scale: {max: 7}}}
environments:
  - {name: dev, profile: development}
  - {name: prod, profile: calm, sync: {automated: null}, access: {breakGlass: [grp-oncall]}, workload: {scale: {cpu: 55}}}
applications:
  web:
    image: ghcr.io/acme/web:1.0.0
    ports: {http: 8080}
    env: {WHERE: "{env}"}
    profiles: {calm: {env: {PROFILE: "a|b", LONG: "twenty characters a1twenty characters a2twenty characters a3twenty characters a4"}}}
    environments: {prod: {scale: {min: 5}}}
    clusters: {in-cluster: {env: {WHO: "{target}"}}}
`)
	for _, line := range []string{
		"| workload.scale.max | 1 | 7 (profile calm) |",
		"| workload.scale.cpu | – | 55 (environment prod) |",
		"| sync.automated | see its fields | removed (environment prod) |",
		"| web | env.WHERE | dev (application) | prod (application) |",
		`| web | env.PROFILE | – | a\|b (in profile calm) |`,
		"| web | env.LONG | – | twenty characters a1twenty characters a2twenty characters a3 … (in profile calm) |",
		"| web | scale.min | 1 | 5 (in environment prod) |",
		"| web | env.WHO | dev (on cluster in-cluster) | prod (on cluster in-cluster) |",
	} {
		if !strings.Contains(files["docs/architecture/environments.md"], line) {
			t.Errorf("missing: %s\n%s", line, files["docs/architecture/environments.md"])
		}
	}
	if !strings.Contains(files["docs/security/overview.md"], "| prod | break-glass | grp-oncall | all |") {
		t.Error("the break-glass groups are not listed")
	}
	if !strings.Contains(files["docs/architecture/applicationsets.md"], "| by hand |") {
		t.Error("an environment without automated sync is not said to sync by hand")
	}
}

// TestDocumentsOfSeveralArgoCDs reads where roots are applied when there are several.
func TestDocumentsOfSeveralArgoCDs(t *testing.T) {
	const spec = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: two}
repository: {url: https://git.example.com/two.git}
argocd: {install: INSTALL}
environments:
  - {name: dev, profile: development, argocd: nonprod}
  - {name: test, profile: staging, argocd: nonprod}
  - {name: live, profile: production}
applications:
  web: {image: ghcr.io/acme/web:1.0.0, ports: {http: 8080}}
`
	for install, lines := range map[string][]string{
		"none": {
			"kubectl --context nonprod --namespace argocd patch configmap argocd-cm --type merge --patch-file bootstrap/argocd-settings/argocd-cm.patch.yaml",
			"wavewright doctor --context nonprod --argocd nonprod",
			"kubectl --context nonprod apply --server-side --field-manager=wavewright-two --filename bootstrap/roots/dev.yaml --filename bootstrap/roots/test.yaml",
			"kubectl --context argocd apply --server-side --field-manager=wavewright-two --filename bootstrap/roots/live.yaml",
		},
		"vendored": {
			"kubectl --context nonprod apply --server-side --field-manager=wavewright-two --kustomize bootstrap/argocd/install",
			"kubectl --context nonprod --namespace argocd wait deployment --all --for condition=Available --timeout 10m",
			"kubectl --context nonprod apply --server-side --field-manager=wavewright-two --filename bootstrap/roots/argocd.yaml --filename bootstrap/roots/dev.yaml --filename bootstrap/roots/test.yaml",
			"kubectl --context argocd apply --server-side --field-manager=wavewright-two --filename bootstrap/roots/argocd.yaml --filename bootstrap/roots/live.yaml",
		},
	} {
		readme := documents(t, strings.Replace(spec, "INSTALL", install, 1))["README.md"]
		for _, line := range lines {
			if !strings.Contains(readme, "\n"+line+"\n") {
				t.Errorf("%s: the README does not say %s\n%s", install, line, readme)
			}
		}
	}
}

// TestDocumentsOfManyConnections has twelve applications that all ask each other: the
// table has all of them, and a picture would be a tangle.
func TestDocumentsOfManyConnections(t *testing.T) {
	var spec strings.Builder
	spec.WriteString(typical)
	for i := range 12 {
		fmt.Fprintf(&spec, "  app%d: {image: \"ghcr.io/acme/app:1.0.0\", ports: {http: 8080}, connectsTo: {", i)
		for k := range 12 {
			if k != i {
				fmt.Fprintf(&spec, "app%d: {}, ", k)
			}
		}
		spec.WriteString("}}\n")
	}
	text := documents(t, spec.String())["docs/networking/overview.md"]
	if !strings.Contains(text, "| app11 | → | app10 | TCP 8080 | wherever it runs |") {
		t.Errorf("a connection is missing:\n%s", text)
	}
	if strings.Contains(text, "mermaid") || !strings.Contains(text, "There are too many connections for a picture.") {
		t.Errorf("132 connections are drawn:\n%s", text)
	}
}

// TestDocumentsCountAlerts holds the matrix of the environments to the rules that are
// there: as many alerts, as bad as it says.
func TestDocumentsCountAlerts(t *testing.T) {
	files, counted := generate(t, "platform"), 0
	for env, namespace := range map[string]string{"staging": "staging/infra/data-staging", "preprod": "preprod/infra/data-pre", "prod": "prod/infra/data-prod"} {
		rules := string(files["overlays/"+namespace+"/alerts.yaml"])
		var parts []string
		for _, severity := range []string{"critical", "warning", "info"} {
			if n := strings.Count(rules, "labels: {severity: "+severity+","); n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, severity))
			}
		}
		cell := fmt.Sprintf(" %d: %s |", strings.Count(rules, "- alert: "), strings.Join(parts, ", "))
		for line := range strings.Lines(string(files["docs/architecture/environments.md"])) {
			if strings.HasPrefix(line, "| alerts of a namespace |") {
				counted++
				if !strings.Contains(line, cell) {
					t.Errorf("%s has%s the matrix says %s", env, cell, line)
				}
			}
		}
	}
	if counted != 3 {
		t.Errorf("%d environments were counted", counted)
	}
}

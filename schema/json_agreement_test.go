package schema

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	validator2020 "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// compileJSON compiles the embedded schema with a validator that has nothing to do
// with the library that made it.
func compileJSON(t testing.TB) *validator2020.Schema {
	t.Helper()
	doc, err := validator2020.UnmarshalJSON(strings.NewReader(string(JSON())))
	if err != nil {
		t.Fatal(err)
	}
	c := validator2020.NewCompiler()
	if err := c.AddResource("spec.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("spec.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// plain turns a tree into what a JSON validator reads.
func plain(n *yamltree.Node) any {
	switch n.Kind {
	case yamltree.Map:
		m := object{}
		for _, e := range n.Entries {
			m[e.Key] = plain(e.Value)
		}
		return m
	case yamltree.List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = plain(item)
		}
		return items
	case yamltree.Null:
		return nil
	case yamltree.Bool:
		return strings.EqualFold(n.Text, "true")
	case yamltree.Int, yamltree.Float:
		return number(n)
	}
	return n.Text
}

func number(n *yamltree.Node) any {
	if i, ok := n.Int(); ok {
		return json.Number(strconv.FormatInt(i, 10))
	}
	if n.Kind == yamltree.Int {
		return json.Number("1") // 010 and the like, which JSON does not have
	}
	if f, err := strconv.ParseFloat(n.Text, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return f
	}
	return 0.5 // .inf and the like
}

// verdicts returns what the program and the JSON schema say of a spec: no errors and
// nil mean that they accept it.
func verdicts(t testing.TB, compiled *validator2020.Schema, src string) (byLoad diag.List, byJSON error) {
	t.Helper()
	node, faults := yamltree.Parse(FileName, []byte(src))
	if faults.HasErrors() {
		t.Fatalf("not YAML: %v\n%s", faults, src)
	}
	_, _, list, err := loadFrom(fstest.MapFS{FileName: {Data: []byte(src)}}, FileName)
	if err != nil {
		t.Fatal(err)
	}
	return list.Sorted(), compiled.Validate(plain(node))
}

func TestJSONSchemaAcceptsSpecs(t *testing.T) {
	compiled := compileJSON(t)
	var files []string
	for _, pattern := range []string{"../examples/*/environments.yaml", "../examples/*/teams/*.yaml", "../golden/*/environments.yaml", "../golden/*/teams/*.yaml"} {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, matches...)
	}
	if len(files) < 2 {
		t.Fatal("no examples found")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		node, faults := yamltree.Parse(file, src)
		if faults.HasErrors() {
			t.Fatal(faults)
		}
		if err := compiled.Validate(plain(node)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestJSONSchemaAgrees holds that editors and the program say the same of small
// documents. Where only the program refuses, rejected is false.
func TestJSONSchemaAgrees(t *testing.T) {
	compiled := compileJSON(t)
	for _, c := range agreementCases() {
		t.Run(c.name, func(t *testing.T) {
			byLoad, byJSON := verdicts(t, compiled, c.src)
			if (byJSON != nil) != c.byJSON {
				t.Errorf("JSON schema: %v, want rejected %v", byJSON, c.byJSON)
			}
			if byLoad.HasErrors() != c.byLoad {
				t.Errorf("Load: %v, want rejected %v", byLoad, c.byLoad)
			}
		})
	}
}

type agreementCase struct {
	name, src      string
	byJSON, byLoad bool // rejected
}

// minimal is a complete spec; more is appended to it as it is.
func minimal(more string) string {
	return `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: https://git.example.com/acme/shop.git}
environments:
- {name: dev, profile: development}
` + more
}

// later is a complete spec with a rule of promotion.
func later(promotion string) string {
	return minimal("- {name: staging, profile: staging, promotion: " + promotion + "}\n")
}

// workload is a complete spec with one application that has the given line.
func workload(line string) string { return minimal("applications:\n  web:\n    " + line + "\n") }

func agreementCases() []agreementCase {
	var cases []agreementCase
	add := func(byJSON, byLoad bool, named map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(named)) {
			cases = append(cases, agreementCase{name, named[name], byJSON, byLoad})
		}
	}
	add(false, false, acceptedDocuments())
	add(true, true, refusedDocuments())
	add(false, true, map[string]string{
		"only Load: unknown team":     workload("team: nobody"),
		"only Load: unknown cluster":  strings.Replace(minimal(""), "development}", "development, cluster: eu}", 1),
		"only Load: duplicate target": minimal("- {name: dev, profile: staging}\n"),
		"only Load: leading zero":     workload("scale: {min: 01}"),
		"only Load: password":         strings.Replace(minimal(""), "https://git", "https://me:secret@git", 1),
	})
	// A null where a later version has a field means nothing, and editors flag the field.
	add(true, false, map[string]string{"only JSON: null of a later field": later("{soak: ~}")})
	return cases
}

func acceptedDocuments() map[string]string {
	return map[string]string{
		"minimal":                minimal(""),
		"null in a layer":        workload("{image: ~, ports: {http: ~}, scale: ~, expose: {a: ~}, kind: ~, tolerations: ~, deploy: ~}"),
		"null map value":         workload("env: {A: ~}"),
		"null outside of layers": minimal("argocd: ~\nimages: {requireDigest: ~}\nteams: ~\n"),
		"null layers":            workload("{profiles: {staging: ~}, environments: ~}"),
		"partial layers":         workload("{ports: {http: {container: 90}}, expose: {a: {port: http}}, secrets: {db: {key: x}}, singleton: {}}"),
		"ports":                  workload("ports: {a: 1, b: 65535, c: {port: 80, container: 8080, protocol: UDP}}"),
		"amounts":                workload("resources: {requests: {cpu: 2, memory: 1Gi}, limits: {cpu: 0.5}}"),
		"quota auto":             strings.Replace(minimal(""), "development}", "development, quota: auto}", 1),
		"quota hard":             strings.Replace(minimal(""), "development}", "development, quota: {hard: {pods: 8}, budget: ~}}", 1),
		"own profile":            minimal("profiles: {mine: {extends: staging, workload: {scale: {min: 1}}}}\n"),
		"clusters":               strings.Replace(minimal("clusters: {eu: {kubernetes: '1.36', nodes: 3}}\n"), "development}", "development, clusters: [eu]}", 1),
		"sync":                   strings.Replace(minimal(""), "development}", "development, sync: {automated: {prune: true}, retry: {limit: 2, backoff: {duration: 1m30s}}, options: [PruneLast=true]}}", 1),
	}
}

func refusedDocuments() map[string]string {
	env := func(more string) string {
		return strings.Replace(minimal(""), "development}", "development, "+more+"}", 1)
	}
	return map[string]string{
		"unknown key":            minimal("aplications: {}\n"),
		"unknown key in a layer": workload("replicas: 3"),
		"unknown key in a union": workload("ports: {a: {prot: 1}}"),
		"text for a number":      workload("scale: {min: '1'}"),
		"number for a text":      workload("env: {A: 1}"),
		"list for a map":         workload("env: [A]"),
		"text for a list":        workload("command: sh"),
		"scalar application":     minimal("applications: {web: 1}\n"),
		"enum":                   workload("failover: slow"),
		"later":                  later("{soak: 2h}"),
		"missing":                "apiVersion: wavewright.dev/v1alpha1\nkind: Environments\n",
		"missing apiVersion":     strings.Replace(minimal(""), "apiVersion: wavewright.dev/v1alpha1\n", "", 1),
		"null apiVersion":        strings.Replace(minimal(""), "wavewright.dev/v1alpha1", "~", 1),
		"wrong apiVersion":       strings.Replace(minimal(""), "v1alpha1", "v1", 1),
		"missing in a list item": minimal("- {name: prod}\n"),
		"missing in the facts":   minimal("platform: {metrics: {namespace: dns}}\n"),
		"empty list item":        workload("command: [~]"),
		"empty list":             strings.Replace(minimal(""), "\n- {name: dev, profile: development}", " []", 1),
		"no clusters":            env("clusters: []"),
		"cluster twice":          env("clusters: [in-cluster, in-cluster]"),
		"empty name":             strings.Replace(minimal(""), "name: shop", "name: ''", 1),
		"port 0":                 workload("ports: {a: 0}"),
		"port 65536":             workload("ports: {a: 65536}"),
		"port in a map":          workload("ports: {a: {port: 80, container: 65536}}"),
		"port as text":           workload("ports: {a: '80'}"),
		"amount as a list":       workload("resources: {limits: {cpu: [1]}}"),
		"quota word":             env("quota: none"),
		"quota number":           env("quota: 1"),
		"quota both":             env("quota: {budget: {}, hard: {}}"),
		"declared as null":       minimal("teams: {storefront: ~}\n"),
		"application as null":    minimal("applications: {web: ~}\n"),
		"upper-case name":        minimal("applications: {Web: {}}\n"),
		"reserved application":   minimal("applications: {internet: {}}\n"),
		"reserved prefix":        minimal("applications: {infra-web: {}}\n"),
		"reserved team":          minimal("teams: {apps: {}}\n"),
		"device name":            minimal("teams: {com1: {}}\n"),
		"long name":              strings.Replace(minimal(""), "name: dev", "name: developmentdevelopment", 1),
		"built-in profile":       minimal("profiles: {staging: {extends: production}}\n"),
		"kubernetes":             minimal("clusters: {in-cluster: {kubernetes: '1.36.1'}}\n"),
		"no nodes":               minimal("clusters: {in-cluster: {nodes: 0}}\n"),
		"url":                    strings.Replace(minimal(""), "https://git", "git", 1),
		"namespace":              minimal("argocd: {namespace: Argo_CD}\n"),
		"duration":               env("sync: {retry: {backoff: {duration: 5 seconds}}}"),
		"sync option":            env("sync: {options: [PruneLast]}"),
	}
}

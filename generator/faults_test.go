package generator

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// goldenSpecs returns the hand-written files of every golden case.
func goldenSpecs(t testing.TB) map[string]fs.FS {
	t.Helper()
	specs, err := filepath.Glob("../golden/*/" + schema.FileName)
	if err != nil || len(specs) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	cases := map[string]fs.FS{}
	for _, spec := range specs {
		dir := filepath.Dir(spec)
		cases[filepath.Base(dir)] = os.DirFS(dir)
	}
	return cases
}

// said returns what is found in a spec in which some texts are replaced.
func said(t testing.TB, fsys fs.FS, texts map[string][]byte) diag.List {
	t.Helper()
	p, err := load(folder{disk: fsys, replaced: texts})
	if err != nil {
		t.Fatal(err)
	}
	return p.Diagnostics.Sorted()
}

// document is one file of a spec as a tree that can be written with faults in it.
type document struct {
	file string
	root *yamltree.Node
}

// documents reads the files of a spec.
func documents(t testing.TB, fsys fs.FS) []document {
	t.Helper()
	files, err := schema.Read(fsys, schema.FileName)
	if err != nil {
		t.Fatal(err)
	}
	if _, list := schema.Load(files); list.HasErrors() {
		t.Fatal(list)
	}
	sources := files.Sources
	var docs []document
	for _, file := range slices.Sorted(maps.Keys(sources)) {
		root, _ := yamltree.Parse(file, sources[file])
		docs = append(docs, document{file, root})
	}
	return docs
}

// write returns the text of a tree on lines of their own, so that no two values share
// a place; what stands for a node replaces it.
func write(n *yamltree.Node, instead map[*yamltree.Node]string) []byte {
	var b strings.Builder
	writeNode(&b, n, instead)
	return []byte(b.String() + "\n")
}

func writeNode(b *strings.Builder, n *yamltree.Node, instead map[*yamltree.Node]string) {
	if text, ok := instead[n]; ok {
		b.WriteString(text)
		return
	}
	switch n.Kind {
	case yamltree.Map:
		b.WriteString("{")
		for _, e := range n.Entries {
			b.WriteString("\n" + strconv.Quote(e.Key) + ": ")
			writeNode(b, e.Value, instead)
			b.WriteString(",")
		}
		b.WriteString("\n}")
	case yamltree.List:
		b.WriteString("[")
		for _, item := range n.Items {
			b.WriteString("\n")
			writeNode(b, item, instead)
			b.WriteString(",")
		}
		b.WriteString("\n]")
	case yamltree.String:
		b.WriteString(strconv.Quote(n.Text))
	case yamltree.Null:
		b.WriteString("null")
	default:
		b.WriteString(n.Text)
	}
}

// walk calls visit for every value below n with its path.
func walk(n *yamltree.Node, path string, visit func(path string, n *yamltree.Node)) {
	for _, e := range n.Entries {
		visit(path+"."+e.Key, e.Value)
		walk(e.Value, path+"."+e.Key, visit)
	}
	for i, item := range n.Items {
		visit(fmt.Sprintf("%s[%d]", path, i), item)
		walk(item, fmt.Sprintf("%s[%d]", path, i), visit)
	}
}

// wrongType is a value that no field of n's type accepts.
func wrongType(n *yamltree.Node) string {
	if n.Kind == yamltree.Map || n.Kind == yamltree.List {
		return "true"
	}
	return "[wrong]"
}

// sweep runs check on every value of every golden spec, with what is said when other
// text stands for it.
func sweep(t *testing.T, check func(t *testing.T, path string, n *yamltree.Node, try func(instead string) diag.List)) {
	for name, fsys := range goldenSpecs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := said(t, fsys, nil)
			for _, doc := range documents(t, fsys) {
				walk(doc.root, doc.file+":", func(path string, n *yamltree.Node) {
					if strings.Contains(path, ".source.helm.values") {
						return // anything is possible there
					}
					check(t, path, n, func(instead string) diag.List {
						text := write(doc.root, map[*yamltree.Node]string{n: instead})
						return without(said(t, fsys, map[string][]byte{doc.file: text}), before)
					})
				})
			}
		})
	}
}

// without returns the findings that are not in other, places aside.
func without(list, other diag.List) diag.List {
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(other, func(o diag.Diagnostic) bool { return d.Code == o.Code && d.Summary == o.Summary })
	})
}

// TestWrongTypeOneFinding gives every single value of the golden specs a wrong type:
// that is said once, and nothing that only follows from it.
func TestWrongTypeOneFinding(t *testing.T) {
	sweep(t, func(t *testing.T, path string, n *yamltree.Node, try func(string) diag.List) {
		if n.Kind == yamltree.Null {
			return
		}
		if list := try(wrongType(n)); len(list) != 1 || list[0].Code != "spec/type" {
			t.Errorf("%s of a wrong type:\n%s", path, summaries(list))
		}
	})
}

// TestUnknownKeyOneFinding gives every map of the golden specs a key that nobody knows.
func TestUnknownKeyOneFinding(t *testing.T) {
	sweep(t, func(t *testing.T, path string, n *yamltree.Node, try func(string) diag.List) {
		if n.Kind != yamltree.Map {
			return
		}
		more := *n
		more.Entries = append(slices.Clone(n.Entries), yamltree.Entry{Key: "qqqqq", Value: &yamltree.Node{Kind: yamltree.List}})
		list := try(string(write(&more, nil)))
		unknown := slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == "spec/unknown-key" })
		if len(list) == 0 || unknown && len(list) != 1 {
			t.Errorf("%s with an unknown key:\n%s", path, summaries(list))
		}
	})
}

func summaries(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "\t%s:%d: %s [%s]\n", d.Subject.File, d.Subject.Line, d.Summary, d.Code)
	}
	return b.String()
}

// sound is a spec without errors, one statement a line, for faults to be put into.
const sound = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository:
  url: https://git.example.com/acme/shop.git
  branch: main
platform:
  gateway:
    name: public
    namespace: gateway-system
    podLabels: {app: envoy}
  secrets:
    provider: external-secrets
    store: {name: vault}
clusters:
  nonprod: {nodes: 4}
  eu:
    nodes: 9
    kubernetes: "1.36"
teams:
  storefront:
    owners: ["@acme/storefront"]
environments:
- name: dev
  profile: development
  cluster: nonprod
- name: staging
  profile: staging
  cluster: nonprod
  sync: {retry: {backoff: {duration: 5s}}}
- name: prod
  profile: production
  cluster: eu
  quota:
    budget: {limits.cpu: 400}
  promotion: {from: staging}
applications:
  web:
    team: storefront
    image: ghcr.io/acme/web:1.4.2
    ports:
      http: 8080
    env:
      MODE: plain
    labels: {tier: front}
    expose:
      shop:
        host: shop.{env}.example.com
        port: http
    connectsTo:
      cart: {}
      stripe: {cidr: 10.0.0.0/8, port: 443}
    environments:
      prod: {scale: {max: 9}}
    volumes:
      tmp:
        mount: /tmp
        scratch: 64Mi
  cart:
    team: storefront
    image: ghcr.io/acme/cart:2.0.1
    ports:
      grpc: 9090
    probes:
      readiness: {http: /ready}
    secrets:
      db:
        key: payments/db
        env: {DB: password}
    environments:
      prod: {labels: {tier: back}}
  worker:
    team: storefront
    image: ghcr.io/acme/worker:3.1.0
    probes: {liveness: {exec: [alive]}}
    environments:
      prod: {resources: {limits: {cpu: 2}}}
`

// faults of every kind, each in a line of its own.
var faults = []struct{ from, to, code string }{
	{"metadata: {name: shop}", "metadata: {name: Shop}", "name/invalid"},
	{"  worker:", "  Worker_1:", "name/invalid"},
	{"  nonprod: {nodes: 4}", "  nonprod: {nodes: 0}", "spec/value"},
	{"    podLabels: {app: envoy}", "    podLabels: {app: [envoy]}", "spec/type"},
	{"  profile: development", "  profile: 3", "spec/type"},
	{"kind: Environments", "kind: Environment", "spec/value"},
	{"  url: https://git.example.com/acme/shop.git", "  ", "spec/missing"},
	{"  branch: main", "  branch: -f", "repository/branch"},
	{"    namespace: gateway-system", "    namespace: [gateway]", "spec/type"},
	{"    store: {name: vault}", "    store: {name: 'vault-{enw}'}", "reference/name"},
	{"    nodes: 9", "    nodes: many", "spec/type"},
	{"    kubernetes: \"1.36\"", "    kubernetes: 1.36", "spec/type"},
	{"    owners: [\"@acme/storefront\"]", "    owners: [storefront]", "owner/invalid"},
	{"  sync: {retry: {backoff: {duration: 5s}}}", "  sync: {retry: {backoff: {duration: soon}}}", "spec/value"},
	{"  promotion: {from: staging}", "  promotion: {from: stagging}", "promotion/from"},
	{"    budget: {limits.cpu: 400}", "    budget: {limits.cpu: 4}", "quota/exceeded"},
	{"    image: ghcr.io/acme/web:1.4.2", "    image: ghcr.io/acme/web:latest", "images/unpinned"},
	{"      http: 8080", "      http: 80800", "spec/value"},
	{"      MODE: plain", "      API_TOKEN: hunter2", "secret/literal"},
	{"    labels: {tier: front}", "    lables: {tier: front}", "spec/unknown-key"},
	{"        host: shop.{env}.example.com", "        host: Shop", "expose/host"},
	{"      cart: {}", "      crat: {}", "connection/unknown"},
	{"      stripe: {cidr: 10.0.0.0/8, port: 443}", "      stripe: {cidr: 10.0.0.1/8, port: 443}", "connection/cidr"},
	{"      prod: {scale: {max: 9}}", "      prod: {scale: {max: nine}}", "spec/type"},
	{"        mount: /tmp", "        ", "spec/missing"},
	{"    image: ghcr.io/acme/cart:2.0.1", "    image: 'ghcr.io/acme/cart 2'", "workload/image"},
	{"      grpc: 9090", "      GRPC: 9090", "port/name"},
	{"      readiness: {http: /ready}", "      readiness: {http: ready}", "probe/path"},
	{"        key: payments/db", "        key: 'payments/{db}'", "placeholder/unknown"},
	{"      prod: {labels: {tier: back}}", "      prdo: {labels: {tier: back}}", "reference/unknown"},
	{"    image: ghcr.io/acme/worker:3.1.0", "    image: ghcr.io/acme/worker:3.1.0@sha256:12", "workload/image"},
	{"      prod: {resources: {limits: {cpu: 2}}}", "      prod: {resources: {limits: {cpu: 2x}}}", "quantity/invalid"},
}

// TestFaultsAreIndependent puts any number of faults into one spec: what is said is
// exactly what each of them brings alone.
func TestFaultsAreIndependent(t *testing.T) {
	if list := saidOf(t); len(list) > 0 {
		t.Fatalf("the spec is not sound:\n%s", summaries(list))
	}
	alone := make([]diag.List, len(faults))
	for i, fault := range faults {
		alone[i] = saidOf(t, i)
		if !slices.ContainsFunc(alone[i], func(d diag.Diagnostic) bool { return d.Code == fault.code }) {
			t.Fatalf("%q does not bring %s:\n%s", fault.to, fault.code, summaries(alone[i]))
		}
		if len(alone[i]) != 1 {
			t.Errorf("%q brings more than one finding:\n%s", fault.to, summaries(alone[i]))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		chosen := random.Perm(len(faults))[:2+random.IntN(len(faults)-1)]
		var want diag.List
		for _, i := range chosen {
			want = append(want, alone[i]...)
		}
		if got, want := summaries(saidOf(t, chosen...)), summaries(want.Sorted()); got != want {
			t.Fatalf("faults %v together: got\n%swant\n%s", chosen, got, want)
		}
	}
}

// saidOf returns what is found in the sound spec with some of the faults.
func saidOf(t *testing.T, chosen ...int) diag.List {
	t.Helper()
	text := sound
	for _, i := range chosen {
		if strings.Count(text, faults[i].from+"\n") != 1 {
			t.Fatalf("the spec does not have one line %q", faults[i].from)
		}
		text = strings.Replace(text, faults[i].from+"\n", faults[i].to+"\n", 1)
	}
	return said(t, fstest.MapFS{}, map[string][]byte{schema.FileName: []byte(text)})
}

// TestFindingsSayWhatToDo reads the cases of errors: every finding has a hint.
func TestFindingsSayWhatToDo(t *testing.T) {
	cases, err := filepath.Glob("../golden/errors/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases of errors", err)
	}
	finding := regexp.MustCompile(`(?m)^\S.*: (error|warning): .* \[[a-z-]+/[a-z-]+\]\n(([ ].*)?\n)*`)
	for _, name := range cases {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := strings.Cut(string(src), "\n-- want --\n")
		for _, text := range finding.FindAllString(want, -1) {
			if !strings.Contains(text, "\n  hint: ") {
				t.Errorf("%s does not say what to do:\n%s", name, text)
			}
		}
	}
}

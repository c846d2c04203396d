package schema

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	validator2020 "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// tally counts the verdicts over changed specs.
type tally struct {
	compiled                   *validator2020.Schema
	later                      []string
	rejected, looser, accepted int
}

// check fails when an editor would underline what works: what the JSON schema rejects,
// the program must reject. The one exception is a null for a field of a later version,
// which the program ignores.
func (c *tally) check(t *testing.T, src string) {
	t.Helper()
	byLoad, byJSON := verdicts(t, c.compiled, src)
	switch {
	case byJSON != nil && byLoad.HasErrors():
		c.rejected++
	case byLoad.HasErrors():
		c.looser++
	case byJSON == nil:
		c.accepted++
	case c.compiled.Validate(plain(withoutNulls(src, c.later))) != nil:
		t.Fatalf("only the JSON schema rejects: %v\n%s", byJSON, src)
	}
}

func (c *tally) report(t *testing.T) {
	t.Logf("both reject %d, only the program rejects %d, both accept %d", c.rejected, c.looser, c.accepted)
	if total := c.rejected + c.looser + c.accepted; c.rejected < total/10 || c.accepted < total/10 {
		t.Error("the changes are too tame or too wild to show anything")
	}
}

func newTally(t *testing.T) *tally { return &tally{compiled: compileJSON(t), later: laterKeys(t)} }

// right holds that a spec that is to be changed has no fault.
func (c *tally) right(t *testing.T, src string) {
	t.Helper()
	if byLoad, byJSON := verdicts(t, c.compiled, src); byJSON != nil || len(byLoad) > 0 {
		t.Fatalf("the spec to change must be right: %v, %v\n%s", byJSON, byLoad, src)
	}
}

// TestJSONSchemaIsNeverStricter takes each value of a spec in turn, and replaces it by
// each of a few others or drops it.
func TestJSONSchemaIsNeverStricter(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	c := newTally(t)
	c.right(t, everything)
	for i := range places(parsed(everything)) {
		for _, value := range someValues() {
			root := parsed(everything)
			*places(root)[i] = value
			c.check(t, flow(root)+"\n")
		}
		for j := range places(parsed(everything))[i].Entries {
			root := parsed(everything)
			n := places(root)[i]
			n.Entries = slices.Delete(n.Entries, j, j+1)
			c.check(t, flow(root)+"\n")
		}
	}
	c.report(t)
}

// TestJSONSchemaIsNeverStricterAtRandom changes one thing of an example at random.
func TestJSONSchemaIsNeverStricterAtRandom(t *testing.T) {
	t.Parallel()
	const perSpec = 300
	c := newTally(t)
	files, err := filepath.Glob("../examples/*/environments.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "include:") {
			continue // it is right together with the files that it includes only
		}
		c.right(t, string(src))
		rng := rand.New(rand.NewPCG(20, uint64(i)))
		for range perSpec {
			c.check(t, mutate(rng, string(src)))
		}
	}
	c.report(t)
}

// everything states most keys, so that changes reach most types.
const everything = `apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: shop}
repository: {url: "git@git.example.com:acme/shop.git", branch: main, path: deploy}
argocd: {namespace: argocd, install: none}
templates: mine
images: {requireDigest: false}
platform:
  gateway: {name: public, namespace: gateway, listener: web, podLabels: {app: envoy}}
  ingress: {class: nginx, namespace: nginx, podLabels: {app: nginx}, tls: {issuer: acme, issuerKind: Issuer}}
  metrics: {namespace: monitoring, podLabels: {app: prometheus}, labels: {release: stack}, interval: 30s}
  dns: {namespace: kube-system, podLabels: {k8s-app: kube-dns}}
  secrets: {provider: external-secrets, store: {kind: SecretStore, name: vault}}
clusters:
  eu: {kubernetes: "1.36", nodes: 3, gateway: {name: g, namespace: g, podLabels: {a: b}}}
  us: {gateway: ~, apiServer: {cidrs: [10.0.0.1/32], ports: [443]}, networks: [203.0.113.0/24]}
teams: {shop: {}, pay: {}}
common: {rails: {env: {RAILS_ENV: production}, secrets: {base: {key: rails, env: {SECRET_KEY_BASE: base}}}}}
profiles: {mine: {extends: production, quota: {budget: {cpu: 2}}}}
environments:
- name: dev
  profile: development
  cluster: eu
  namespace: "{team}-{env}"
  wave: 0
  quota: {hard: {pods: 20, limits.cpu: "8"}}
  limitRange: {min: {cpu: 5m}, max: {memory: 1Gi}, default: {cpu: 1}, defaultRequest: {cpu: 0.5}}
  podSecurity: {enforce: baseline, warn: restricted, audit: restricted}
  sync: {automated: {prune: true, selfHeal: true, allowEmpty: false}, options: [PruneLast=true], infraOptions: [CreateNamespace=true], retry: {limit: 3, backoff: {duration: 5s, factor: 2, maxDuration: 1m}}}
  applicationSets: {policy: sync, preserveResourcesOnDeletion: true, allowPause: true}
  images: any
  monitoring: {enabled: true, restarts: {above: 3, for: 15m, severity: info}, quota: ~, jobs: {for: 1m}}
  network: {shop-dev: {reason: old, expires: 2027-02-28}}
  workload: {scale: {min: 1, max: 2, cpu: 50}, rollout: {maxSurge: 25%, maxUnavailable: 0, minReadySeconds: 3}}
- {name: prod, profile: mine, clusters: [eu, us], promotion: {from: dev}, quota: auto}
applications:
  web:
    team: shop
    uses: [rails]
    kind: Deployment
    image: ghcr.io/acme/web:1
    command: [web]
    args: ["-v"]
    ports: {http: 8080, admin: {port: 81, container: 8081, protocol: TCP}}
    env: {A: x, B: ~}
    secrets: {db: {key: a, env: {P: p}}, old: {existing: o, env: {Q: q}}}
    volumes: {data: {mount: /data, size: 1Gi, storageClass: fast}, tmp: {mount: /tmp, scratch: 64Mi}}
    probes: {readiness: {http: /ok, port: http, periodSeconds: 3}, liveness: {tcp: true}, startup: {grpc: "", failureThreshold: 3}}
    resources: {requests: {cpu: 100m}, limits: {cpu: 2, memory: 1Gi}}
    singleton: {reason: one}
    metrics: {port: http, path: /metrics}
    expose: {shop: {host: shop.example.com, port: http, path: /, pathType: exact, aliases: [x.example.com], through: gateway, timeout: 3s, annotations: {a: b}}}
    connectsTo: {db: {}, net: {cidr: 10.0.0.0/8, except: [10.1.0.0/16], port: 5432}, two: {cidr: 10.0.0.0/8, ports: [1, 2-3/UDP]}, dns: {namespace: x, podLabels: {a: b}, port: 53}}
    serviceAccount: {annotations: {a: b}, rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [web], verbs: [get], reason: r}]}
    imagePullSecrets: [pull]
    nodeSelector: {disk: ssd}
    tolerations: [{key: a, operator: Equal, value: b, effect: NoSchedule}]
    labels: {a: b}
    priorityClass: high
    antiAffinity: preferred
    failover: fast
    disruptionBudget: {maxUnavailable: 1}
    security: {runAsUser: 1000, runAsGroup: 1000, root: {reason: r}, writableRootFilesystem: ~}
    profiles: {mine: {deploy: false}}
    environments: {prod: {scale: {max: 9}}, dev: {ports: {http: {container: 9}}}}
    clusters: {us: {env: {REGION: us}}}
  db: {team: pay, image: "db:1"}
`

func parsed(src string) *yamltree.Node {
	root, _ := yamltree.Parse(FileName, []byte(src))
	return root
}

// places lists a node and all that is below it.
func places(n *yamltree.Node) []*yamltree.Node {
	found := []*yamltree.Node{n}
	for _, e := range n.Entries {
		found = append(found, places(e.Value)...)
	}
	for _, item := range n.Items {
		found = append(found, places(item)...)
	}
	return found
}

// mutate changes one value or key of a spec, and writes it as one line of YAML.
func mutate(rng *rand.Rand, src string) string {
	root := parsed(src)
	all := places(root)
	mutateNode(rng, all[rng.IntN(len(all))], all)
	return flow(root) + "\n"
}

func mutateNode(rng *rand.Rand, n *yamltree.Node, all []*yamltree.Node) {
	keys := []string{"name", "port", "reason", "x", "infra", "Web", "image", "env", "extends", "metrics", "con", "moved", "budget", "hard"}
	choice := rng.IntN(4)
	switch {
	case choice == 0 && len(n.Entries) > 0: // drop
		i := rng.IntN(len(n.Entries))
		n.Entries = slices.Delete(slices.Clone(n.Entries), i, i+1)
	case choice == 1 && len(n.Entries) > 0: // rename
		key := keys[rng.IntN(len(keys))]
		if n.Get(key) == nil {
			n.Entries[rng.IntN(len(n.Entries))].Key = key
		}
	case choice == 2 && n.Kind == yamltree.Map: // add
		key := keys[rng.IntN(len(keys))]
		if n.Get(key) == nil {
			n.Entries = append(n.Entries, yamltree.Entry{Key: key, Value: someValue(rng, all)})
		}
	default: // replace
		*n = *someValue(rng, all)
	}
}

// someValues are a value of each kind, and some that are at the edge.
func someValues() []yamltree.Node {
	return []yamltree.Node{
		{Kind: yamltree.Null}, {Kind: yamltree.Bool, Text: "true"}, {Kind: yamltree.Int, Text: "0"}, {Kind: yamltree.Int, Text: "70000"},
		{Kind: yamltree.Float, Text: "1.5"}, {Kind: yamltree.String, Quoted: true}, {Kind: yamltree.String, Text: "auto"},
		{Kind: yamltree.Map}, {Kind: yamltree.List},
	}
}

func someValue(rng *rand.Rand, all []*yamltree.Node) *yamltree.Node {
	values := someValues()
	if i := rng.IntN(len(values) + 6); i < len(values) {
		return &values[i]
	}
	// Else a copy of a leaf from elsewhere in the spec.
	for range 100 {
		if leaf := *all[rng.IntN(len(all))]; len(leaf.Entries) == 0 && len(leaf.Items) == 0 {
			return &leaf
		}
	}
	return &values[0]
}

// flow writes a tree as YAML on one line.
func flow(n *yamltree.Node) string {
	var parts []string
	switch n.Kind {
	case yamltree.Map:
		for _, e := range n.Entries {
			parts = append(parts, strconv.Quote(e.Key)+": "+flow(e.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yamltree.List:
		for _, item := range n.Items {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case yamltree.Null:
		return "~"
	case yamltree.String:
		return strconv.Quote(n.Text)
	}
	return n.Text
}

// laterKeys lists the keys that some struct has for a later version.
func laterKeys(t *testing.T) []string {
	var keys []string
	for _, fields := range readSpecTypes(t).fields {
		for _, f := range fields {
			if f.later != "" {
				keys = append(keys, f.key)
			}
		}
	}
	return keys
}

// withoutNulls returns the spec without the exception: nulls for fields of a later version.
func withoutNulls(src string, later []string) *yamltree.Node {
	root := parsed(src)
	var strip func(n *yamltree.Node)
	strip = func(n *yamltree.Node) {
		n.Entries = slices.DeleteFunc(n.Entries, func(e yamltree.Entry) bool {
			return e.Value.Kind == yamltree.Null && slices.Contains(later, e.Key)
		})
		for _, e := range n.Entries {
			strip(e.Value)
		}
		for _, item := range n.Items {
			strip(item)
		}
	}
	strip(root)
	return root
}

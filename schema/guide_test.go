package schema

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// TestGuideNamesFields holds that each example of guide.yaml is a piece of a spec, and that each key is
// unknown where the guide shows its way.
func TestGuideNamesFields(t *testing.T) {
	types, seen := readSpecTypes(t), map[string]bool{}
	for _, row := range readGuide() {
		for _, at := range row.At {
			typ, known := types.byName(at)
			if !known {
				t.Errorf("%v: the spec has no type %s", row.Keys, at)
				continue
			}
			for _, key := range row.Keys {
				place := at + "." + fold(key)
				if seen[place] {
					t.Errorf("%s.%s stands in two rows", at, key)
				}
				seen[place] = true
				if slices.Contains(yamltree.Keys(reflect.New(typ).Elem().Interface()), key) {
					t.Errorf("%s has a field %s", at, key)
				}
			}
			if row.Top {
				typ = reflect.TypeFor[Spec]()
			}
			for _, example := range row.Write {
				for _, key := range row.Keys {
					checkExample(t, typ, strings.Replace(example, "{KEY:", "{"+key+":", 1))
				}
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("the guide knows %d keys", len(seen))
	}
}

func checkExample(t *testing.T, typ reflect.Type, example string) {
	t.Helper()
	text := example
	if typ == reflect.TypeFor[Port]() {
		text = "{" + example + "}"
	}
	node, faults := yamltree.Parse("example", []byte(text))
	if !faults.HasErrors() {
		faults = yamltree.Decode(node, reflect.New(typ).Interface(), yamltree.DecodeOptions{Partial: true})
	}
	for _, found := range faults {
		if found.Code != "spec/type" && found.Code != "spec/missing" && found.Code != "spec/value" || !strings.Contains(example, "…") {
			t.Errorf("%v: %q: %s", typ.Name(), example, found.Summary)
		}
	}
}

// TestGuideShowsTheWay holds hints as people read them.
func TestGuideShowsTheWay(t *testing.T) {
	known := map[string][]string{
		"Application": yamltree.Keys(Application{}), "Spec": yamltree.Keys(Spec{}), "Environment": yamltree.Keys(Environment{}),
		"Container": yamltree.Keys(Container{}), "port": yamltree.Keys(Port{}), "Expose": yamltree.Keys(Expose{}),
	}
	for _, c := range []struct{ typ, key, want string }{
		{"Application", "depends_on", "Write connectsTo: {NAME: {}}. "},
		{"Application", "replicaCount", "Write scale: {min: 3, max: 3}, or singleton: {reason: TEXT}. "},
		{"Application", "quota", "Environments state quota"},
		{"Application", "gateway", "Write expose: "},
		{"Application", "priorityClasses", "Environments state priorityClasses"},
		{"Application", "loadBalancers", "Clusters state it: platform: {loadBalancers: …}"},
		{"Application", "dns", "Write pod: {dnsConfig: {nameservers: [10.0.0.53]"},
		{"Application", "pid", "Write pod: {hostPID: true}, or pod: {shareProcessNamespace: true}. "},
		{"Application", "hostname", "Write expose: {web: {host: shop.example.com}}, or pod: {hostname: …}. "},
		{"Application", "type", "Write kind: Deployment, or kind: StatefulSet, or expose: "},
		{"Application", "image_pull_policy", "Write container: {imagePullPolicy: IfNotPresent}. "},
		{"Application", "privileged", "Write container: {securityContext: {privileged: true, allowPrivilegeEscalation: true}}. "},
		{"Application", "shm_size", "Write volumes: {shm: {mount: /dev/shm, scratch: 64Mi, medium: Memory}}."},
		{"Application", "ulimits", "Take it out: a pod has nothing like it."},
		{"Application", "backoffLimit", "Write schedule: {backoffLimit: 3}, or attempts: {backoffLimit: 3}. "},
		{"Application", "revisionHistoryLimit", customHint},
		{"Application", "owner", "Write teams: {NAME: {owners: [\"@acme/team\"]}} at the top level of the spec. "},
		{"Spec", "tolerations", "Write workload: {tolerations: …}, for every application in all environments"},
		{"Environment", "env", "Write workload: {env: …}, for every application of the environment"},
		{"Spec", "replicas", "Applications state it, or workload: {…} for all of them. Write scale: "},
		{"Container", "scale", "The application states scale itself"},
		{"Expose", "ingressClassName", "Write through: NAME. A cluster names its ways in: platform: {gateways: "},
		{"Expose", "type", "Write loadBalancer: {sourceRanges: [203.0.113.0/24]}. For what is not HTTP."},
		{"LoadBalancer", "loadBalancerIP", "Controllers of load balancers read a fixed address from an annotation"},
		{"port", "containerPort", "Write port: 80, container: 8080."},
		{"Application", "nonsense", ""},
	} {
		if got := readGuide().hint(c.typ, c.key, known[c.typ]); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s.%s: got %q, want %q", c.typ, c.key, got, c.want)
		}
	}
}

package model

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// TestKeepsOrder holds when containers may be patched one by one: Kubernetes starts
// them in their order, and a patch puts new ones first.
func TestKeepsOrder(t *testing.T) {
	items := func(names string) []yamltree.Ordered {
		var out []yamltree.Ordered
		for _, name := range strings.Fields(names) {
			out = append(out, yamltree.Ordered{pair("name", name)})
		}
		return out
	}
	for _, c := range []struct {
		want, have string
		keeps      bool
	}{
		{"a b", "a b", true}, {"a", "a b", true}, {"b", "a b", true}, {"n a b", "a b", true}, {"n b", "a b", true},
		{"b a", "a b", false}, {"a n b", "a b", false}, {"a b n", "a b", false}, {"n", "a", false}, {"n", "", true}, {"n a m", "a", false},
	} {
		if got := keepsOrder(items(c.want), items(c.have)); got != c.keeps {
			t.Errorf("from %q to %q: got %v", c.have, c.want, got)
		}
	}
}

// TestNeed holds the arithmetic of Kubernetes: the largest init container counts only
// when it needs more than the containers that run later, and sidecars always count.
func TestNeed(t *testing.T) {
	cpu := func(amount schema.Amount) schema.Resources {
		return schema.Resources{Requests: map[string]schema.Amount{"cpu": amount}}
	}
	for _, c := range []struct{ main, sidecar, init, want string }{
		{"500m", "100m", "200m", "600m"}, {"500m", "100m", "2", "2100m"}, {"500m", "0", "0", "500m"},
	} {
		node, faults := yamltree.Parse("x.yaml", []byte("sidecars: {s: {}}\ninit: {i: {}, j: {}}\n"))
		if len(faults) > 0 {
			t.Fatal(faults[0].Summary)
		}
		w := &Workload{Workload: schema.Workload{
			Node: node, Resources: cpu(schema.Amount(c.main)),
			Sidecars: map[string]schema.Container{"s": {Resources: cpu(schema.Amount(c.sidecar))}},
			Init:     map[string]schema.Container{"i": {Resources: cpu(schema.Amount(c.init))}, "j": {Resources: cpu("1m")}},
		}}
		want, err := ParseQuantity("cpu", c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.need("cpu", requests); got != want {
			t.Errorf("%+v: got %s", c, got.Format("cpu"))
		}
	}
}

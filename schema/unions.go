package schema

import (
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Amount is a quantity of a resource or a number of replicas as people write it:
// 2, 0.5, 500m, 1Gi, 25%. What is allowed depends on the field.
type Amount string

// DecodeNode accepts text and numbers alike: cpu: 2 and cpu: "2" mean the same.
func (a *Amount) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	switch n.Kind {
	case yamltree.String, yamltree.Int, yamltree.Float:
		*a = Amount(n.Text)
	default:
		d.Expected(n, "a quantity such as 2, 500m or 1Gi")
	}
}

// DecodeNode accepts the short form 8080 beside {port: 80, container: 8080}.
func (p *Port) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type fields Port
	if n.Kind == yamltree.Map {
		d.Decode(n, (*fields)(p))
	} else {
		d.Decode(n, &p.Port)
	}
	if p.Container == 0 {
		p.Container = p.Port
	}
	for _, number := range []int{p.Port, p.Container} {
		if number < 1 || number > 65535 {
			d.Errorf(n.Range, "spec/value", "a port is a number from 1 to 65535")
			return
		}
	}
}

// Quota of a namespace. Auto is the default.
type Quota struct {
	// Auto derives the amounts from what the applications need at most.
	Auto bool `yaml:"-" json:"-"`
	// Budget that an automatic quota must stay below, by resource.
	Budget map[string]Amount `yaml:"budget"`
	// Hard amounts of an explicit quota, by resource.
	Hard map[string]Amount `yaml:"hard"`
	// Range of the quota in the spec.
	Range diag.Range `yaml:"-" json:"-"`
}

// DecodeNode accepts the word auto beside {budget: …} and {hard: …}.
func (q *Quota) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type fields Quota
	q.Range = n.Range
	switch {
	case n.Kind == yamltree.String && n.Text == "auto":
	case n.Kind == yamltree.Map:
		d.Decode(n, (*fields)(q))
	default:
		d.Expected(n, `the word auto, or {budget: …} or {hard: …}`)
	}
	if q.Hard != nil && q.Budget != nil {
		d.Errorf(n.Range, "spec/value", "budget and hard exclude each other").Hint =
			"budget bounds an automatic quota; hard states the amounts yourself. Keep one."
	}
	q.Auto = q.Hard == nil
}

package schema

import (
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
		d.Expected(n, "a quantity").Hint = "Write a number or a text such as 2, 500m or 1Gi."
	}
}

// The bounds of a port number.
const (
	minPort = 1
	maxPort = 65535
)

// DecodeNode accepts the short form 8080 beside {port: 80, container: 8080}. A layer
// may state one of the two alone; the other then comes from a layer below.
func (p *Port) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type port Port // the name by which guide.yaml knows it
	switch n.Kind {
	case yamltree.Map:
		d.Decode(n, (*port)(p))
		checkPort(n.Get("port"), d)
		checkPort(n.Get("container"), d)
	case yamltree.Int:
		d.Decode(n, &p.Port)
		checkPort(n, d)
	default:
		d.Expected(n, "a port number or a map").Hint = "Write a number without quotes, such as 8080, or {port: 80, container: 8080}."
	}
	if p.Container == 0 {
		p.Container = p.Port
	}
}

// checkPort reports a number that no port has. It reads the tree, because a zero in
// the struct may be an absent value. All other faults are the decoder's.
func checkPort(n *yamltree.Node, d *yamltree.Decoder) {
	if number, ok := n.Int(); ok && (number < minPort || number > maxPort) {
		d.Fault(n, "spec/value", "a port is a number from %d to %d", minPort, maxPort).Hint =
			"Write the number that the process listens on, for example 8080."
	}
}

// Quota of a namespace: auto, {budget: …, override: …} or {hard: …}. Default: auto.
type Quota struct {
	// Auto derives the amounts from the peak demand of the applications.
	Auto bool `yaml:"-" json:"-"`
	// Budget that an automatic quota must stay below, by resource.
	Budget map[string]Amount `yaml:"budget"`
	// Override replaces single amounts of an automatic quota, or adds amounts of further resources, by resource.
	Override map[string]Amount `yaml:"override"`
	// Hard amounts of an explicit quota, by resource.
	Hard map[string]Amount `yaml:"hard"`
}

// DecodeNode accepts the word auto beside the maps.
func (q *Quota) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type quota Quota // the name by which guide.yaml knows it
	switch {
	case n.Kind == yamltree.String && n.Text == "auto":
	case n.Kind == yamltree.Map:
		d.Decode(n, (*quota)(q))
	default:
		d.Expected(n, "auto or a map").Hint = "Write auto, {budget: {limits.cpu: 8}}, {override: {limits.cpu: 8}} or {hard: {limits.cpu: 8}}."
	}
	if q.Hard != nil && q.Budget != nil {
		d.Fault(n, "spec/value", "budget and hard exclude each other").Hint =
			"budget bounds an automatic quota; hard states the amounts yourself. Keep one."
	}
	if q.Hard != nil && q.Override != nil {
		d.Fault(n, "spec/value", "override and hard exclude each other").Hint =
			"override replaces single amounts of an automatic quota; hard states all amounts yourself. Keep one."
	}
	q.Auto = q.Hard == nil
}

// PortRange is a port of another end: 5432, a range such as "8000-8010", either with a
// protocol as in "53/UDP", or the name of an application's port.
type PortRange string

// DecodeNode accepts a number and a text.
func (p *PortRange) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	switch n.Kind {
	case yamltree.String, yamltree.Int:
		*p = PortRange(d.Expand(n))
	default:
		d.Expected(n, "a port").Hint = "Write a number such as 5432, or a text such as \"8000-8010\" or \"53/UDP\"."
	}
}

// Literal is a text in which placeholders are not expanded.
type Literal string

// DecodeNode accepts a text and leaves it as it is.
func (l *Literal) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) { d.DecodeLiteral(n, (*string)(l)) }

// DecodeNode expands the content when the file asks for it.
func (f *ConfigFile) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type configFile ConfigFile // the name by which guide.yaml knows it
	d.Decode(n, (*configFile)(f))
	if f.Placeholders && f.Content != "" {
		f.Content = Literal(d.Expand(n.Get("content")))
	}
}

// DecodeNode says what a probe needs where people write that there is one.
func (p *Probe) DecodeNode(n *yamltree.Node, d *yamltree.Decoder) {
	type probe Probe // the name by which guide.yaml knows it
	for _, handler := range []struct{ key, expected, hint string }{
		{"grpc", "the name of a service", `Write grpc: "" for the health of the server as a whole. A port is named beside it: port: NAME.`},
		{"http", "a path", "Write http: /PATH. A port is named beside it: port: NAME."},
		{"exec", "a list of words", "Write exec: [COMMAND, ARGUMENT]."},
		{"tcp", "true", "Write tcp: true. A port is named beside it: port: NAME."},
	} {
		if value := n.Get(handler.key); value != nil && !value.Faulty && misread(handler.key, value) {
			d.Expected(value, handler.expected).Hint = handler.hint
		}
	}
	d.Decode(n, (*probe)(p))
}

// misread reports whether the value of a probe's handler is a scalar of another type.
func misread(key string, value *yamltree.Node) bool {
	scalar := value.Kind == yamltree.Bool || value.Kind == yamltree.Int || value.Kind == yamltree.Float
	switch key {
	case "tcp":
		return value.Kind == yamltree.Int || value.Kind == yamltree.String
	case "exec":
		return scalar || value.Kind == yamltree.String
	}
	return scalar
}

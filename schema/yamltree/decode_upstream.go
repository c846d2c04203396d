package yamltree

import (
	"encoding/json"
	"reflect"
	"strings"
)

// tagOf returns the key and the options of a field: those of its yaml tag, or of its json tag when it has none,
// as the types of Kubernetes do. There, a key without omitempty is required.
func tagOf(f reflect.StructField) (key, options string, tagged, upstream bool) {
	tag, tagged := f.Tag.Lookup("yaml")
	if !tagged {
		tag, tagged = f.Tag.Lookup("json")
		upstream = tagged
	}
	key, options, _ = strings.Cut(tag, ",")
	if upstream && f.Anonymous && key == "" {
		options = "inline"
	}
	return key, options, tagged, upstream
}

// byJSON fills a type of Kubernetes that reads a scalar by itself, such as a quantity.
func (d *Decoder) byJSON(n *Node, v reflect.Value) {
	text := []byte(n.Text)
	if n.Kind == String {
		text, _ = json.Marshal(d.Expand(n)) // a text never fails
	}
	scalar := n.Kind == String || n.Kind == Int || n.Kind == Float || n.Kind == Bool
	if !scalar || v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(text) != nil {
		name := v.Type().Name()
		d.Expected(n, "a value of the type "+name).Hint = upstreamHint(name)
	}
}

// upstreamHint shows a value of a type of Kubernetes.
func upstreamHint(name string) string {
	switch name {
	case "Quantity":
		return "Write a number or a text such as 2, 500m or 1Gi."
	case "IntOrString":
		return "Write a number, or a text such as http or 25%."
	}
	return "Write it as Kubernetes documents it."
}

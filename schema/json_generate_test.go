package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/wavewright/wavewright/schema/yamltree"
)

type object = map[string]any

const definitions = "#/$defs/"

func ref(name string) object { return object{"$ref": definitions + name} }

// jsonGenerator turns the Go types into the JSON schema: invopop/jsonschema reflects
// structs, lists and maps; the generator adds what only our tags and rules say.
type jsonGenerator struct {
	types *specTypes
	defs  map[string]any
	// present and nullable are the definitions that are used where a value must be,
	// and where null stands for an absent one.
	present, nullable map[string]bool
	// late are references in places where null is possible.
	late []object
}

func generateJSON(t *testing.T) []byte {
	t.Helper()
	g := &jsonGenerator{
		types: readSpecTypes(t), defs: map[string]any{},
		present: map[string]bool{}, nullable: map[string]bool{},
	}
	for _, root := range []any{&Spec{}, &TeamFile{}, &Application{}, &Workload{}} {
		maps.Copy(g.defs, g.reflect(t, root))
	}
	for _, typ := range g.types.order {
		if g.defs[typ.Name()] != nil {
			g.refine(typ)
		}
	}
	g.unions()
	g.nulls()
	maps.Copy(g.defs, nameDefinitions())
	root := g.root()
	reachable := map[string]any{}
	g.collect(root, reachable)
	root["$defs"] = reachable
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // sorts the keys of maps
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// reflect returns the definitions of a type and of all that it uses.
func (g *jsonGenerator) reflect(t *testing.T, root any) map[string]any {
	t.Helper()
	reflector := jsonschema.Reflector{
		Anonymous: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		Mapper: func(typ reflect.Type) *jsonschema.Schema {
			switch typ {
			case reflect.TypeFor[yamltree.Node]():
				return &jsonschema.Schema{Comments: "replaced by the type of the layer"}
			case reflect.TypeFor[Amount]():
				return &jsonschema.Schema{Ref: definitions + "Amount"}
			case reflect.TypeFor[PortRange]():
				return &jsonschema.Schema{Ref: definitions + "PortRange"}
			case reflect.TypeFor[PodFields](), reflect.TypeFor[ContainerFields]():
				return &jsonschema.Schema{Ref: definitions + typ.Name()}
			}
			return nil
		},
	}
	text, err := json.Marshal(reflector.Reflect(root))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	return schema.Defs
}

// root tells the two kinds of files apart. An editor offers apiVersion in an empty file.
func (g *jsonGenerator) root() object {
	version, _ := g.defs["Spec"].(object)["properties"].(object)["apiVersion"].(object)
	return object{
		"$schema":     jsonschema.Version,
		"title":       "wavewright " + Kind,
		"description": "environments.yaml, or with no apiVersion the file of one team that it includes.",
		"type":        "object",
		"properties":  object{"apiVersion": version},
		"if":          object{"required": []string{"apiVersion"}},
		"then":        ref("Spec"),
		"else":        ref("TeamFile"),
	}
}

// refine adds to a definition what the tags of its struct say.
func (g *jsonGenerator) refine(typ reflect.Type) {
	def := g.defs[typ.Name()].(object)
	def["description"] = g.types.docs[typ.Name()]
	properties := def["properties"].(object)
	var required []string
	for _, f := range g.types.fields[typ] {
		if f.later != "" {
			properties[f.key] = object{"description": "Not supported by this version: " + f.later + ". " + f.doc, "not": object{}}
			continue
		}
		must := f.required && !g.types.partial[typ]
		if must {
			required = append(required, f.key)
		}
		property := g.adapt(properties[f.key], f.typ, f, !must)
		property["description"] = f.doc
		if must && f.typ.Kind() == reflect.String && f.enum == nil {
			property["minLength"] = 1
		}
		maps.Copy(property, refinements()[typ.Name()+"."+f.key])
		properties[f.key] = property
	}
	if required != nil {
		slices.Sort(required)
		def["required"] = required
	}
}

// adapt changes what invopop says of a value of a Go type to what the decoder accepts.
func (g *jsonGenerator) adapt(reflected any, typ reflect.Type, f specField, null bool) object {
	if typ == reflect.TypeFor[*yamltree.Node]() {
		if layerType(f.layer) == nil {
			return object{} // anything
		}
		return g.reference(ref(layerType(f.layer).Name()), null)
	}
	value := reflected.(object)
	switch typ.Kind() {
	case reflect.Pointer:
		return g.adapt(value, typ.Elem(), f, null)
	case reflect.Map:
		// In a layer null takes an entry away. A declaration that is null declares nothing.
		value["additionalProperties"] = g.adapt(value["additionalProperties"], typ.Elem(), f, !declarations(f.key, typ))
	case reflect.Slice:
		value["items"] = g.adapt(value["items"], typ.Elem(), f, false)
	}
	if value["$ref"] != nil {
		return g.reference(value, null)
	}
	if f.enum != nil && typ.Kind() == reflect.String {
		value["enum"] = enumeration(f.enum, null)
	}
	if null {
		value["type"] = []any{value["type"], "null"}
	}
	return value
}

// declarations recognises the maps at the root of a file: checkDeclared is about them.
func declarations(key string, typ reflect.Type) bool {
	return slices.Contains([]reflect.Type{reflect.TypeFor[Cluster](), reflect.TypeFor[Team](), reflect.TypeFor[Profile]()}, typ.Elem()) ||
		key == "applications"
}

func enumeration(words []string, null bool) []any {
	var values []any
	for _, word := range words {
		values = append(values, word)
	}
	if null {
		values = append(values, nil)
	}
	return values
}

// reference notes where a definition is used.
func (g *jsonGenerator) reference(value object, null bool) object {
	name := strings.TrimPrefix(value["$ref"].(string), definitions)
	if null {
		g.nullable[name] = true
		g.late = append(g.late, value)
	} else {
		g.present[name] = true
	}
	return value
}

// nulls lets definitions accept null. One that is also used where null is an error
// stays strict, and null stands beside the reference.
func (g *jsonGenerator) nulls() {
	for name := range g.nullable {
		if def := g.defs[name].(object); !g.present[name] {
			def["type"] = append(asList(def["type"]), "null")
		}
	}
	for _, value := range g.late {
		if name := value["$ref"].(string); g.present[strings.TrimPrefix(name, definitions)] {
			delete(value, "$ref")
			value["anyOf"] = []any{object{"$ref": name}, object{"type": "null"}}
		}
	}
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// unions describes the types that accept several shapes; see unions.go.
func (g *jsonGenerator) unions() {
	g.defs["Amount"] = object{"description": g.types.docs["Amount"], "type": []any{"string", "number"}}
	g.defs["PortRange"] = object{"description": g.types.docs["PortRange"], "type": []any{"string", "integer"}}
	for _, name := range []string{"PodFields", "ContainerFields"} {
		g.defs[name] = object{"description": g.types.docs[name], "type": "object"}
	}
	port := g.defs["Port"].(object)
	port["type"] = []any{"integer", "object"}
	port["minimum"], port["maximum"] = minPort, maxPort
	for _, key := range []string{"port", "container"} {
		number := port["properties"].(object)[key].(object)
		number["minimum"], number["maximum"] = minPort, maxPort
	}
	quota := g.defs["Quota"].(object)
	quota["type"] = []any{"string", "object"}
	quota["pattern"] = "^auto$"
	quota["examples"] = []any{"auto"}
	var excluded []any
	for _, key := range []string{"budget", "override"} {
		excluded = append(excluded, object{
			"type":       "object", // or a text would have to have the two keys to be refused
			"properties": object{key: object{"type": "object"}, "hard": object{"type": "object"}},
			"required":   []string{key, "hard"},
		})
	}
	quota["not"] = object{"anyOf": excluded}
}

// collect gathers the definitions that are reachable from v.
func (g *jsonGenerator) collect(v any, into map[string]any) {
	switch v := v.(type) {
	case object:
		for _, part := range v {
			g.collect(part, into)
		}
		target, _ := v["$ref"].(string)
		name := strings.TrimPrefix(target, definitions)
		if into[name] == nil && name != "" {
			into[name] = g.defs[name]
			g.collect(g.defs[name], into)
		}
	case []any:
		for _, part := range v {
			g.collect(part, into)
		}
	}
}

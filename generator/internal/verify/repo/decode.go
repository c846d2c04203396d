package repo

import (
	"bytes"
	"crypto/sha256"
	gojson "encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/schema"
)

// Duplicate is a key that stands twice in a mapping.
type Duplicate struct {
	Key string
	// Line of the second one within the document, counted from 1.
	Line int
}

// NewObject reads one object. A kind that has a Go type is decoded into it; fields that do
// not fit are in Malformed, and what is no object at all is an error.
func NewObject(document []byte, at Origin) (*Object, error) {
	text, duplicates, err := toJSON(document)
	if err != nil {
		return nil, err
	}
	o, err := header(document, text)
	if o == nil || err != nil {
		return nil, err
	}
	o.Origin, o.Duplicates, o.Digest, o.Typed = at, duplicates, sha256.Sum256(document), newTyped(o.APIVersion, o.Kind)
	namespaced, known := schema.Namespaced(o.Group(), o.Kind)
	o.ClusterWide = known && !namespaced
	if err := o.open(); err != nil {
		return nil, err
	}
	if err := o.decode(); err != nil {
		o.Malformed = err
	}
	return o, nil
}

// builtObject reads what Kustomize has built, whose kind is known. Of a built-in kind that fits its Go type, the header
// is that of the Go value, so that the text is read once.
func builtObject(r *kustomize.Resource, at Origin) (*Object, error) {
	if o := fitting(r, at); o != nil {
		return o, nil
	}
	return NewObject(r.JSON, at)
}

// fitting is nil for what has to be read as a person has written it.
func fitting(r *kustomize.Resource, at Origin) *Object {
	o := &Object{APIVersion: r.APIVersion, Kind: r.Kind, YAML: r.JSON, JSON: r.JSON, Origin: at, Typed: newTyped(r.APIVersion, r.Kind)}
	meta, known := o.Typed.(metav1.Object)
	if !known || !schema.IsBuiltin(o.Typed) || bytes.Contains(r.JSON, []byte(sops)) || o.decode() != nil || !o.Strict {
		return nil
	}
	o.Name, o.Namespace, o.Labels, o.Annotations = meta.GetName(), meta.GetNamespace(), some(meta.GetLabels()), some(meta.GetAnnotations())
	namespaced, known := schema.Namespaced(o.Group(), o.Kind)
	o.Digest, o.ClusterWide = sha256.Sum256(r.JSON), known && !namespaced
	return o
}

// some is a map that is nil when it is empty.
func some(words map[string]string) map[string]string {
	if len(words) == 0 {
		return nil
	}
	return words
}

// decode fills in the Go value of a kind that has one.
func (o *Object) decode() (err error) {
	switch {
	case o.Typed == nil:
	case schema.IsBuiltin(o.Typed):
		o.Strict, err = schema.Decode(o.JSON, o.Typed)
	default:
		err = gojson.Unmarshal(o.JSON, o.Typed)
	}
	return err
}

// toJSON converts a document, which may be JSON already.
func toJSON(document []byte) ([]byte, []Duplicate, error) {
	if trimmed := bytes.TrimSpace(document); bytes.HasPrefix(trimmed, []byte("{")) && gojson.Valid(trimmed) {
		return trimmed, nil, nil
	}
	text, err := yaml.YAMLToJSONStrict(document)
	if err == nil {
		return text, nil, nil
	}
	twice := duplicates(err)
	text, err = yaml.YAMLToJSON(document)
	return text, twice, err
}

// duplicates reads the message of the YAML library, which has no other form for this.
func duplicates(err error) []Duplicate {
	var found []Duplicate
	for _, match := range regexp.MustCompile(`line (\d+): key "([^"]*)" already set in map`).FindAllStringSubmatch(err.Error(), -1) {
		line, _ := strconv.Atoi(match[1]) // only digits match
		found = append(found, Duplicate{match[2], line})
	}
	return found
}

// header reads what all kinds have; nil for a document that holds nothing. What has another type
// than it should have is read as far as possible: the schema says what is wrong with it.
func header(document, text []byte) (*Object, error) {
	var header struct {
		APIVersion any               `json:"apiVersion"`
		Kind       any               `json:"kind"`
		Metadata   gojson.RawMessage `json:"metadata"`
	}
	err := json.UnmarshalCaseSensitivePreserveInts(text, &header)
	if err != nil {
		return nil, err
	}
	o := &Object{APIVersion: word(header.APIVersion), Kind: word(header.Kind), YAML: document, JSON: text}
	if o.Kind == "" {
		if len(bytes.TrimSpace(withoutComments(document))) > 0 {
			return nil, fmt.Errorf("a document without a kind: %s", document)
		}
		return nil, nil
	}
	o.metadata(header.Metadata)
	return o, nil
}

// metadata fills in names, labels and annotations.
func (o *Object) metadata(text []byte) {
	var metadata map[string]any
	if json.UnmarshalCaseSensitivePreserveInts(text, &metadata) != nil {
		return
	}
	o.Name, o.Namespace = word(metadata["name"]), word(metadata["namespace"])
	o.Labels, o.Annotations = words(metadata["labels"]), words(metadata["annotations"])
}

// word is a scalar as a text.
func word(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case nil, map[string]any, []any:
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(value))
}

// words are the scalars of a mapping; nil without one.
func words(value any) map[string]string {
	values, _ := value.(map[string]any)
	if len(values) == 0 {
		return nil
	}
	found := make(map[string]string, len(values))
	for key, v := range values {
		found[key] = word(v)
	}
	return found
}

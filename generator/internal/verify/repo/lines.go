package repo

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"
	kyaml "sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// lines finds the lines of the elements of an ApplicationSet.
type lines struct {
	at Origin
	// elements are the lines of objects in the file that are equal when written as JSON.
	elements map[string]int
}

// linesOf reads the file that an object stands in. Elements that a patch adds are not there.
func (d *discovery) linesOf(o *Object) *lines { return linesIn(d.reader, o) }

// linesIn reads that file from others.
func linesIn(files *kustomize.Files, o *Object) *lines {
	l := &lines{at: o.Origin, elements: map[string]int{}}
	source, err := files.Text(o.File)
	if err != nil {
		return l
	}
	for _, part := range documents(source) {
		if o.Line > 0 && part.firstLine() != o.Line {
			continue
		}
		var root yaml.Node
		if yaml.Unmarshal(part.text, &root) == nil {
			l.visit(&root, part.line-1, 0)
		}
	}
	return l
}

// visit notes the items of lists that are objects.
func (l *lines) visit(node *yaml.Node, above, depth int) {
	const deepest = 50
	if depth > deepest {
		return
	}
	for _, child := range node.Content {
		if node.Kind == yaml.SequenceNode && child.Kind == yaml.MappingNode {
			if key := keyOf(child); key != "" && l.elements[key] == 0 {
				l.elements[key] = above + child.Line
			}
		}
		l.visit(child, above, depth+1)
	}
}

// keyOf is a node as JSON.
func keyOf(node *yaml.Node) string {
	const largest = 4096
	encoded, err := yaml.Marshal(node)
	if err != nil || len(encoded) > largest {
		return ""
	}
	object, err := kyaml.YAMLToJSON(encoded)
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(object))
}

// element is where an element of a list stands; the ApplicationSet itself when it is not in its
// file.
func (l *lines) element(element map[string]any) Origin {
	encoded, err := json.Marshal(element)
	if line := l.elements[string(encoded)]; err == nil && line > 0 {
		return Origin{File: l.at.File, Line: line}
	}
	return l.at
}

package verify

import (
	"bytes"
	"io/fs"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
)

// locator finds the lines of findings. It parses a file only when a finding points to it.
type locator struct {
	source fs.FS
	parsed map[string][]*yaml.Node
}

func newLocator(source fs.FS) *locator {
	return &locator{source: source, parsed: map[string][]*yaml.Node{}}
}

// locate fills in the file and the line: those of the field, or of the nearest field around it that a
// file holds. Where the object was built, the file is the one among those that the build read which
// holds most of the way to the field: the object's own or a patch of it.
func (l *locator) locate(f *Finding) {
	if f.File == "" {
		return
	}
	if f.Among == nil {
		if line, _ := l.find(f, f.File); line > 0 {
			f.Line = line
		}
	} else {
		l.search(f)
	}
	f.Line = max(f.Line, 1)
}

// search looks through the files of a build. The object's own file wins over patches that hold as much.
func (l *locator) search(f *Finding) {
	line, deepest := l.find(f, f.File)
	best := ""
	if line > 0 {
		best = f.File
	}
	for _, name := range f.Among.Names {
		if at, depth := l.find(f, name); at > 0 && (best == "" || depth > deepest) {
			deepest, best, line = depth, name, at
		}
	}
	if best == "" {
		best, line = l.generator(f)
	}
	if best == "" {
		best, line = l.renamed(f)
	}
	if best != "" {
		f.File, f.Line = best, line
	}
}

// renamed is the place of the only object of the kind that holds most of the way to the field: a
// patch can change the name, and leave no trace of the one before.
func (l *locator) renamed(f *Finding) (file string, line int) {
	kind, _, _ := strings.Cut(f.Object, "/")
	deepest, twice := 0, false
	for _, name := range f.Among.Names {
		for _, document := range l.documents(name) {
			if scalar(document, "kind") != kind {
				continue
			}
			at, depth := along(document, f.Path)
			switch {
			case file == "" || depth > deepest:
				file, line, deepest, twice = name, at, depth, false
			case depth == deepest:
				twice = true
			}
		}
	}
	if twice {
		return "", 0
	}
	return file, line
}

// generator is the place of the generator of a kustomization that makes the object.
func (l *locator) generator(f *Finding) (file string, line int) {
	for _, name := range f.Among.Names {
		for _, document := range l.documents(name) {
			for _, field := range []string{"configMapGenerator", "secretGenerator"} {
				list := child(document, field)
				if list == nil {
					continue
				}
				for _, entry := range list.Content {
					if scalar(entry, "name") == f.Original {
						return name, entry.Line
					}
				}
			}
		}
	}
	return "", 0
}

// find returns the line of the finding in a file, 0 when the object is not there, and how many
// steps of the way to the field the file holds.
func (l *locator) find(f *Finding, file string) (line, depth int) {
	kind, name, _ := strings.Cut(f.Object, "/")
	if f.Original != "" {
		name = f.Original
	}
	for _, document := range l.documents(file) {
		if kind == "" && f.Path != "" || scalar(document, "kind") == kind && scalar(child(document, "metadata"), "name") == name {
			return along(document, f.Path)
		}
	}
	return 0, 0
}

// documents are the documents of a file; what cannot be parsed has none.
func (l *locator) documents(name string) []*yaml.Node {
	if known, ok := l.parsed[name]; ok {
		return known
	}
	var found []*yaml.Node
	if text, err := fs.ReadFile(l.source, name); err == nil {
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var document yaml.Node
			if decoder.Decode(&document) != nil {
				break
			}
			if len(document.Content) == 1 {
				found = append(found, listed(document.Content[0])...)
			}
		}
	}
	l.parsed[name] = found
	return found
}

// listed are a document and, when it is a List, its items.
func listed(document *yaml.Node) []*yaml.Node {
	all := []*yaml.Node{document}
	if items := child(document, "items"); items != nil && items.Kind == yaml.SequenceNode {
		all = append(all, items.Content...)
	}
	return all
}

// along is the line of the field at a path, such as spec.containers[0].image, or of the last
// field on the way that is there, and the number of steps that are.
func along(node *yaml.Node, path string) (line, depth int) {
	line = node.Line
	for _, step := range checks.Steps(path) {
		next, at := child(node, step), keyLine(node, step)
		if i, err := strconv.Atoi(step); err == nil && node.Kind == yaml.SequenceNode && i < len(node.Content) {
			next, at = node.Content[i], node.Content[i].Line
		}
		if next == nil {
			return line, depth
		}
		node, line, depth = next, at, depth+1
	}
	return line, depth
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// keyLine is the line of a key; 0 when the node is no mapping with it.
func keyLine(node *yaml.Node, key string) int {
	if node.Kind != yaml.MappingNode {
		return 0
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i].Line
		}
	}
	return 0
}

func scalar(node *yaml.Node, key string) string {
	value := child(node, key)
	if value == nil {
		return ""
	}
	return value.Value
}

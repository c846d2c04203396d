package kustomize

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"
)

// held is an object in a file, before Kustomize changes it.
type held struct {
	kind, namespace, name string
	// generated says that a generator makes it, with a hash behind its name.
	generated bool
}

// seeker looks for the file that a built object comes from, in what the kustomizations of a
// build name. Kustomize itself would find out too, and take three times as long.
type seeker struct {
	*view
	kind, namespace, name string
	// pass is how much the namespace in the file may differ.
	pass int
	// seen are the folders that were looked at, with the prefixes and suffixes around them.
	seen map[[3]string]bool
	// near is the object of the kind with the longest name that is a part of the wanted one.
	near held
	// nearby is its file.
	nearby string
}

const (
	// exact wants the namespace of the object.
	exact = iota
	// without wants none: Kustomize sets it.
	without
	// another wants any: Kustomize replaces it.
	another
)

// origin is the file that an object comes from, with the name that it has there. It is the
// kustomization that is built when no file that was read holds the object.
func (v *view) origin(kind, namespace, name string) (file, original string) {
	s := &seeker{view: v, kind: kind, namespace: namespace, name: name}
	for s.pass = exact; s.pass <= another; s.pass++ {
		s.seen = map[[3]string]bool{}
		if file, original = s.folder(v.top, "", ""); file != "" {
			return file, original
		}
	}
	if s.nearby != "" {
		return s.nearby, s.near.name
	}
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(v.top, base); v.read[file] {
			return file, name
		}
	}
	return v.top, name
}

// folder looks in what a folder uses, whose objects get a prefix and a suffix.
func (s *seeker) folder(folder, prefix, suffix string) (file, original string) {
	key := [3]string{folder, prefix, suffix}
	if s.seen[key] {
		return "", ""
	}
	s.seen[key] = true
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		name := path.Join(folder, base)
		if !s.read[name] {
			continue
		}
		k := s.index(name)
		prefix, suffix := prefix+k.prefix, k.suffix+suffix
		for _, resource := range k.resources {
			if s.read[resource] {
				if original := s.among(resource, prefix, suffix); original != "" {
					return resource, original
				}
			}
			if file, original := s.folder(resource, prefix, suffix); file != "" {
				return file, original
			}
		}
		if original := s.among(name, prefix, suffix); original != "" {
			return name, original
		}
	}
	return "", ""
}

// among looks at the objects of a file; the result is the name there.
func (s *seeker) among(file, prefix, suffix string) string {
	for _, h := range s.index(file).holds {
		if h.kind != s.kind || h.name == "" {
			continue
		}
		if strings.Contains(s.name, h.name) && len(h.name) > len(s.near.name) {
			s.near, s.nearby = h, file
		}
		if (s.pass == another || s.pass == without && h.namespace == "" || h.namespace == s.namespace) && h.becomes(s.name, prefix, suffix) {
			return h.name
		}
	}
	return ""
}

// becomes reports whether Kustomize makes a name of that of the object.
func (h held) becomes(name, prefix, suffix string) bool {
	const hash = len("-0123456789")
	switch full := prefix + h.name + suffix; {
	case name == full:
		return true
	case h.generated:
		return strings.HasPrefix(name, full+"-") && len(name) == len(full)+hash
	}
	return name == h.name && slices.Contains([]string{"Namespace", "CustomResourceDefinition", "APIService"}, h.kind)
}

// index notes once which objects a file holds.
func (f *Files) index(name string) *file {
	read := f.file(name)
	read.indexed.Do(func() {
		if isKustomization(name) {
			f.input(name).generates(path.Dir(name))
			return
		}
		for part := range bytes.SplitSeq(read.text, []byte("\n---")) {
			read.take(part)
		}
	})
	return read
}

func isKustomization(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name))
}

// take notes the objects of a document. It parses only what is not in block style.
func (f *file) take(document []byte) {
	if found := identify(document); found.kind != "" && found.name != "" {
		f.holds = append(f.holds, found)
		return
	}
	type header struct {
		Kind     string
		Metadata struct{ Namespace, Name string }
	}
	var object struct {
		header `json:",inline"`
		Items  []header
	}
	if yaml.Unmarshal(document, &object) != nil {
		return
	}
	for _, o := range append(object.Items, object.header) {
		f.holds = append(f.holds, held{kind: o.Kind, namespace: o.Metadata.Namespace, name: o.Metadata.Name})
	}
}

// identify reads what an object in block style is.
func identify(document []byte) held {
	var found held
	inMetadata := false
	for line := range bytes.Lines(document) {
		text := strings.TrimRight(string(line), " \r\n")
		switch {
		case strings.HasPrefix(text, "kind: "):
			found.kind = unquoted(text[len("kind: "):])
		case text == "metadata:":
			inMetadata = true
		case inMetadata && strings.HasPrefix(text, "  name: "):
			found.name = unquoted(text[len("  name: "):])
		case inMetadata && strings.HasPrefix(text, "  namespace: "):
			found.namespace = unquoted(text[len("  namespace: "):])
		case text != "" && text[0] != ' ' && text[0] != '#':
			inMetadata = false
		}
	}
	return found
}

// unquoted is a scalar without quotes and comment.
func unquoted(text string) string {
	if before, _, found := strings.Cut(text, " #"); found {
		text = before
	}
	return strings.Trim(strings.TrimSpace(text), `"'`)
}

// generates notes what a kustomization generates and where it takes objects from.
func (f *file) generates(folder string) {
	var fields map[string]any
	if yaml.Unmarshal(f.text, &fields) != nil {
		return
	}
	f.prefix, _ = fields["namePrefix"].(string)
	f.suffix, _ = fields["nameSuffix"].(string)
	for key, kind := range map[string]string{"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"} {
		for _, entry := range entries(fields[key]) {
			name, _ := entry["name"].(string)
			namespace, _ := entry["namespace"].(string)
			f.holds = append(f.holds, held{kind, namespace, name, true})
		}
	}
	for _, key := range []string{"resources", "bases", "components", "generators"} {
		for _, name := range texts(fields[key]) {
			if !strings.Contains(name, "\n") {
				f.resources = append(f.resources, path.Join(folder, cmp.Or(f.moved[name], name)))
			}
		}
	}
}

package kustomize

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"
)

// identity is what an object has in its file.
type identity struct{ kind, namespace, name string }

// origin returns the file in which an object stands that a build made of some files; it is the top
// kustomization when none holds it. Kustomize can say it itself, and then needs two thirds more time.
func (f *Files) origin(object identity, top string, among []string) string {
	found := top
	for _, name := range among {
		if strings.HasSuffix(name, ".patch.yaml") || isKustomization(name) {
			continue
		}
		for _, o := range f.file(name).objects() {
			if o == object {
				return name
			}
			if found == top && o.kind == object.kind && o.name == object.name {
				found = name // a patch of it, as it may stand without its namespace
			}
		}
	}
	return found
}

func isKustomization(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name))
}

// objects are those that the file holds.
func (f *file) objects() []identity {
	f.identified.Do(func() {
		for document := range bytes.SplitSeq(f.text, []byte("\n---")) {
			if o := identify(document); o.kind != "" {
				f.identities = append(f.identities, o)
			}
		}
	})
	return f.identities
}

// identify reads kind and name of a document. It parses only what is not in block style.
func identify(document []byte) identity {
	var found identity
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
	if found.kind != "" && found.name != "" {
		return found
	}
	var fields struct {
		Kind     string
		Metadata struct{ Namespace, Name string }
	}
	if yaml.Unmarshal(document, &fields) != nil {
		return identity{}
	}
	return identity{fields.Kind, fields.Metadata.Namespace, fields.Metadata.Name}
}

// unquoted is a scalar without quotes and comment.
func unquoted(text string) string {
	if before, _, found := strings.Cut(text, " #"); found {
		text = before
	}
	return strings.Trim(strings.TrimSpace(text), `"'`)
}

package repo

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"strings"
)

// Managed reads what Argo CD itself reads of a repository that wavewright generated: the roots, and the
// folders of projects and ApplicationSets. It builds nothing: a folder to which somebody gave a kustomization is
// left out. Of the elements of a list there are no more than two.
func Managed(files fs.FS) (*Repository, error) {
	roots, err := fs.Glob(files, "bootstrap/roots/*.yaml")
	if err != nil {
		return nil, err
	}
	r := &Repository{files: files}
	for _, root := range roots {
		e := &Environment{Name: strings.TrimSuffix(path.Base(root), ".yaml")}
		e.Root = r.manifests(root)
		folder := "argocd/" + e.Name
		if found, err := fs.Glob(files, folder+"/*.yaml"); err != nil {
			return nil, err
		} else if !r.has(folder + "/kustomization.yaml") {
			e.Argo = r.manifests(found...)
		}
		r.Environments = append(r.Environments, e)
	}
	return r, nil
}

// manifests are the objects of files. What is no YAML is a problem, and what is no object is nothing.
func (r *Repository) manifests(names ...string) []*Object {
	var all []*Object
	for _, name := range names {
		text, err := fs.ReadFile(r.files, name)
		if err != nil {
			r.Problems = append(r.Problems, Problem{Origin{File: name}, "", "build/unreadable", err.Error()})
		}
		for _, part := range documents(text) {
			objects, err := part.abridged(name)
			if err != nil {
				r.Problems = append(r.Problems, Problem{Origin{File: name, Line: err.line}, "", "build/unreadable", err.Error()})
			}
			all = append(all, objects...)
		}
	}
	return all
}

// abridged reads the object of a document with few elements of its lists: generators of thousands of
// Applications take longer to parse than all that is judged of them.
func (d document) abridged(file string) ([]*Object, *unreadableError) {
	encoded, _, err := toJSON(abridge(d.text))
	if err != nil { // in a line that abridge may have moved
		_, _, err = toJSON(d.text)
	}
	var unreadable *unreadableError
	if err != nil && errors.As(d.located(err), &unreadable) {
		return nil, unreadable
	}
	objects, _ := one(encoded, Origin{File: file, Line: d.firstLine()}) // what is no object is nothing to Argo CD
	return objects, nil
}

// abridge cuts block lists of a key elements after their second element.
func abridge(text []byte) []byte {
	var out bytes.Buffer
	indent, seen := -1, 0 // of the list that is being read, and how many of its elements were
	opened := false
	for line := range bytes.Lines(text) {
		content := bytes.TrimLeft(line, " ")
		at := len(line) - len(content)
		item := bytes.HasPrefix(content, []byte("- "))
		blank := len(bytes.TrimSpace(content)) == 0 || content[0] == '#'
		switch {
		case blank:
		case opened && item:
			indent, seen = at, 1
		case indent >= 0 && at == indent && item:
			seen++
		case indent >= 0 && at <= indent:
			indent, seen = -1, 0
		}
		if seen <= 2 {
			out.Write(line)
		}
		if !blank {
			opened = seen <= 2 && indent < 0 && bytes.HasPrefix(bytes.TrimPrefix(content, []byte("- ")), []byte("elements:")) &&
				string(bytes.TrimSpace(bytes.TrimPrefix(content, []byte("- ")))) == "elements:"
		}
	}
	return out.Bytes()
}

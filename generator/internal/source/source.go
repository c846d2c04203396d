// Package source checks the folders of manifests that applications bring, as far as that can be
// done without building them: each has one kustomization, and what that names is there and in
// this repository.
package source

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/model"
	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Check reports what is wrong with folders of manifests. It looks at the disk and at what is
// about to be written: templates of the user's may write manifests too. top is the folder of
// the spec in the repository.
func Check(folders []model.SourceFolder, top string, fsys fs.FS, written tree.Tree, list *diag.List) {
	for _, source := range folders {
		s := checker{list: list, fsys: fsys, written: written, at: source.At, top: top, seen: map[string]bool{}}
		s.folder(source.Path)
	}
}

// checker walks the kustomizations of one source.
type checker struct {
	list *diag.List
	fsys fs.FS
	// written is what is about to be generated.
	written tree.Tree
	at      diag.Range // of the source in the spec
	top     string     // the folder of the spec in the repository
	seen    map[string]bool
}

func (s *checker) error(code, summary, hint string) {
	s.list.Error(s.at, code, summary).Hint = hint
}

func (s *checker) folder(name string) {
	if s.seen[name] {
		return
	}
	s.seen[name] = true
	var found []string
	for _, file := range layout.Kustomizations() {
		if s.exists(name + "/" + file) {
			found = append(found, name+"/"+file)
		}
	}
	switch len(found) {
	case 0:
		s.error("source/missing", fmt.Sprintf("there is no kustomization in %s", name),
			"Write "+name+"/"+layout.Kustomization+", or name the folder that has one; it is looked for beside this file.")
	case 1:
		s.kustomization(name, found[0])
	default:
		s.error("source/missing", "there is more than one kustomization in "+name, "Kustomize reads one; remove the others.")
	}
}

// kustomization checks what a kustomization builds on.
func (s *checker) kustomization(folder, file string) {
	src, err := s.read(file)
	if err != nil {
		s.error("source/missing", "cannot read "+file, "Make it a file that can be read.")
		return
	}
	node, faults := yamltree.Parse(file, src)
	if node == nil || faults.HasErrors() {
		d := s.list.Error(s.at, "source/missing", "there is no kustomization in "+folder)
		d.Detail = file + " is not YAML that can be read: " + faults[0].Summary + "."
		d.Hint = "Correct it until kustomize build reads it."
		return
	}
	if node.Get("helmCharts") != nil || node.Get("helmChartInflationGenerator") != nil {
		s.error("source/remote", file+" inflates a chart", "Argo CD does not do that unless its kustomize is told to. Write source: {helm: …} in an application of its own.")
	}
	for _, field := range []string{"resources", "bases", "components"} {
		for _, item := range items(node.Get(field)) {
			s.entry(folder, file, item.Text)
		}
	}
}

func items(n *yamltree.Node) []*yamltree.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// entry checks one thing that a kustomization names.
func (s *checker) entry(folder, file, entry string) {
	name := path.Join(folder, entry)
	switch {
	case s.exists(name) && !strings.Contains(entry, "://"):
		if s.isFolder(name) {
			s.folder(name)
		}
	case isRemote(entry):
		s.error("source/remote", file+" takes manifests from elsewhere",
			"Copy them into this repository: what is pinned must not change by itself, and Argo CD must not wait for another server.")
	case s.outside(name):
		s.error("source/path", file+" leaves the repository: "+entry, "Argo CD refuses that. Keep everything that it names in this repository.")
	case !strings.HasPrefix(name, ".."): // what lies beside the spec's folder cannot be seen
		s.error("source/missing", fmt.Sprintf("%s names %s, which is not there", file, entry), "Create it, or take the entry out.")
	}
}

// isRemote recognises what kustomize would fetch: a URL, or a host with a path.
func isRemote(entry string) bool {
	host, _, _ := strings.Cut(entry, "/")
	return strings.Contains(entry, "://") || strings.Contains(entry, "?") || strings.HasPrefix(entry, "git@") ||
		strings.Contains(strings.Trim(host, "."), ".") && strings.Contains(entry, "/")
}

// outside reports whether a path from the folder of the spec leaves the repository.
func (s *checker) outside(name string) bool {
	up := strings.Count(name+"/", "../")
	depth := 0
	if s.top != "" {
		depth = len(strings.Split(s.top, "/"))
	}
	return strings.HasPrefix(name, "..") && up > depth
}

func (s *checker) exists(name string) bool {
	if _, ok := s.written[name]; ok {
		return true
	}
	_, err := fs.Stat(s.fsys, name)
	return err == nil || s.isFolder(name)
}

func (s *checker) isFolder(name string) bool {
	if info, err := fs.Stat(s.fsys, name); err == nil {
		return info.IsDir()
	}
	for file := range s.written {
		if strings.HasPrefix(file, name+"/") {
			return true
		}
	}
	return false
}

func (s *checker) read(name string) ([]byte, error) {
	if file, ok := s.written[name]; ok {
		return file.Content, nil
	}
	return fs.ReadFile(s.fsys, name)
}

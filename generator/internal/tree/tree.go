package tree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// File is one rendered file.
type File struct {
	// ID identifies the file across path changes: the template path and the scope
	// values, for example "overlays/{target}/x.yaml.tmpl?app=web&env=prod". It is
	// unique in a tree and holds printable ASCII without spaces.
	ID string
	// Archive names the state archive that holds the file's base, for example
	// "applications/web", "environments/prod" or "repository".
	Archive string
	// Content is the pure rendering.
	Content []byte
	// Executable is the one bit of the mode that is tracked, as in git.
	Executable bool
	// Exact says that carriage returns are part of what the file holds, and no line ends of a
	// checkout.
	Exact bool
}

// SourceArchive is the archive of files that people are to edit, such as templates that
// they copied: that one differs from its content is nothing to be told, and the folders
// are theirs, empty or not.
const SourceArchive = "templates"

// Tree maps slash-separated relative paths to rendered files.
type Tree map[string]File

// Problem is a path in a tree that cannot be written safely on every system.
type Problem struct {
	Path   string
	Reason string
}

// Error returns the path and the reason.
func (p Problem) Error() string { return p.Path + ": " + p.Reason }

// Check returns everything that is wrong with the tree's names, sorted by path. A
// path must be local and clean, printable ASCII, usable on Windows, outside .git
// and of the state, not equal to another one but for letter case, and not a folder
// of another one.
func (t Tree) Check() []Problem { return t.check(t.paths()) }

// paths returns the paths of all files, sorted.
func (t Tree) paths() []string {
	paths := slices.AppendSeq(make([]string, 0, len(t)), maps.Keys(t))
	slices.Sort(paths)
	return paths
}

func (t Tree) check(paths []string) []Problem {
	c := checker{names: map[string]name{}, ids: map[string]string{}, archives: map[string]string{}}
	for _, path := range paths {
		c.file(path, t[path])
	}
	return c.problems
}

// checker looks at files in the order of their paths.
type checker struct {
	names    map[string]name   // the files and folders so far, by folded path
	ids      map[string]string // ID → path
	archives map[string]string // folded archive → how it is spelled
	problems []Problem
}

type name struct {
	path   string
	folder bool
}

func (c *checker) report(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Reason: fmt.Sprintf(format, args...)})
}

func (c *checker) file(path string, f File) {
	if reason := pathProblem(path); reason != "" {
		c.report(path, "%s", reason)
		return
	}
	c.id(path, f.ID)
	c.archive(path, f.Archive)
	c.place(path, name{path: path})
	for dir := parent(path); dir != "" && c.place(path, name{path: dir, folder: true}); {
		dir = parent(dir) // when one is known, so are the folders above
	}
}

// place enters a name that path needs; it returns false when there is nothing left
// to do for the folders above it.
func (c *checker) place(path string, n name) bool {
	folded := fold(n.path)
	old, taken := c.names[folded]
	switch {
	case !taken:
		c.names[folded] = n
		return true
	case old.path != n.path:
		c.report(path, "%s and %s differ only in letter case", min(old.path, n.path), max(old.path, n.path))
	case !old.folder || !n.folder:
		c.report(path, "%s would be both a file and a folder", n.path)
	}
	return false
}

func (c *checker) id(path, id string) {
	if reason := idProblem(id); reason != "" {
		c.report(path, "id %q %s", id, reason)
		return
	}
	if other, taken := c.ids[id]; taken {
		c.report(path, "id %q belongs to %s already", id, other)
		return
	}
	c.ids[id] = path
}

func (c *checker) archive(path, archive string) {
	folded := fold(archive)
	old, known := c.archives[folded]
	if known && old == archive {
		return
	}
	reason := archiveProblem(archive)
	if folded == journalName {
		reason = "is the name of the journal of an unfinished run"
	}
	if strings.HasPrefix(folded, swapArchives) {
		reason = "is below moved/, where names that have changed places are"
	}
	if reason != "" {
		c.report(path, "archive %q %s", archive, reason)
		return
	}
	if known {
		c.report(path, "archives %s and %s differ only in letter case", old, archive)
		return
	}
	c.archives[folded] = archive
}

// parent returns the folder of a slash path, "" for the top.
func parent(path string) string {
	return path[:max(strings.LastIndexByte(path, '/'), 0)]
}

// base returns the last element of a slash path.
func base(path string) string {
	return path[strings.LastIndexByte(path, '/')+1:]
}

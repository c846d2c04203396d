package render

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
)

const (
	builtinLayer   = "built-in"
	templateSuffix = ".tmpl"
	libraryPrefix  = "_lib/"
	movedList      = "moved.txt" // says which templates were renamed; it is none itself
)

// source is one file of a layer.
type source struct {
	path       string // in its layer
	target     string // path without .tmpl: what it produces, placeholders included
	layer      string
	replaces   string // layer of the file that it replaces
	display    string // name in diagnostics
	content    []byte
	executable bool
}

func (s *source) isTemplate() bool { return strings.HasSuffix(s.path, templateSuffix) }
func (s *source) isLibrary() bool  { return strings.HasPrefix(s.path, libraryPrefix) }

func (s *source) start() diag.Range { return diag.Range{File: s.display} }

// load reads all layers and returns the effective files, in the order of their paths. A
// file and a template with the same output path are the same file.
func load(in Input, list *diag.List) []*source {
	winners := map[string]*source{}
	overlay(winners, readLayer(builtinLayer, "built-in template ", in.Builtin, list), list)
	for _, l := range in.Layers {
		layer := readLayer(l.Name, l.Name+"/", l.FS, list)
		for _, s := range layer {
			s.move(in.Moved)
			if in.Gone[s.target] {
				list.Error(s.start(), codeGone, "the built-in template that this one replaced is gone").
					Detail = "What it said stands in another template now. The file that this one makes would have no effect, or its object would exist twice."
			}
		}
		overlay(winners, layer, list)
	}
	return slices.SortedFunc(maps.Values(winners), func(a, b *source) int { return strings.Compare(a.path, b.path) })
}

// move gives a file the path that its template has now.
func (s *source) move(moved map[string]string) {
	s.path, s.target = Renamed(moved, s.path), Renamed(moved, s.target)
}

// Renamed returns the path that a template has now, with .tmpl if it was given so.
func Renamed(moved map[string]string, path string) string {
	stem := strings.TrimSuffix(path, templateSuffix)
	suffix := path[len(stem):]
	for range moved { // each rename may have followed another
		now, ok := moved[stem]
		if !ok {
			break
		}
		stem = now
	}
	return stem + suffix
}

func overlay(winners map[string]*source, layer []*source, list *diag.List) {
	for _, s := range layer {
		if old := winners[s.target]; old != nil {
			if old.layer == s.layer {
				list.Error(s.start(), codeCollision, "two templates for one path").
					Detail = old.display + " and " + s.display + " both produce " + s.target + "."
				continue
			}
			s.replaces = old.layer
		}
		winners[s.target] = s
	}
}

func readLayer(name, prefix string, fsys fs.FS, list *diag.List) []*source {
	if fsys == nil {
		return nil
	}
	var found []*source
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ignored(d) && d.IsDir():
			return fs.SkipDir
		case ignored(d), d.IsDir(), p == movedList:
			return nil
		}
		s := &source{path: p, target: strings.TrimSuffix(p, templateSuffix), layer: name, display: prefix + p}
		if s.read(fsys, d, list) && s.check(list) {
			found = append(found, s)
		}
		return nil
	})
	if err != nil {
		list.Error(diag.Range{File: strings.TrimSuffix(prefix, "/")}, codePath, "cannot read templates").Detail = err.Error()
	}
	return found
}

// ignored reports whether d is something that file managers, editors and Git
// leave in folders.
func ignored(d fs.DirEntry) bool {
	name := d.Name()
	return name == ".DS_Store" || name == "Thumbs.db" || name == ".git" || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".swp")
}

func (s *source) read(fsys fs.FS, d fs.DirEntry, list *diag.List) bool {
	info, err := d.Info()
	if err == nil && info.Mode().IsRegular() {
		s.executable = info.Mode()&0o111 != 0
		s.content, err = fs.ReadFile(fsys, s.path)
	} else if err == nil {
		list.Error(s.start(), codePath, "not a regular file").Hint = "Copy the file here; links are not followed."
		return false
	}
	if err != nil {
		list.Error(s.start(), codePath, "cannot read template").Detail = err.Error()
		return false
	}
	return true
}

// safePath matches paths of templates: placeholders, and characters that any file system,
// the state and YAML accept without quotes.
var safePath = lazyregexp.New(`^[A-Za-z0-9._+@/{}-]+$`)

// check refuses a path that cannot be produced and a text that could be confused
// with tokens.
func (s *source) check(list *diag.List) bool {
	if !safePath.MatchString(s.path) || s.target == "" || strings.HasSuffix(s.target, "/") {
		list.Error(s.start(), codePath, "unusable template path").Hint = "Use letters, digits and . _ + @ - only, and placeholders."
		return false
	}
	if !s.isTemplate() && !isYAML(s.target) {
		return true // copied byte by byte
	}
	// A checkout with CRLF must give the same tree as any other.
	s.content = bytes.ReplaceAll(s.content, []byte("\r\n"), []byte("\n"))
	if fault, offset := textFault(s.content, isYAML(s.target)); fault != "" {
		d := list.Error(place(s.display, s.content, offset, offset+1), codeParse, fault)
		d.Hint = "Remove the character."
		return false
	}
	return true
}

// textFault finds the first character that no template may contain.
func textFault(text []byte, yaml bool) (fault string, offset int) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			return "text is not UTF-8", i
		case r == tokenPlain || r == tokenValue:
			return "private use character in a template", i
		case r == '\ufeff':
			return "byte order mark in a template", i
		case r == 0 || yaml && isOddBreak(r):
			return "control character in a template", i
		}
		i += size
	}
	return "", 0
}

// isOddBreak reports characters that end a line only in YAML 1.1.
func isOddBreak(r rune) bool { return r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029' }

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

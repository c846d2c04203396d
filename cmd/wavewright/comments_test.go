package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCommentsStandAtWhatTheyDescribe looks through every package of the repository. A
// comment between declarations belongs to the one right below it, and does not begin with
// the name of another one: what stays behind when code moves describes nothing. Only above
// all declarations may a note on the whole file stand alone.
func TestCommentsStandAtWhatTheyDescribe(t *testing.T) {
	set := token.NewFileSet()
	packages, err := parseAll(set, "../..")
	if err != nil || len(packages) < 20 {
		t.Fatalf("%d packages: %v", len(packages), err)
	}
	for _, files := range packages {
		for _, stray := range strayComments(set, files) {
			t.Error(stray)
		}
	}
}

func TestStrayComments(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"where it belongs", "// f says.\nfunc f() {}\n\n// Names of things.\nconst (\n\t// g is one.\n\tg = 1\n\n\t// The rest:\n\n\th = 2\n)", ""},
		{"a note on the file", "// All of this is about x.\n\nfunc f() {}", ""},
		{"what it describes has moved", "func f() {}\n\n// g says.\n\nfunc h() {}", "x.go:5:1: this comment stands at no declaration"},
		{"first of all", "// f says.\n\nfunc f() {}", "x.go:3:1: this comment stands at no declaration"},
		{"at the end", "func f() {}\n\n// g says.", "x.go:5:1: this comment stands at no declaration"},
		{"at another one", "// g says.\nfunc f() {}\n\nfunc g() {}", "x.go:3:1: the comment of f describes g"},
		{"at a method", "type T int\n\n// g says.\nfunc (T) f() {}\n\nfunc (T) g() {}", "x.go:5:1: the comment of f describes g"},
		{"names of a group", "// g and h are.\nvar g, h int", ""},
		{"a directive", "//go:generate true\n\nfunc f() {}", ""},
		{"within", "func f() {\n\t// g says.\n\n}", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, "x.go", "package x\n\n"+test.source+"\n", parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strayComments(set, []*ast.File{file}), "\n"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// parseAll parses the Go files below a folder, by package.
func parseAll(set *token.FileSet, dir string) (map[string][]*ast.File, error) {
	packages := map[string][]*ast.File{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "want" || strings.HasPrefix(d.Name(), ".") && path != dir):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], file)
		return err
	})
	return packages, err
}

// strayComments returns what is wrong with the comments of a package.
func strayComments(set *token.FileSet, files []*ast.File) []string {
	declared := map[string]bool{}
	for _, file := range files {
		for _, decl := range file.Decls {
			for _, name := range namesOf(decl) {
				declared[name] = true
			}
		}
	}
	var strays []string
	for _, file := range files {
		for _, comment := range file.Comments {
			if isDirective(comment) || comment.End() < file.Name.Pos() {
				continue
			}
			decl := declarationOf(set, file, comment)
			first, _, _ := strings.Cut(strings.TrimSpace(comment.Text()), " ")
			switch names := namesOf(decl); {
			case decl == nil && (declared[first] || !isNote(file, comment)):
				strays = append(strays, fmt.Sprintf("%s: this comment stands at no declaration", set.Position(comment.Pos())))
			case decl != nil && comment.Pos() < decl.Pos() && declared[first] && !slices.Contains(names, first):
				strays = append(strays, fmt.Sprintf("%s: the comment of %s describes %s", set.Position(comment.Pos()), strings.Join(names, ", "), first))
			}
		}
	}
	return strays
}

// isNote reports whether a comment is about its file: it stands above all declarations.
func isNote(file *ast.File, comment *ast.CommentGroup) bool {
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); (!ok || d.Tok != token.IMPORT) && decl.Pos() < comment.Pos() {
			return false
		}
	}
	return true
}

// isDirective reports whether a comment is for the Go tools alone.
func isDirective(comment *ast.CommentGroup) bool { return strings.TrimSpace(comment.Text()) == "" }

// declarationOf returns the declaration that a comment documents, stands in, or follows on
// its last line; nil when there is none.
func declarationOf(set *token.FileSet, file *ast.File, comment *ast.CommentGroup) ast.Decl {
	line := func(pos token.Pos) int { return set.Position(pos).Line }
	for _, decl := range file.Decls {
		above := line(comment.End())+1 == line(decl.Pos())
		within := decl.Pos() <= comment.Pos() && line(comment.Pos()) <= line(decl.End())
		if above || within {
			return decl
		}
	}
	return nil
}

// namesOf returns what a declaration declares.
func namesOf(decl ast.Decl) []string {
	var names []string
	switch d := decl.(type) {
	case *ast.FuncDecl:
		names = append(names, d.Name.Name)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

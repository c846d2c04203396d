package golden

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// about matches the beginning of a comment that describes what its first word names.
var about = regexp.MustCompile(`^(\w+) (is|are|adds?|checks?|gives?|holds?|lets?|lists?|makes?|names?|parses?|reads?|reports?|returns?|says?|writes?)\b`)

// TestCommentsStandAtDeclarations wants the comment of a declaration to stand directly above
// it: the comment names the declaration that it stands at, or none of its package, and the
// comment of an exported declaration begins with its name.
func TestCommentsStandAtDeclarations(t *testing.T) {
	packages := map[string][]*ast.File{}
	fset := token.NewFileSet()
	for _, root := range []string{"cmd", "generator", "internal", "schema", "templates"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
			packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, files := range packages {
		declared, documented := map[string]bool{}, map[*ast.CommentGroup]string{}
		for _, file := range files {
			documented[file.Doc] = "Package"
			for _, decl := range file.Decls {
				name, doc := declaration(decl)
				declared[name], documented[doc] = true, name
			}
		}
		for _, file := range files {
			for _, comment := range file.Comments {
				if fset.Position(comment.Pos()).Column > 1 || comment == file.Doc {
					continue
				}
				name, text := documented[comment], comment.Text()
				match := about.FindStringSubmatch(text)
				switch {
				case match != nil && match[1] != name && declared[match[1]]:
					t.Errorf("%s: this comment describes %s and stands elsewhere", fset.Position(comment.Pos()), match[1])
				case ast.IsExported(name) && !regexp.MustCompile(`^((A|An|The) )?`+name+`\b`).MatchString(text):
					t.Errorf("%s: this comment does not begin with %s", fset.Position(comment.Pos()), name)
				}
			}
		}
	}
}

// declaration returns the name and the comment of a function, a method, a type, or a
// variable or constant that is declared alone.
func declaration(decl ast.Decl) (string, *ast.CommentGroup) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return d.Name.Name, d.Doc
	case *ast.GenDecl:
		if d.Lparen.IsValid() || len(d.Specs) == 0 {
			return "", nil
		}
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name.Name, d.Doc
		case *ast.ValueSpec:
			return s.Names[0].Name, d.Doc
		}
	}
	return "", nil
}

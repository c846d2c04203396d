package golden

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

// wantFile is the part of a case that holds the expected text.
const wantFile = "want"

// TestErrors checks the full text of every case under errors: a faulty spec or
// template with everything that is said about it. The name of a case is the code
// that it shows. Update with GOLDIE_UPDATE=true.
func TestErrors(t *testing.T) {
	each(t, "errors/*.txtar", func(t *testing.T, name string, got string) {
		if !strings.Contains(got, "["+strings.Replace(name, "-", "/", 1)+"]") {
			t.Errorf("the case does not show its code; it says:\n%s", got)
		}
	})
}

// TestErrorsTogether checks the full text of specs with many faults of different kinds:
// all of them are said in one run, and nothing that only follows from them.
func TestErrorsTogether(t *testing.T) {
	each(t, "errors/together/*.txtar", func(*testing.T, string, string) {})
}

// each runs the cases that a pattern matches.
func each(t *testing.T, pattern string, check func(t *testing.T, name, got string)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := findings(t, archive)
			check(t, name, got)
			compare(t, file, archive, got)
		})
	}
}

// fill is a line of a case's comment that makes a file as large as no archive should
// be: fill FILE BYTES appends lines of comments.
var fill = regexp.MustCompile(`(?m)^fill (\S+) ([0-9]+)$`)

// filled returns the content of a file of a case.
func filled(archive *txtar.Archive, file txtar.File) []byte {
	for _, line := range fill.FindAllStringSubmatch(string(archive.Comment), -1) {
		if size, err := strconv.Atoi(line[2]); err == nil && line[1] == file.Name {
			more := strings.Repeat("# filled up\n", (size-len(file.Data))/len("# filled up\n")+1)
			return append(slices.Clone(file.Data), more...)[:size]
		}
	}
	return file.Data
}

// findings generates from the files of a case and returns what is printed. A case
// with errors must have no tree, so that nothing can be written.
func findings(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range archive.Files {
		if file.Name == wantFile {
			continue
		}
		path := filepath.Join(dir, file.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, filled(archive, file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	platform, err := generator.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	platform.Expire(time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC), false)
	result, err := platform.Render()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".wavewright", "state")); err == nil { // what was generated before has a say
		plan, err := platform.Plan(generator.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		result.Findings = plan.Findings
	}
	if result.Diagnostics.HasErrors() {
		if _, err := platform.Write(generator.WriteOptions{}); err == nil {
			t.Error("a spec with errors was written")
		}
		if after := tree(t, dir); !slices.Equal(before, after) {
			t.Errorf("a spec with errors left files behind: %v", after)
		}
	}
	var text strings.Builder
	if err := diag.WriteText(&text, result.Diagnostics, result.Sources); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func compare(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == wantFile })
	if i < 0 {
		t.Fatal("the case has no part called want")
	}
	if want := string(archive.Files[i].Data); got != want {
		if os.Getenv("GOLDIE_UPDATE") != "true" {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
			return
		}
		archive.Files[i].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// code is what a diagnostic's or a refusal's code looks like.
var code = regexp.MustCompile(`^[a-z]+/[a-z]+(-[a-z]+)*$`)

// TestEveryCodeHasACase scans the sources, so that a new diagnostic cannot be added
// without its text being reviewed. Every text in them that looks like a code is one; a
// refusal, which has no place in a file, is shown in full by a test beside it.
func TestEveryCodeHasACase(t *testing.T) {
	diagnostics, refusals := codes(t, "../schema", "../generator", "../cmd")
	for code, path := range diagnostics {
		name := "errors/" + strings.Replace(code, "/", "-", 1) + ".txtar"
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s: code %s has no case %s", path, code, name)
		}
	}
	shown := texts(t, "../generator/internal/release/*_test.go", "../cmd/wavewright/testdata/script/*.txtar")
	for code, path := range refusals {
		if !strings.Contains(shown, "["+code+"]") {
			t.Errorf("%s: no test shows refusal %s", path, code)
		}
	}
}

// codes returns the codes of diagnostics and those of refusals in the sources below
// some folders, each with a file that has it.
func codes(t *testing.T, roots ...string) (diagnostics, refusals map[string]string) {
	t.Helper()
	diagnostics, refusals = map[string]string{}, map[string]string{}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "verify" {
				return fs.SkipDir // golden/verify has the cases of its findings
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			file.Decls = slices.DeleteFunc(file.Decls, isImport)
			ast.Inspect(file, func(n ast.Node) bool {
				into := diagnostics
				if refuses(n) {
					into = refusals
				}
				for _, code := range codesIn(n) {
					if _, refusal := refusals[code]; !refusal {
						into[code] = path
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return diagnostics, refusals
}

func isImport(d ast.Decl) bool {
	gen, ok := d.(*ast.GenDecl)
	return ok && gen.Tok == token.IMPORT
}

// refuses reports whether n makes a refusal: a literal of that type, or its collector. A
// question of the doctor is one, too: a script shows it answered in the negative.
func refuses(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		fun, ok := n.Fun.(*ast.SelectorExpr)
		return ok && fun.Sel.Name == "add" && strings.HasSuffix(types.ExprString(fun.X), "refused")
	case *ast.CompositeLit:
		name := types.ExprString(n.Type)
		return strings.HasSuffix(name, "Refusals") || strings.HasSuffix(name, "Refusal") || name == "question"
	}
	return false
}

// codesIn returns the codes that stand in n itself, or anywhere in it when it refuses.
func codesIn(n ast.Node) []string {
	var found []string
	look := func(n ast.Node) {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && code.MatchString(text) {
				found = append(found, text)
			}
		}
	}
	if !refuses(n) {
		look(n)
		return found
	}
	ast.Inspect(n, func(n ast.Node) bool { look(n); return true })
	return found
}

// texts returns the content of all files that the patterns match, without backslashes.
func texts(t *testing.T, patterns ...string) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s matches nothing: %v", pattern, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(src)
		}
	}
	return strings.ReplaceAll(b.String(), `\`, "")
}

package golden

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

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
	files, err := filepath.Glob("errors/*.txtar")
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
			if !strings.Contains(got, "["+strings.Replace(name, "-", "/", 1)+"]") {
				t.Errorf("the case does not show its code; it says:\n%s", got)
			}
			compare(t, file, archive, got)
		})
	}
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
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	result, err := generator.Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if result.Diagnostics.HasErrors() {
		if _, err := result.Write(); err == nil {
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

// diagnosticCode finds codes where they are reported.
var diagnosticCode = regexp.MustCompile(`"([a-z]+/[a-z]+(?:-[a-z]+)*)"`)

// otherCodes look like codes and are none: refusals of promotion and rollback,
// which testscripts cover, names of things, and a limit that only a file of many megabytes
// reaches, which yamltree tests.
var otherCodes = regexp.MustCompile(`^(promote|rollback|generate|applications|environments|targets|overlays|releases|origin|yaml/size|release/layout)`)

var importLine = regexp.MustCompile(`(?m)^\s*(_ )?"[a-z/]+"$`)

// TestEveryCodeHasACase scans the sources, so that a new diagnostic cannot be
// added without its text being reviewed.
func TestEveryCodeHasACase(t *testing.T) {
	for _, root := range []string{"../schema", "../generator"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			src = importLine.ReplaceAll(src, nil)
			for _, match := range diagnosticCode.FindAllStringSubmatch(string(src), -1) {
				code := match[1]
				if otherCodes.MatchString(code) {
					continue
				}
				name := "errors/" + strings.Replace(code, "/", "-", 1) + ".txtar"
				if _, err := os.Stat(name); err != nil {
					t.Errorf("%s: code %s has no case %s", path, code, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

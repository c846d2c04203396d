package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fieldTable says which fields of built-in kinds are younger than the oldest minor version below.
const fieldTable = "../generator/internal/verify/schema/fields.txt"

// Minor versions of Kubernetes that the table knows.
const (
	oldestMinor = 27
	newestMinor = 37
)

// TestFieldTable compares the table with the types of k8s.io/api in each release. With
// WAVEWRIGHT_UPDATE it writes the table.
func TestFieldTable(t *testing.T) {
	var lines []string
	before := fieldsOfRelease(t, oldestMinor)
	for minor := oldestMinor + 1; minor <= newestMinor; minor++ {
		now := fieldsOfRelease(t, minor)
		for _, name := range slices.Sorted(maps.Keys(now)) {
			// A type that is new has another one's fields, or is that of a new field.
			if before[name] == nil {
				continue
			}
			for _, field := range slices.Sorted(maps.Keys(now[name])) {
				if !before[name][field] {
					lines = append(lines, fmt.Sprintf("%s %s 1.%d", name, field, minor))
				}
			}
		}
		before = now
	}
	slices.Sort(lines)
	want := "# Fields of built-in kinds with the version of Kubernetes that has them first: those that 1." + strconv.Itoa(oldestMinor) +
		" did not have.\n# From the types of k8s.io/api in each release; TestFieldTable in e2e compares them, and WAVEWRIGHT_UPDATE=1 writes this file.\n" +
		strings.Join(lines, "\n") + "\n"
	if os.Getenv("WAVEWRIGHT_UPDATE") != "" {
		if err := write(fieldTable, []byte(want)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(fieldTable)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what k8s.io/api says; WAVEWRIGHT_UPDATE=1 writes it (%v)", fieldTable, err)
	}
}

// fieldsOfRelease are the fields of each struct of a release, with those that it takes in.
func fieldsOfRelease(t *testing.T, minor int) map[string]map[string]bool {
	t.Helper()
	structs := map[string]*ast.StructType{}
	for name, source := range typesOfRelease(t, minor) {
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if is, ok := spec.Type.(*ast.StructType); ok {
					structs[path.Dir(name)+"."+spec.Name.Name] = is
				}
			}
			return true
		})
	}
	fields := map[string]map[string]bool{}
	for name := range structs {
		fields[name] = map[string]bool{}
		takeIn(structs, name, fields[name])
	}
	return fields
}

// takeIn adds the fields of a struct, and of those of its package that it takes in.
func takeIn(structs map[string]*ast.StructType, name string, into map[string]bool) {
	pkg, _, _ := strings.Cut(name, ".")
	for _, field := range structs[name].Fields.List {
		if field.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			continue
		}
		key, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if inner, ok := field.Type.(*ast.Ident); ok && strings.Contains(options, "inline") {
			if structs[pkg+"."+inner.Name] != nil {
				takeIn(structs, pkg+"."+inner.Name, into)
			}
		} else if key != "" && key != "-" {
			into[key] = true
		}
	}
}

// typesOfRelease are the files of k8s.io/api that hold types, by GROUP/VERSION/FILE.
func typesOfRelease(t *testing.T, minor int) map[string][]byte {
	t.Helper()
	module := fmt.Sprintf("k8s.io/api@v0.%d.0", minor)
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	output, runErr := cmd.Output()
	var answer struct{ Zip, Error string }
	if err := json.Unmarshal(output, &answer); err != nil || answer.Zip == "" {
		t.Fatalf("download %s: %v: %s", module, runErr, answer.Error)
	}
	archive, err := zip.OpenReader(answer.Zip)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string][]byte{}
	for _, file := range archive.File {
		name := strings.TrimPrefix(file.Name, module+"/")
		if base := path.Base(name); strings.Count(name, "/") != 2 || base != "types.go" && !strings.HasPrefix(base, "types_") || !strings.HasSuffix(base, ".go") {
			continue
		}
		from, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, from); err != nil {
			t.Fatal(err)
		}
		files[name] = content.Bytes()
	}
	return files
}

package main

import (
	"fmt"
	"go/build"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/wavewright/wavewright/"

// TestImports compares the picture of docs/architecture.md with what the packages import, and
// wants each package to be above those that it imports.
func TestImports(t *testing.T) {
	imports := map[string][]string{}
	collectImports(t, "cmd/wavewright", imports)
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "```mermaid\n", "```\n"
	before, rest, found := strings.Cut(string(text), begin)
	picture, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("docs/architecture.md has no picture of imports")
	}
	want := drawImports(imports)
	if picture == want {
		return
	}
	if os.Getenv("GOLDIE_UPDATE") != "true" {
		t.Fatalf("the picture is not what the packages import; GOLDIE_UPDATE=true go test -run TestImports ./cmd/wavewright writes:\n%s", want)
	}
	if err := os.WriteFile("../../docs/architecture.md", []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// collectImports adds what a package of this module imports of the module, and what that imports.
func collectImports(t *testing.T, pkg string, imports map[string][]string) {
	t.Helper()
	if _, known := imports[pkg]; known {
		return
	}
	found, err := build.ImportDir(filepath.Join("../..", filepath.FromSlash(pkg)), 0)
	if err != nil {
		t.Fatal(err)
	}
	imports[pkg] = nil
	for _, name := range found.Imports {
		if below, ours := strings.CutPrefix(name, module); ours {
			imports[pkg] = append(imports[pkg], below)
			collectImports(t, below, imports)
		}
	}
}

// drawImports draws an arrow from each package to those that it imports and that no other
// import of its own reaches: the rest follows from these.
func drawImports(imports map[string][]string) string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		for _, below := range imports[pkg] {
			others := slices.DeleteFunc(slices.Clone(imports[pkg]), func(other string) bool { return other == below })
			if !slices.ContainsFunc(others, func(other string) bool { return reaches(imports, other, below) }) {
				fmt.Fprintf(&b, "  %s --> %s\n", node(pkg), node(below))
			}
		}
	}
	return b.String()
}

func reaches(imports map[string][]string, from, to string) bool {
	return from == to || slices.ContainsFunc(imports[from], func(next string) bool { return reaches(imports, next, to) })
}

// node names a package as the table of docs/architecture.md does, without generator/internal.
func node(pkg string) string {
	if name, inner := strings.CutPrefix(pkg, "generator/internal/"); inner {
		return name
	}
	return pkg
}

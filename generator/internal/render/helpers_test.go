package render

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
)

// folder makes a layer from paths and texts.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

// repository is the scope of templates without placeholders.
func repository(data any) func([]string) ([]Scope, error) {
	return func([]string) ([]Scope, error) { return []Scope{{Data: data, Archive: "repository"}}, nil }
}

// renderAll renders built-in templates that have no placeholders.
func renderAll(files map[string]string, data any) (tree.Tree, diag.List) {
	return Render(Input{Builtin: folder(files), Scopes: repository(data)})
}

// renderText renders one template and returns its text.
func renderText(t testing.TB, name, text string, data any) string {
	t.Helper()
	files, list := renderAll(map[string]string{name + ".tmpl": text}, data)
	if len(list) > 0 {
		t.Fatalf("template refused:\n%s", reportText(list))
	}
	return string(files[name].Content)
}

// reportText prints findings as the command does, without snippets.
func reportText(list diag.List) string {
	var b strings.Builder
	_ = diag.WriteText(&b, list, nil)
	return b.String()
}

// reportOf prints the findings of a run.
func reportOf(in Input) string {
	_, list := Render(in)
	return reportText(list)
}

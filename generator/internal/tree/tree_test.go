package tree

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheckPaths(t *testing.T) {
	tests := []struct{ path, want string }{
		{"overlays/prod/apps/web/kustomization.yaml", ""},
		{".gitattributes", ""},
		{".github/workflows/verify.yaml", ""},
		{".wavewright/environments.schema.json", ""},
		{"a/.b/..c/d...e", ""},
		{"console.yaml", ""},
		{"com10.yaml", ""},
		{"", "clean relative path"},
		{".", "clean relative path"},
		{"/etc/passwd", "clean relative path"},
		{"../x", "clean relative path"},
		{"a/../../x", "clean relative path"},
		{"a//b", "clean relative path"},
		{"a/./b", "clean relative path"},
		{"a/", "clean relative path"},
		{`a\..\b`, "character"},
		{"c:/x", "character"},
		{"a b", "character"},
		{"a\nb", "character"},
		{"a\x00b", "character"},
		{"caf\u00e9.yaml", "character"},
		{"a\xff", "clean relative path"},
		{".git/config", ".git"},
		{"sub/.GIT/hooks/x", ".git"},
		{"GIT~1/config", ".git"},
		{"con", "device"},
		{"a/NUL.yaml", "device"},
		{"a/aux/b", "device"},
		{"com1.tar.gz", "device"},
		{"a./b", "dot"},
		{"a/b.", "dot"},
		{".wavewright/state/applications/web.state", "holds the state"},
		{".Wavewright/State/x", "holds the state"},
		{".wavewright/state", "holds the state"},
		{"a/.wavewright-tmp-3", "temporary"},
		{strings.Repeat("a", 201), "longer"},
		{strings.Repeat("a/", 600) + "b", "longer"},
	}
	for _, test := range tests {
		tree := Tree{test.path: {ID: "id", Archive: "repository"}}
		checkProblems(t, tree, test.want)
	}
}

func checkProblems(t *testing.T, tree Tree, want string) {
	t.Helper()
	problems := tree.Check()
	switch {
	case want == "" && len(problems) > 0:
		t.Errorf("problems %v, want none", problems)
	case want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Error(), want)):
		t.Errorf("problems %q, want one with %q", problems, want)
	}
}

func TestCheckTrees(t *testing.T) {
	tests := []struct {
		name string
		tree Tree
		want string
	}{
		{"case", files("a/README.md", "", "a/readme.md", ""), "a/README.md and a/readme.md differ only in letter case"},
		{"case of a folder", files("a/B/x", "", "a/b/y", ""), "a/B and a/b differ only in letter case"},
		{"file and folder", files("a/b", "", "a/b/c/d", ""), "a/b would be both a file and a folder"},
		{"folder and file, other case", files("a/b/c", "", "a/B", ""), "differ only in letter case"},
		{"folders shared", files("a/b/c", "", "a/b/d", "", "a/e", ""), ""},
		{"same id", Tree{"a": {ID: "i", Archive: "x"}, "b": {ID: "i", Archive: "x"}}, `b: id "i" belongs to a already`},
		{"no id", Tree{"a": {Archive: "x"}}, "id"},
		{"id with a space", Tree{"a": {ID: "x y", Archive: "x"}}, "without spaces"},
		{"archive outside", Tree{"a": {ID: "i", Archive: "../x"}}, "archive"},
		{"archive with a space", Tree{"a": {ID: "i", Archive: "x y"}}, "archive"},
		{"archive a device", Tree{"a": {ID: "i", Archive: "applications/nul"}}, "device"},
		{"archives by case", Tree{"a": {ID: "i", Archive: "X"}, "b": {ID: "j", Archive: "x"}}, "archives X and x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkProblems(t, test.tree, test.want) })
	}
}

// TestCheckFindsCollisions compares Check with every pair of names that a tree needs.
func TestCheckFindsCollisions(t *testing.T) {
	segment := rapid.SampledFrom([]string{"a", "A", "b", "B", "ab", "aB"})
	path := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(segment, 1, 3).Draw(t, "segments"), "/")
	})
	rapid.Check(t, func(t *rapid.T) {
		tree := Tree{}
		for _, path := range rapid.SliceOfNDistinct(path, 1, 6, rapid.ID).Draw(t, "paths") {
			tree[path] = File{ID: path, Archive: "x"}
		}
		if problems := tree.Check(); (len(problems) > 0) != collides(tree) {
			t.Errorf("%q: problems %v, want some: %v", tree.paths(), problems, collides(tree))
		}
	})
}

func collides(tree Tree) bool {
	spelled, folders := map[string]string{}, map[string]bool{}
	for path := range tree {
		for dir := parent(path); dir != ""; dir = parent(dir) {
			folders[dir] = true
		}
	}
	for _, path := range slices.Concat(tree.paths(), slices.Collect(maps.Keys(folders))) {
		if _, file := tree[path]; file && folders[path] || spelled[fold(path)] != "" && spelled[fold(path)] != path {
			return true
		}
		spelled[fold(path)] = path
	}
	return false
}

func TestCheckFindsEverything(t *testing.T) {
	problems := files("a b", "", "ok", "", "../x", "", "con", "").Check()
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	if !slices.Equal(paths, []string{"../x", "a b", "con"}) {
		t.Errorf("problems %v", problems)
	}
}

func TestFold(t *testing.T) {
	for a, b := range map[string]string{"README": "readme", "\u212aube": "kube", "\u017fervice": "SERVICE", "\u00c9": "\u00e9"} {
		if fold(a) != fold(b) {
			t.Errorf("fold(%q) = %q, fold(%q) = %q", a, fold(a), b, fold(b))
		}
	}
}

package generator

import (
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// FuzzResolve holds that no spec makes the line from the text to the platform panic or
// fail otherwise than by findings with a place, and that what has no errors renders.
// The program says how the tree of the spec is changed, so that most of what is tried
// is YAML and gets far: each of its steps puts another value in the place of one.
func FuzzResolve(f *testing.F) {
	for _, fsys := range goldenSpecs(f) {
		src, err := fs.ReadFile(fsys, schema.FileName)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte{})
		f.Add(src, []byte("3141592653589793"))
	}
	f.Add([]byte(sound), []byte{})
	for i := range faults {
		f.Add([]byte(sound), []byte{byte(i), 0, byte(i * 7), byte(i), 1, byte(i * 3)})
	}
	cases, err := filepath.Glob("../golden/errors/*.txtar")
	if err != nil || len(cases) == 0 {
		f.Fatal("no cases of errors", err)
	}
	for _, name := range cases {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == schema.FileName && len(file.Data) < 1<<14 {
				f.Add(file.Data, []byte{})
			}
		}
	}
	f.Fuzz(func(t *testing.T, main, program []byte) {
		if root, _ := yamltree.Parse(schema.FileName, main); root != nil && len(program) > 2 {
			main = changed(root, program)
		}
		texts := map[string][]byte{schema.FileName: main, "teams/a.yaml": []byte("team: a\napplications: {web: {}}\n")}
		r, err := load(folder{disk: fstest.MapFS{}, replaced: texts})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diagnostics {
			if _, read := r.Sources[d.Subject.File]; !read || d.Code == "" || d.Summary == "" {
				t.Errorf("finding without a place: %+v", d)
			}
		}
		if !r.Diagnostics.HasErrors() {
			if _, err := r.Render(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// changed writes a tree with the changes of a program: three bytes a step, for a place,
// and for what is put there: a value from another place, or an odd one.
func changed(root *yamltree.Node, program []byte) []byte {
	var nodes []*yamltree.Node
	walk(root, "", func(_ string, n *yamltree.Node) { nodes = append(nodes, n) })
	if len(nodes) == 0 {
		return write(root, nil)
	}
	odd := []string{"null", "true", "0", "-1", "1", "99999999999", `""`, `"{env}"`, `"x"`, "[]", "{}", "[null]", `{"a": null}`, "0.5", `"100%"`, "1e9"}
	instead := map[*yamltree.Node]string{}
	for len(program) > 2 {
		node := nodes[(int(program[0])<<8|int(program[1]))%len(nodes)]
		if choice := int(program[2]); choice < len(odd)*4 {
			instead[node] = odd[choice%len(odd)]
		} else {
			instead[node] = string(write(nodes[choice*31%len(nodes)], nil))
		}
		program = program[3:]
	}
	return write(root, instead)
}

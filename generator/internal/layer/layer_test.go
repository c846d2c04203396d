package layer

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

// TestLayer shows what is laid over a folder: a file replaced, one added in a new folder, one taken away.
func TestLayer(t *testing.T) {
	below := fstest.MapFS{"a/x": {Data: []byte("1")}, "a/y": {Data: []byte("2")}, "b/z": {Data: []byte("3")}}
	l := New(below, map[string][]byte{"a/x": []byte("new"), "a/y": nil, "c/d/e": []byte("5")})
	var names []string
	err := fs.WalkDir(l, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, err := fs.ReadFile(l, name)
			names = append(names, name+"="+string(text))
			return err
		}
		return err
	})
	if want := []string{"a/x=new", "b/z=3", "c/d/e=5"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v, %v", names, err)
	}
	if _, err := fs.Stat(l, "a/y"); err == nil {
		t.Error("a/y is there")
	}
	if err := fstest.TestFS(New(nil, map[string][]byte{"a/x": []byte("1")}), "a/x"); err != nil {
		t.Error(err)
	}
}

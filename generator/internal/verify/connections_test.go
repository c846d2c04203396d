package verify

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// TestConnections writes the matrix of a small repository in each format. GOLDIE_UPDATE=true
// writes what is wanted.
func TestConnections(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/connections.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	for name, write := range map[string]func(*Connectivity, io.Writer) error{
		"connections.txt": (*Connectivity).WriteText, "connections.json": (*Connectivity).WriteJSON, "connections.dot": (*Connectivity).WriteDot,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := repo.Discover(files)
			if err != nil {
				t.Fatal(err)
			}
			declare(t, files, r)
			var got bytes.Buffer
			if err := write(Connections(r), &got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if os.Getenv("GOLDIE_UPDATE") != "" {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
			}
		})
	}
}

// Command vendorargocd writes templates/argocd anew: the manifests of one release of
// Argo CD, as they are in its Go module. Run it with go generate ./templates after a
// change of version and sum below.
package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/wavewright/wavewright/scripts/internal/vendored"
)

// The release. The sum is the one of the checksum database: what a proxy serves
// instead is refused.
const (
	module  = "github.com/argoproj/argo-cd/v3"
	version = "v3.6.1"
	sum     = "h1:OmhqeKiR3C//awbFrhQqFdtRI+Qiv17j8vqm3UkMj/g="
)

// firstOther begins what follows the custom resource definitions in both manifests.
const firstOther = "---\napiVersion: v1\nkind: ServiceAccount\n"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: vendorargocd DIR")
	}
	if err := vendor(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// vendor writes the files into dir.
func vendor(dir string) error {
	archive, err := vendored.Download(module, version, sum)
	if err != nil {
		return fmt.Errorf("download %s@%s: %w", module, version, err)
	}
	files := map[string][]byte{"manifests/install.yaml": nil, "manifests/ha/install.yaml": nil, "LICENSE": nil}
	if err := extract(archive, files); err != nil {
		return err
	}
	definitions, install, found := bytes.Cut(files["manifests/install.yaml"], []byte(firstOther))
	same, ha, foundHA := bytes.Cut(files["manifests/ha/install.yaml"], []byte(firstOther))
	if !found || !foundHA || !bytes.Equal(definitions, same) {
		return errors.New("the manifests do not begin with the same custom resource definitions any more")
	}
	return errors.Join(
		write(dir, "definitions.yaml.gz", vendored.Compressed(definitions)),
		write(dir, "install.yaml.gz", vendored.Compressed(append([]byte(firstOther), install...))),
		write(dir, "install-ha.yaml.gz", vendored.Compressed(append([]byte(firstOther), ha...))),
		write(dir, "LICENSE", files["LICENSE"]),
	)
}

// extract fills files from the module's zip.
func extract(archive string, files map[string][]byte) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer reader.Close()
	for name := range files {
		file, err := reader.Open(module + "@" + version + "/" + name)
		if err != nil {
			return err
		}
		content, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		files[name] = content
	}
	return nil
}

func write(dir, name string, content []byte) error {
	return os.WriteFile(filepath.Join(dir, name), content, 0o644)
}

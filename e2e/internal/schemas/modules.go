// Package schemas makes strict JSON schemas from what Kubernetes, Argo CD, the Gateway
// API and External Secrets publish: the OpenAPI document of the API server and the
// custom resource definitions inside their Go modules. No module is compiled: files
// are read from the zip that the module proxy serves, so no cluster, no container and
// no network is needed once the module cache is warm.
//
// Strict means that every object is closed: a misspelt field is an error. That is also
// what the API server answers to a server-side apply.
package schemas

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// module is one version of a Go module whose files are read. The sum is the one of the
// checksum database: a proxy that serves something else is refused.
type module struct {
	path, version, sum string
}

// files returns the content of every file of the module whose path inside it begins
// with prefix and ends in suffix.
func (m module) files(prefix, suffix string) ([][]byte, error) {
	archive, err := m.download()
	if err != nil {
		return nil, fmt.Errorf("download %s@%s: %w", m.path, m.version, err)
	}
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", archive, err)
	}
	defer reader.Close()
	prefix = m.path + "@" + m.version + "/" + prefix
	var found [][]byte
	for _, file := range reader.File {
		if !strings.HasPrefix(file.Name, prefix) || !strings.HasSuffix(file.Name, suffix) {
			continue
		}
		content, err := read(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file.Name, err)
		}
		found = append(found, content)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no file %s*%s", archive, prefix, suffix)
	}
	return found, nil
}

// download brings the module into the module cache and returns the path of its zip. A
// module that needs a newer Go than ours is an error of the go command, but its zip is
// there all the same, and nothing in it is compiled here.
func (m module) download() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	var answer struct{ Zip, Sum, Error string }
	err := json.Unmarshal(stdout.Bytes(), &answer)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %s", runErr, stderr.String())
	case answer.Zip == "":
		return "", fmt.Errorf("no zip: %s", answer.Error)
	case answer.Sum != m.sum:
		return "", fmt.Errorf("sum is %s, expected %s", answer.Sum, m.sum)
	}
	return answer.Zip, nil
}

func read(file *zip.File) ([]byte, error) {
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Package vendored brings files of released modules into this repository: it downloads a module of a
// known sum, and compresses what is kept of it. The programs that do so share it.
package vendored

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Download brings the zip of a module into the module cache, and returns its path. That the module
// needs a newer Go is an error of the go command, but the zip is there all the same.
func Download(module, version, sum string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module+"@"+version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	out, runErr := cmd.Output()
	var answer struct{ Zip, Sum, Error string }
	if err := json.Unmarshal(out, &answer); err != nil {
		return "", errors.Join(runErr, err)
	}
	switch {
	case answer.Zip == "":
		return "", errors.New(answer.Error)
	case answer.Sum != sum:
		return "", fmt.Errorf("sum is %s, expected %s", answer.Sum, sum)
	}
	return answer.Zip, nil
}

// Compressed has no name and no time in it, so that the same release gives the same bytes.
func Compressed(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	if _, err := w.Write(content); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

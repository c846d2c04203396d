package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
)

// ErrNoSpec says that neither a folder nor any above it has a spec.
var ErrNoSpec = errors.New("there is no " + schema.FileName + " here or in a folder above")

// Findings are the diagnostics of a step and of all steps before it.
type Findings struct {
	// Diagnostics are all findings, errors and warnings.
	Diagnostics diag.List
	// Sources are the texts that the diagnostics point at.
	Sources diag.Sources
}

// Find returns the folder of the spec: start or the nearest folder above it that
// has one.
func Find(start string) (string, error) {
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("find the spec: %w", err)
	}
	for {
		info, err := os.Stat(filepath.Join(dir, schema.FileName))
		if err == nil && !info.IsDir() {
			return dir, nil
		}
		if info, err := os.Lstat(filepath.Join(dir, schema.FileName)); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", fmt.Errorf("%s is a symbolic link that leads to no file: put the file itself there", filepath.Join(dir, schema.FileName))
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoSpec
		}
		dir = parent
	}
}

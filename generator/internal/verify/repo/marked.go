package repo

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// marks are texts of what every machine has to know of a divided repository: Applications and projects,
// health checks, and the definitions and classes that objects of any cluster are judged by.
const marks = "argoproj.io/v1 argoproj.io_ hs.status CustomResourceDefinition StorageClass"

// marked finds the folders whose files hold a mark.
type marked struct {
	files fs.FS
	read  *kustomize.Files
	mutex sync.Mutex
	known map[string]bool
}

// text reports whether a text holds a mark.
func (m *marked) text(text []byte) bool {
	for mark := range strings.FieldsSeq(marks) {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

// file reports whether a file holds a mark; what cannot be read is for everybody.
func (m *marked) file(name string) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found, known := m.known[name]
	if !known {
		text, err := m.read.Text(name)
		found = err != nil || m.text(text)
		m.known[name] = found
	}
	return found
}

// kustomization reports whether a kustomization, or anything that it uses, holds a mark or a chart.
func (m *marked) kustomization(folder string, seen map[string]bool) bool {
	if seen[folder] {
		return false
	}
	seen[folder] = true
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		name := path.Join(folder, base)
		if info, err := fs.Stat(m.files, name); err == nil && !info.IsDir() {
			return m.file(name) || m.named(folder, name, seen)
		}
	}
	return true
}

// named reports whether anything that a kustomization names holds a mark.
func (m *marked) named(folder, name string, seen map[string]bool) bool {
	text, err := m.read.Text(name)
	var fields map[string]any
	if err != nil || yaml.Unmarshal(text, &fields) != nil || fields["helmCharts"] != nil || fields["helmChartInflationGenerator"] != nil {
		return true
	}
	for _, item := range kustomize.Named(fields) {
		at := path.Join(folder, item)
		info, err := fs.Stat(m.files, at)
		switch {
		case err != nil && remote(item):
			return true // which may hold anything
		case err != nil: // a patch that stands in the kustomization, or what fails to build anyway
		case info.IsDir() && m.kustomization(at, seen):
			return true
		case !info.IsDir() && m.file(at):
			return true
		}
	}
	return false
}

package repo

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// statedOptions is where the values of a chart of Argo CD say how kustomize is called.
var statedOptions = regexp.MustCompile(`(?m)^\s*["']?kustomize\.buildOptions["']?:[ \t]*(\S.*)$`)

// readOptions reads the options of kustomize in the values of charts, which may be those of the chart that
// installs Argo CD, and looks for Flux.
func (d *discovery) readOptions() {
	for _, name := range d.candidates {
		f := d.files[name]
		if f == nil && !strings.HasPrefix(path.Base(name), "values") {
			continue // a template of a chart
		}
		text, err := d.reader.Text(name)
		if err != nil {
			continue
		}
		if stated := statedOptions.FindSubmatch(text); stated != nil && bytes.Contains(stated[1], []byte("LoadRestrictionsNone")) {
			d.lenient = true
		}
		if f == nil {
			continue
		}
		for _, o := range f.objects {
			d.flux = d.flux || o.Kind == "Kustomization" && o.Group() == "kustomize.toolkit.fluxcd.io"
		}
	}
}

// unrestricted reports whether what builds a source lets it read files outside its own folder. Flux always does.
func (d *discovery) unrestricted(o order) bool {
	return d.lenient || strings.Contains(d.buildOptions, "LoadRestrictionsNone") || o.stand && d.flux
}

package repo

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
)

// disk is a copy of the repository for what works on disk only.
type disk struct {
	source fs.FS
	once   sync.Once
	folder string
	err    error
}

// close takes the copy away.
func (d *discovery) close() {
	if d.disk.folder != "" {
		os.RemoveAll(d.disk.folder)
	}
}

// copied is the folder with the copy.
func (d *discovery) copied() (string, error) {
	d.disk.once.Do(func() {
		if d.disk.folder, d.disk.err = os.MkdirTemp("", "wavewright-repository-"); d.disk.err == nil {
			d.disk.err = d.copyTree(".", filepath.Join(d.disk.folder, "repository"))
		}
	})
	return filepath.Join(d.disk.folder, "repository"), d.disk.err
}

// inflated builds a kustomization that renders charts of the repository.
func (d *discovery) inflated(p *product, o order) *product {
	folder := o.source.Path
	if d.options.Helm == "" {
		return p.omit("the kustomization %s renders charts, and there is no helm command", folder)
	}
	for _, part := range d.closure(folder) {
		for _, chart := range d.chartsOf(part) {
			p.read = append(p.read, chart)
			if !d.charts[chart] {
				return p.omit("the kustomization %s renders the chart %s, which is not in the repository", part, path.Base(chart))
			}
		}
	}
	if o.source.Kustomize != nil || os.Getenv("HELM_PLUGINS") != "" { //nolint:forbidigo // The commands of others are found by PATH, and see nothing else of the environment.
		return p.omit("the kustomization %s renders charts, and the Application changes it, or HELM_PLUGINS is set", folder)
	}
	root, err := d.copied()
	if err != nil {
		return p.omit("the repository cannot be copied for helm: %v", err)
	}
	built, err := kustomize.BuildOnDisk(root, folder, d.options.Helm)
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), root+"/", ""))
	}
	return d.taken(p, folder, built, err)
}

// chartsOf are the folders of the charts that a kustomization renders, where kustomize looks
// for them.
func (d *discovery) chartsOf(folder string) []string {
	k := d.named[folder]
	if k == nil {
		return nil
	}
	home := path.Join(folder, cmp.Or(k.chartHome, "charts"))
	var all []string
	for _, chart := range k.helm {
		at := path.Join(home, text(chart["name"]))
		if version := text(chart["version"]); version != "" && text(chart["repo"]) != "" {
			at = path.Join(home, text(chart["name"])+"-"+version, text(chart["name"]))
		}
		all = append(all, at)
	}
	return all
}

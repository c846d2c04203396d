package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// disk is a copy of the repository for what works on disk only.
type disk struct {
	source fs.FS
	once   sync.Once
	folder string
	err    error
	// fetched are the folders of what was fetched that the copy has, and supplied the kustomizations whose charts
	// it has; supplying guards both.
	fetched, supplied map[string]bool
	supplying         sync.Mutex
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
			p.read = append(p.read, chart.folder)
			if d.charts[chart.folder] || d.fileExists(path.Join(chart.folder, "Chart.yaml")) {
				continue
			}
			err := fetch.ErrNotLocked
			if chart.thing.Address != "" && fs.ValidPath(chart.folder) && within(chart.folder, d.root(part)) {
				_, err = d.elsewhere.get(chart.thing)
			}
			if err != nil {
				return p.absent(Origin{}, err, "the kustomization %s renders the chart %s, which is not in the repository", part, chart.thing.Chart)
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
	if err := d.supplyAll(root, folder); err != nil {
		return p.omit("the repository cannot be copied for helm: %v", err)
	}
	built, err := kustomize.BuildOnDisk(root, folder, d.options.Helm)
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), root+"/", ""))
	}
	return d.taken(p, folder, built, err)
}

// supplyAll supplies a kustomization, and all that it uses.
func (d *discovery) supplyAll(root, folder string) error {
	d.disk.supplying.Lock()
	defer d.disk.supplying.Unlock()
	parts := d.closure(folder)
	if err := d.unpackFetched(root, parts); err != nil {
		return err
	}
	for _, part := range parts {
		if err := d.supply(root, part); err != nil {
			return err
		}
	}
	return nil
}

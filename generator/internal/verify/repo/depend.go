package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// dependency is a chart that another one needs.
type dependency struct{ Name, Version, Repository string }

// dependencies are those that the files of a chart name, with the versions that its lock chooses.
func (d *discovery) dependencies(folder string) []dependency {
	var wanted, locked struct{ Dependencies []dependency }
	for _, name := range []string{"Chart.yaml", "requirements.yaml"} {
		text, err := d.reader.Text(path.Join(folder, name))
		if err == nil && len(wanted.Dependencies) == 0 && yaml.Unmarshal(text, &wanted) != nil {
			return nil // helm says what is wrong
		}
	}
	for _, name := range []string{"Chart.lock", "requirements.lock"} {
		if text, err := d.reader.Text(path.Join(folder, name)); err == nil && yaml.Unmarshal(text, &locked) != nil {
			return nil
		}
	}
	for i, w := range wanted.Dependencies {
		same := func(l dependency) bool { return l.Name == w.Name && l.Repository == w.Repository }
		if at := slices.IndexFunc(locked.Dependencies, same); at >= 0 && len(locked.Dependencies) == len(wanted.Dependencies) {
			wanted.Dependencies[i].Version = locked.Dependencies[at].Version
		}
	}
	return wanted.Dependencies
}

// depend puts the charts that a chart needs, and does not hold, into the copy of it, as Argo CD lets helm do.
func (d *discovery) depend(p *product, folder, copied string) error {
	for _, need := range d.dependencies(folder) {
		if need.Repository == "" || !fs.ValidPath(need.Name) || need.Name != path.Base(need.Name) || d.holdsChart(folder, need.Name) {
			continue
		}
		if rest, local := strings.CutPrefix(need.Repository, "file://"); local {
			if at := path.Join(folder, rest); within(at, d.root(folder)) && fs.ValidPath(at) && d.fileExists(path.Join(at, "Chart.yaml")) {
				p.read = append(p.read, at)
				if err := d.copyTree(at, filepath.Join(copied, "charts", need.Name)); err != nil {
					return err
				}
			}
			continue
		}
		content, err := d.elsewhere.get(fetch.Thing{Kind: fetch.Chart, Address: need.Repository, Chart: need.Name, Revision: need.Version})
		if errors.Is(err, fetch.ErrNotLocked) {
			continue // helm says what it lacks
		}
		if err != nil {
			return fmt.Errorf("the chart %s of %s: %w", need.Name, redacted(need.Repository), err)
		}
		if err := store(filepath.Join(copied, "charts", need.Name+".tgz"), content.Raw); err != nil {
			return err
		}
	}
	return nil
}

// holdsChart reports whether a chart holds another one, as a folder or as an archive.
func (d *discovery) holdsChart(folder, name string) bool {
	entries, err := fs.ReadDir(d.source, path.Join(folder, "charts"))
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() == name || strings.HasPrefix(e.Name(), name+"-") && path.Ext(e.Name()) == ".tgz"
	})
}

// store writes a file with the folders around it.
func store(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}

// inflation is a chart that a kustomization renders, and where kustomize looks for it.
type inflation struct {
	thing  fetch.Thing
	folder string
}

// chartsOf are the charts that a kustomization renders.
func (d *discovery) chartsOf(folder string) []inflation {
	k := d.named[folder]
	if k == nil {
		return nil
	}
	home := path.Join(folder, cmp.Or(k.chartHome, "charts"))
	var all []inflation
	for _, chart := range k.helm {
		t := fetch.Thing{Kind: fetch.Chart, Address: text(chart["repo"]), Chart: text(chart["name"]), Revision: text(chart["version"])}
		at := path.Join(home, t.Chart)
		if t.Revision != "" && t.Address != "" {
			at = path.Join(home, t.Chart+"-"+t.Revision, t.Chart)
		}
		all = append(all, inflation{t, at})
	}
	return all
}

// supply puts what a kustomization uses of other places into a copy of the repository on disk: the charts, what
// was fetched, and the kustomization itself, with names of files where it has addresses.
func (d *discovery) supply(root, part string) error {
	if d.disk.supplied[part] {
		return nil
	}
	for _, chart := range d.chartsOf(part) {
		if d.charts[chart.folder] || d.fileExists(path.Join(chart.folder, "Chart.yaml")) {
			continue
		}
		content, err := d.elsewhere.get(chart.thing)
		if err != nil {
			return err
		}
		for name, text := range content.Files {
			if err := store(filepath.Join(root, filepath.FromSlash(path.Join(chart.folder, name))), text); err != nil {
				return err
			}
		}
	}
	text, err := d.reader.Rewritten(d.kustomizations[part])
	if err == nil && text != nil {
		err = store(filepath.Join(root, filepath.FromSlash(d.kustomizations[part])), text)
	}
	d.disk.supplied[part] = err == nil
	return err
}

// unpackFetched copies what was fetched beside a copy of the repository, once for each thing.
func (d *discovery) unpackFetched(root string, parts []string) error {
	for _, part := range parts {
		k := d.named[part]
		folders := []string{part}
		if k != nil {
			folders = append(folders, k.files...)
		}
		for _, name := range folders {
			m := d.elsewhere.around(name)
			if m == nil || d.disk.fetched[m.folder] {
				continue
			}
			if err := d.copyTree(m.folder, filepath.Join(root, filepath.FromSlash(m.folder))); err != nil {
				return err
			}
			d.disk.fetched[m.folder] = true
		}
	}
	return nil
}

package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// ChangedContent is the code of things that are not what the lock says they were.
const ChangedContent = "fetch/changed"

// absent notes what is not judged because something is not here, and why that could not be fetched. Something that
// is no longer what it was is a mistake.
func (p *product) absent(at Origin, err error, format string, args ...any) *product {
	f := absence(err, format, args...)
	f.at = at
	p.faults = append(p.faults, f)
	return p
}

// absence is that fault, at no place.
func absence(err error, format string, args ...any) fault {
	said := fmt.Sprintf(format, args...)
	switch changed := (*fetch.ChangedError)(nil); {
	case errors.As(err, &changed):
		return fault{code: ChangedContent, message: changed.Error()}
	case err == nil || errors.Is(err, fetch.ErrNotLocked):
		return fault{message: said}
	case errors.Is(err, fetch.ErrNotCached):
		return fault{message: said + ": " + fetch.ErrNotCached.Error()}
	}
	return fault{message: said + ", and cannot be fetched: " + shortened(strings.TrimSuffix(err.Error(), "."))}
}

// thing is what a source names that is not of this repository.
func (s *Source) thing() fetch.Thing {
	if s.Chart != "" {
		return fetch.Thing{Kind: fetch.Chart, Address: s.RepoURL, Chart: s.Chart, Revision: s.TargetRevision}
	}
	return gitThing(s.RepoURL, s.TargetRevision)
}

// gitThing is a revision of a repository.
func gitThing(address, revision string) fetch.Thing {
	if revision == "HEAD" {
		revision = ""
	}
	return fetch.Thing{Kind: fetch.Git, Address: address, Revision: revision}
}

// foreign reports whether a source is elsewhere.
func (d *discovery) foreign(s *Source) bool {
	return s.Chart != "" || s.RepoURL != "" && (s.Path != "" || s.Ref != "") && !d.own[sameRepository(s.RepoURL)]
}

// prefetch fetches what Applications name elsewhere, many at a time.
func (d *discovery) prefetch(wave []*node) {
	if d.options.Fetcher == nil {
		return
	}
	var things []fetch.Thing
	for _, n := range wave {
		if n.stands() {
			continue
		}
		for _, s := range n.sources() {
			if d.foreign(&s) {
				things = append(things, s.thing())
			}
		}
	}
	d.fetchAll(things)
}

// fetchAll fetches things, several at a time; what fails is told when they are used.
func (d *discovery) fetchAll(things []fetch.Thing) {
	if len(things) > 0 {
		d.options.Progress.parallel("fetch", len(things), func(i int) { _, _ = d.elsewhere.get(things[i]) })
	}
}

// bringAll brings what the kustomizations of sources name elsewhere, and what that names in turn.
func (d *discovery) bringAll(orders []order) {
	for tried := map[[2]string]bool{}; d.options.Fetcher != nil; {
		var wanted [][2]string
		for _, o := range orders {
			for _, part := range d.closure(o.source.Path) {
				k := d.named[part]
				for i := 0; k != nil && i < len(k.remote); i++ {
					if pair := [2]string{part, k.remote[i]}; !tried[pair] {
						tried[pair], wanted = true, append(wanted, pair)
					}
				}
			}
		}
		if len(wanted) == 0 {
			return
		}
		d.options.Progress.parallel("fetch", len(wanted), func(i int) {
			folder, name := wanted[i][0], wanted[i][1]
			file := d.kustomizations[folder]
			_, _ = d.elsewhere.follow(folder, name, Origin{File: file, Line: d.lineOf(file, name)})
		})
		for _, pair := range wanted {
			d.land(pair[0], pair[1])
		}
	}
}

// land puts a name of a kustomization that was fetched to those that are here.
func (d *discovery) land(folder, name string) {
	k := d.named[folder]
	to, err := d.elsewhere.whole(folder, name)
	if err != nil || to == "" {
		k.why[name] = err
		return
	}
	k.remote = slices.DeleteFunc(k.remote, func(other string) bool { return other == name })
	if d.isFolder(to) {
		k.folders = append(k.folders, to)
	} else if d.fileExists(to) {
		k.files = append(k.files, to)
	} else {
		k.missing = append(k.missing, name)
	}
	d.enterFetched(to)
}

// enterFetched reads the kustomization, or notes the chart, of a folder that was fetched, and those that it uses.
func (d *discovery) enterFetched(folder string) {
	if d.elsewhere.around(folder) == nil || d.named[folder] != nil {
		return
	}
	d.charts[folder] = d.fileExists(path.Join(folder, "Chart.yaml"))
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		name := path.Join(folder, base)
		if !d.fileExists(name) {
			continue
		}
		d.kustomizations[folder] = name
		k := d.contents(folder)
		d.named[folder] = k
		for _, next := range k.folders {
			d.enterFetched(next)
		}
		return
	}
}

// isOwn reports whether a path is of the repository itself.
func (d *discovery) isOwn(name string) bool { return d.elsewhere.around(name) == nil }

// root is the folder of the repository, own or fetched, that a path lies in.
func (d *discovery) root(name string) string {
	if m := d.elsewhere.around(name); m != nil {
		return m.folder
	}
	return "."
}

// listing are the files and the folders below the root of a repository, relative to it.
func (d *discovery) listing(root string) (names, folders []string) {
	if root == "." {
		return d.names, d.folders
	}
	_ = fs.WalkDir(d.source, root, func(name string, entry fs.DirEntry, err error) error {
		relative := strings.TrimPrefix(strings.TrimPrefix(name, root), "/")
		switch {
		case err != nil || relative == "":
		case entry.IsDir():
			folders = append(folders, relative)
		default:
			names = append(names, relative)
		}
		return nil
	})
	return names, folders
}

// elsewhereOrder is what has to be built of a source that is not of this repository.
func (d *discovery) elsewhereOrder(n *node, s Source) (Source, *fault) {
	said := fmt.Sprintf("the source is in another repository, %s", redacted(s.RepoURL))
	if s.Chart != "" {
		said = fmt.Sprintf("the chart %s of %s is not in the repository", s.Chart, redacted(s.RepoURL))
		s.Path = "."
	}
	at, err := d.elsewhere.mount(".", s.thing(), n.Made)
	if err != nil {
		f := absence(err, "%s", said)
		return s, &f
	}
	if path.IsAbs(s.Path) || !fs.ValidPath(path.Clean(s.Path)) {
		return s, &fault{code: "build/failed", message: fmt.Sprintf("the path %s leads out of the repository: Argo CD refuses it", s.Path)}
	}
	folder := path.Join(at, s.Path)
	if !d.isFolder(folder) {
		return s, &fault{code: "build/failed", message: fmt.Sprintf("the path %s is not a folder of %s", s.Path, s.thing())}
	}
	d.enterFetched(folder)
	s.Path = folder
	return s, nil
}

// outside is what a build says of a name that is not in the repository.
func (p *product) outside(at Origin, outside *kustomize.OutsideError) *product {
	if changed := (*fetch.ChangedError)(nil); errors.As(outside.Why, &changed) {
		return p.fail(at, ChangedContent, "%v", changed)
	}
	return p.fail(at, "", "%v", outside)
}

// lockProblems are what is wrong with the lock of a repository.
func lockProblems(files fs.FS) []Problem {
	_, err := fetch.ReadLock(files)
	wrong := (*fetch.LockError)(nil)
	if !errors.As(err, &wrong) {
		return nil
	}
	return []Problem{{Origin{File: layout.FetchLock, Line: 1}, "", "fetch/lock", wrong.What}}
}

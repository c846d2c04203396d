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
	case errors.Is(err, errContained):
		return fault{code: "build/failed", message: said + ": " + errContained.Error()}
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
			if d.foreign(&s) && d.elsewhere.allowed(n.Made.File, s.thing()) {
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
	for tried := map[naming]bool{}; ; {
		wanted := d.wanted(orders, tried)
		if len(wanted) == 0 {
			return
		}
		d.options.Progress.parallel("fetch", len(wanted), func(i int) { _, _ = d.elsewhere.follow(wanted[i].folder, wanted[i].name) })
		for _, w := range wanted {
			d.land(w.folder, w.name)
		}
	}
}

// naming is a name in the kustomization of a folder.
type naming struct{ folder, name string }

// wanted are the names of things elsewhere that were not tried.
func (d *discovery) wanted(orders []order, tried map[naming]bool) (all []naming) {
	if d.options.Fetcher == nil || !d.reaching {
		return nil
	}
	for _, o := range orders {
		for _, part := range d.closure(o.source.Path) {
			for _, name := range d.remotes(part) {
				if w := (naming{part, name}); !tried[w] {
					tried[w], all = true, append(all, w)
				}
			}
		}
	}
	return all
}

// remotes are the names of things elsewhere in the kustomization of a folder.
func (d *discovery) remotes(folder string) []string {
	if k := d.named[folder]; k != nil {
		return k.remote
	}
	return nil
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
		d.reaching = d.reaching || len(k.remote) > 0
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
		return nil //nolint:nilerr // What cannot be read is not there.
	})
	return names, folders
}

// contents are the files and folders of a repository, relative to its root.
type contents struct {
	root           string
	names, folders []string
}

// listed are the contents of the repository that a git generator looks into.
func (e *expansion) listed(url, revision string) (contents, error) {
	in := contents{root: "."}
	if !e.own[sameRepository(url)] {
		at, err := e.elsewhere.mount(".", gitThing(url, revision), e.object.Origin)
		if err != nil {
			f := absence(err, "the git generator looks into another repository, %s", redacted(url))
			return in, &unlooked{f.message}
		}
		in.root = at
	}
	in.names, in.folders = e.listing(in.root)
	return in, nil
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
func outside(at Origin, o *kustomize.OutsideError) fault {
	f := fault{message: o.Error()}
	if o.Why != nil {
		f = absence(o.Why, "the kustomization %s names %s, which is in another repository", o.Folder, redacted(o.Name))
	}
	f.at = at
	return f
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

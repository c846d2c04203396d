package repo

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/wavewright/wavewright/generator/internal/kustomize"
	"github.com/wavewright/wavewright/generator/internal/layer"
	"github.com/wavewright/wavewright/generator/internal/verify/fetch"
)

// elsewhere is a repository with what it uses of other places: these are folders that no listing of the repository
// shows. It is safe for any number of goroutines.
type elsewhere struct {
	fs.FS
	// fetcher fetches them; nil when nobody does.
	fetcher *fetch.Fetcher

	mutex  sync.RWMutex
	mounts map[string]*mount
	// led are where names of kustomizations lead, by folder and name.
	led map[string]lead
}

// mount is a thing in its folder.
type mount struct {
	fetch.Thing
	// folder is the path of the thing, and files what it holds.
	folder string
	files  fs.FS
	// named is the first place of the repository that names it.
	named Origin
}

// lead is where a name leads.
type lead struct {
	to  string
	err error
}

// mounted is the folder of the things. A thing that is a single file has one beside the kustomization that names it.
const mounted = ".wavewright/fetched/"

// digits are the length of the name of a thing in it.
const digits = 16

func newElsewhere(own fs.FS, f *fetch.Fetcher) *elsewhere {
	return &elsewhere{FS: own, fetcher: f, mounts: map[string]*mount{}, led: map[string]lead{}}
}

// reader reads files, in which kustomizations may name what was fetched.
func (e *elsewhere) reader(files fs.FS) *kustomize.Files {
	reader := kustomize.NewFiles(files)
	reader.Elsewhere = e.lead
	return reader
}

// get fetches a thing for a place of the repository. Without anybody to fetch, nothing was ever fetched.
func (e *elsewhere) get(t fetch.Thing) (*fetch.Content, error) {
	if e.fetcher == nil {
		return nil, fetch.ErrNotLocked
	}
	return e.fetcher.Get(t)
}

// mount makes a folder of a thing, and returns its path.
func (e *elsewhere) mount(beside string, t fetch.Thing, named Origin) (string, error) {
	if !e.allowed(named.File, t) {
		return "", errContained
	}
	if from := e.around(named.File); from != nil {
		named = e.namedBy(from)
	}
	content, err := e.get(t)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprint(t.Kind, t, t.Flat))))[:digits]
	folder := path.Join(beside, mounted+name)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if known := e.mounts[folder]; known != nil {
		if before(named, known.named) {
			known.named = named
		}
		return folder, nil
	}
	e.mounts[folder] = &mount{t, folder, layer.New(nil, content.Files), named}
	return folder, nil
}

// allowed reports whether a file may name a thing: what was fetched from elsewhere names nothing of this machine.
func (e *elsewhere) allowed(file string, t fetch.Thing) bool {
	from := e.around(file)
	return from == nil || fetch.Allowed(from.Address, t.Address)
}

// namedBy is the first place of the repository that names a thing.
func (e *elsewhere) namedBy(m *mount) Origin {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return m.named
}

// before reports whether a place comes first.
func before(a, b Origin) bool {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) < 0
}

// around is the thing that a path lies in; nil for what is the repository's own.
func (e *elsewhere) around(name string) *mount {
	at := strings.LastIndex(name, mounted)
	if at < 0 || len(name) < at+len(mounted)+digits {
		return nil
	}
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	for ; at >= 0; at = strings.LastIndex(name[:at], mounted) {
		if end := at + len(mounted) + digits; len(name) >= end {
			if m := e.mounts[name[:end]]; m != nil {
				return m
			}
		}
	}
	return nil
}

// at are the files that hold a path, and its name there.
func (e *elsewhere) at(name string) (fs.FS, string) {
	m := e.around(name)
	if m == nil {
		return e.FS, name
	}
	return m.files, cmp.Or(strings.TrimPrefix(strings.TrimPrefix(name, m.folder), "/"), ".")
}

// Open implements [fs.FS].
func (e *elsewhere) Open(name string) (fs.File, error) {
	files, name := e.at(name)
	return files.Open(name)
}

// ReadFile implements [fs.ReadFileFS].
func (e *elsewhere) ReadFile(name string) ([]byte, error) {
	files, name := e.at(name)
	return fs.ReadFile(files, name)
}

// Stat implements [fs.StatFS].
func (e *elsewhere) Stat(name string) (fs.FileInfo, error) {
	files, name := e.at(name)
	return fs.Stat(files, name)
}

// ReadDir implements [fs.ReadDirFS].
func (e *elsewhere) ReadDir(name string) ([]fs.DirEntry, error) {
	files, name := e.at(name)
	return fs.ReadDir(files, name)
}

// ReadLink implements [fs.ReadLinkFS]. What was fetched holds no links.
func (e *elsewhere) ReadLink(name string) (string, error) {
	files, name := e.at(name)
	return fs.ReadLink(files, name)
}

// Lstat implements [fs.ReadLinkFS].
func (e *elsewhere) Lstat(name string) (fs.FileInfo, error) {
	files, name := e.at(name)
	return fs.Lstat(files, name)
}

// errContained says that something that was fetched names what it does not hold.
var errContained = errors.New("it leads out of what was fetched")

// lead is where a name in the kustomization of a folder leads: the path relative to the folder, empty for what the
// same repository holds. It is what [kustomize.Files] ask for.
func (e *elsewhere) lead(folder, name string) (string, error) {
	to, err := e.whole(folder, name)
	if to == "" || err != nil {
		return "", err
	}
	if m := e.around(to); m != nil && m.Kind == fetch.File {
		return strings.TrimPrefix(strings.TrimPrefix(to, folder), "/"), nil
	}
	if folder == "." {
		return to, nil
	}
	return strings.Repeat("../", 1+strings.Count(folder, "/")) + to, nil
}

// whole is where such a name leads from the root of the repository.
func (e *elsewhere) whole(folder, name string) (string, error) {
	if remote(name) {
		e.mutex.RLock()
		known, is := e.led[folder+"\n"+name]
		e.mutex.RUnlock()
		if is {
			return known.to, known.err
		}
		if _, err := fs.Stat(e, path.Join(folder, name)); err != nil {
			return e.follow(folder, name)
		}
	}
	if m := e.around(folder); m != nil && !within(path.Join(folder, name), m.folder) {
		return "", errContained
	}
	return "", nil
}

// follow fetches what a name leads to.
func (e *elsewhere) follow(folder, name string) (string, error) {
	var found lead
	named := e.naming(folder, name)
	for i, candidate := range fetch.Candidates(name) {
		if !e.allowed(folder, candidate.Thing) {
			found.err = errContained
			break
		}
		to, err := e.candidate(folder, candidate, named)
		if err == nil {
			found = lead{to, nil}
			break
		}
		if i == 0 || errors.Is(found.err, fetch.ErrNotLocked) {
			found.err = err
		}
	}
	if found == (lead{}) {
		found.err = errors.New("this is no address that kustomize can fetch")
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.led[folder+"\n"+name] = found
	return found.to, found.err
}

// naming is the place of the repository that names something: of what was fetched, the one that names this.
func (e *elsewhere) naming(folder, name string) Origin {
	if from := e.around(folder); from != nil {
		return e.namedBy(from)
	}
	for _, base := range konfig.RecognizedKustomizationFileNames() {
		file := path.Join(folder, base)
		if text, err := fs.ReadFile(e, file); err == nil {
			before, _, _ := strings.Cut(string(text), name)
			return Origin{File: file, Line: 1 + strings.Count(before, "\n")}
		}
	}
	return Origin{File: folder, Line: 1}
}

// candidate fetches one of the things that a name may mean.
func (e *elsewhere) candidate(folder string, b fetch.Base, named Origin) (string, error) {
	if b.Kind != fetch.File {
		at, err := e.mount(".", b.Thing, named)
		return path.Join(at, b.Path), err
	}
	at, err := e.mount(folder, b.Thing, named)
	if err != nil {
		return "", err
	}
	entries, err := fs.ReadDir(e, at)
	if err != nil || len(entries) != 1 {
		return "", fmt.Errorf("%s is no file: %w", b.Thing, err)
	}
	return path.Join(at, entries[0].Name()), nil
}

// Shown is a path as a person finds it: an address for what was fetched, with the place that names the thing.
func (r *Repository) Shown(name string) (shown string, named Origin, fetched bool) {
	if r.elsewhere == nil {
		return name, Origin{}, false
	}
	m := r.elsewhere.around(name)
	if m == nil {
		return name, Origin{}, false
	}
	return m.shown(name), m.named, true
}

// shown is a path in a thing.
func (m *mount) shown(name string) string {
	if m.Kind == fetch.File {
		return m.String()
	}
	return m.String() + strings.TrimPrefix(name, m.folder)
}

// Worded is a text with addresses in the place of the paths of what was fetched.
func (r *Repository) Worded(text string) string {
	if r.elsewhere == nil || !strings.Contains(text, mounted) {
		return text
	}
	mounts := r.elsewhere.mounts
	folders := slices.SortedFunc(maps.Keys(mounts), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for _, folder := range folders {
		shown := strings.ReplaceAll(mounts[folder].String(), "$", "$$")
		text = regexp.MustCompile(`(?:\.\./|/)*`+regexp.QuoteMeta(folder)).ReplaceAllString(text, shown)
	}
	return text
}

// Files are those of the repository, with what was fetched for it.
func (r *Repository) Files(own fs.FS) fs.FS {
	if r.elsewhere == nil {
		return own
	}
	return &elsewhere{FS: own, mounts: r.elsewhere.mounts}
}

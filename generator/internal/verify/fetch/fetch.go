// Package fetch brings what a repository uses of other places: commits of Git repositories, charts, and single
// files. A lock says what each of them was when it was fetched first, and nothing else is taken for it later. The
// contents lie in a cache by their hashes, so that a run without a network has what a run with one has fetched.
//
// What is fetched belongs to strangers: it is files in memory, bounded in number and size, which name nothing
// outside of themselves, and nothing of it is run.
package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/schema/diag"
)

// Kind is what a thing is.
type Kind string

// Kinds of things.
const (
	// Git is a commit of a Git repository.
	Git Kind = "git"
	// Chart is a version of a chart of Helm.
	Chart Kind = "chart"
	// File is a single file.
	File Kind = "file"
)

// Thing is something that a repository names elsewhere.
type Thing struct {
	Kind Kind
	// Address is that of the Git repository, of the repository of charts, or of the file. It may hold credentials.
	Address string
	// Revision is a branch, tag or commit, or the version of a chart, as the repository writes it; empty for the
	// default branch or the newest version.
	Revision string
	// Chart is the name of a chart.
	Chart string
	// Flat leaves out the submodules of a Git repository.
	Flat bool
}

// String names the thing for people, without credentials.
func (t Thing) String() string {
	name := strings.TrimRight(clean(t.Address), "/")
	if t.Chart != "" {
		name += "/" + t.Chart
	}
	if t.Revision != "" {
		name += "@" + t.Revision
	}
	return name
}

// key is the thing as the lock knows it.
func (t Thing) key() key { return key{t.Kind, clean(t.Address), t.Chart, t.Revision, t.Flat} }

// Content is a thing that was fetched.
type Content struct {
	Thing
	// Version is the commit, or the version of the chart.
	Version string
	// Files are texts by their paths. A single file has the last part of its address for a name.
	Files map[string][]byte
	// Raw is the archive of a chart.
	Raw []byte
}

// Mode says what may be fetched.
type Mode int

const (
	// Locked takes what is locked and cached, and uses no network.
	Locked Mode = iota
	// Missing fetches what is not locked or not cached.
	Missing
	// Update asks anew what branches, tags and ranges of versions mean.
	Update
)

// Fetcher fetches each thing once. Any number of goroutines may use it.
type Fetcher struct {
	mode  Mode
	cache *cache.Cache
	helm  string
	lock  *Lock
	web   *web
	hosts hosts

	mutex  sync.Mutex
	known  map[key]*outcome
	lists  map[string]*charts
	branch map[string]*references
}

// Options are what a fetcher works with.
type Options struct {
	Mode Mode
	// Cache has the contents; nil for none.
	Cache *cache.Cache
	// Helm is the path of the helm command; empty when there is none.
	Helm string
}

// New makes a fetcher that keeps to a lock.
func New(o Options, lock *Lock) *Fetcher {
	return &Fetcher{mode: o.Mode, cache: o.Cache, helm: o.Helm, lock: lock, web: newWeb(), known: map[key]*outcome{}, lists: map[string]*charts{}, branch: map[string]*references{}}
}

// outcome is what became of a thing.
type outcome struct {
	once    sync.Once
	content *Content
	entry   Entry
	err     error
}

// Errors of things that are not there.
var (
	// ErrNotLocked says that the thing was never fetched for this repository.
	ErrNotLocked = errors.New("it was never fetched")
	// ErrNotCached says that the thing is locked, and that this machine does not have it.
	ErrNotCached = errors.New("it is locked, but not in the cache of this machine")
)

// ChangedError says that a thing is no longer what the lock says it was.
type ChangedError struct {
	Thing
	Locked, Found string
}

// Error names both hashes.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s is not what it was when it was locked: its hash is %.19s…, and the lock has %.19s…", e.Thing, e.Found, e.Locked)
}

// Get returns a thing.
func (f *Fetcher) Get(t Thing) (*Content, error) {
	f.mutex.Lock()
	known := f.known[t.key()]
	if known == nil {
		known = &outcome{}
		f.known[t.key()] = known
	}
	f.mutex.Unlock()
	known.once.Do(func() {
		known.content, known.entry, known.err = f.get(t)
		if known.err != nil {
			known.err = &hiddenError{diag.Redact(known.err.Error()), known.err}
		}
	})
	return known.content, known.err
}

// hiddenError is an error whose text has no credentials.
type hiddenError struct {
	text  string
	cause error
}

// Error is the text.
func (e *hiddenError) Error() string { return e.text }

// Unwrap is the error itself.
func (e *hiddenError) Unwrap() error { return e.cause }

// get takes a thing from the cache, or fetches it.
func (f *Fetcher) get(t Thing) (*Content, Entry, error) {
	locked, is := f.lock.find(t.key())
	if is && f.mode != Update {
		return f.again(t, locked)
	}
	if f.mode == Locked || t.unfilled() {
		return nil, Entry{}, ErrNotLocked
	}
	if err := t.fault(); err != nil {
		return nil, locked, err
	}
	version, err := f.resolve(t)
	if err != nil {
		return nil, locked, err
	}
	if is && locked.Resolved == version && t.Kind != File {
		return f.again(t, locked)
	}
	content, digest, err := f.bring(t, version)
	if err != nil {
		return nil, locked, err
	}
	f.keep(digest, content)
	return content, t.entry(content.Version, digest), nil
}

// again takes what the lock says.
func (f *Fetcher) again(t Thing, locked Entry) (*Content, Entry, error) {
	if content := f.stored(t, locked); content != nil {
		return content, locked, nil
	}
	if f.mode == Locked {
		return nil, locked, ErrNotCached
	}
	content, digest, err := f.bring(t, locked.Resolved)
	if err != nil {
		return nil, locked, err
	}
	if digest != locked.Digest {
		return nil, locked, &ChangedError{t, locked.Digest, digest}
	}
	f.keep(digest, content)
	return content, locked, nil
}

// resolve finds out which commit or version a thing is now.
func (f *Fetcher) resolve(t Thing) (string, error) {
	switch t.Kind {
	case Git:
		return f.commit(t)
	case Chart:
		return f.version(t)
	case File:
	}
	return "", nil
}

// bring fetches a commit or version.
func (f *Fetcher) bring(t Thing, version string) (*Content, string, error) {
	switch t.Kind {
	case Git:
		return f.bringCommit(t, version)
	case Chart:
		return f.bringChart(t, version)
	case File:
	}
	return f.bringFile(t)
}

// Failed are the reasons why things could not be fetched, in order and each once, and asked is the number of
// things that were asked for.
func (f *Fetcher) Failed() (reasons []string, asked int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, o := range f.known {
		if errors.Is(o.err, ErrNotLocked) {
			continue
		}
		if asked++; o.err != nil {
			reasons = append(reasons, o.err.Error())
		}
	}
	slices.Sort(reasons)
	return reasons, asked
}

// baseName is the name of a single file.
func baseName(address string) string {
	if u, err := url.Parse(address); err == nil {
		address = u.Path
	}
	if name := path.Base(address); name != "." && name != "/" {
		return name
	}
	return "file"
}

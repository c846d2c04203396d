package fetch

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/cache"
	"github.com/wavewright/wavewright/generator/internal/layout"
)

// format is the version of the format of locks.
const format = 1

// Lock says what things were when they were fetched.
type Lock struct {
	entries map[key]Entry
	// text is the lock as it was read.
	text []byte
}

// key is what tells things apart.
type key struct {
	Kind                     Kind
	Address, Chart, Revision string
	Flat                     bool
}

// Entry is one thing of a lock.
type Entry struct {
	Kind    Kind   `json:"kind"`
	Address string `json:"address"`
	Chart   string `json:"chart,omitempty"`
	// Revision is what the repository asks for, and Resolved what that was: a commit or a version.
	Revision string `json:"revision,omitempty"`
	Flat     bool   `json:"flat,omitempty"`
	Resolved string `json:"resolved,omitempty"`
	// Digest is the hash of the content.
	Digest string `json:"digest"`
}

func (e Entry) key() key { return key{e.Kind, e.Address, e.Chart, e.Revision, e.Flat} }

// entry is what a lock says of a thing.
func (t Thing) entry(resolved, digest string) Entry {
	k := t.key()
	return Entry{k.Kind, k.Address, k.Chart, k.Revision, k.Flat, resolved, digest}
}

// document is a lock as it is written.
type document struct {
	Version int     `json:"version"`
	Fetched []Entry `json:"fetched"`
}

// LockError is what is wrong with a lock.
type LockError struct{ What string }

// Error names the file.
func (e *LockError) Error() string { return layout.FetchLock + ": " + e.What }

// ReadLock reads the lock of a repository. It is empty when there is none, and with an error, which is a [LockError]
// or the world's.
func ReadLock(files fs.FS) (*Lock, error) {
	l := &Lock{entries: map[key]Entry{}}
	if err := l.read(files); err != nil {
		return &Lock{entries: map[key]Entry{}}, err
	}
	return l, nil
}

func (l *Lock) read(files fs.FS) error {
	text, err := fs.ReadFile(files, layout.FetchLock)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	var d document
	if err := yaml.UnmarshalStrict(text, &d); err != nil {
		return &LockError{"it cannot be read: " + plain(err)}
	}
	if d.Version != format {
		return &LockError{fmt.Sprintf("its version is %d, and this wavewright knows %d", d.Version, format)}
	}
	for _, e := range d.Fetched {
		if what := e.fault(); what != "" {
			return &LockError{what}
		}
		if _, twice := l.entries[e.key()]; twice {
			return &LockError{fmt.Sprintf("%s stands there twice", e.thing())}
		}
		l.entries[e.key()] = e
	}
	l.text = text
	return nil
}

// plain is the message of the YAML parser.
func plain(err error) string {
	message := err.Error()
	if at := strings.LastIndex(message, "yaml: "); at >= 0 {
		return message[at+len("yaml: "):]
	}
	return strings.ReplaceAll(message, "\n", " ")
}

func (e Entry) thing() Thing { return Thing{e.Kind, e.Address, e.Revision, e.Chart, e.Flat} }

// fault is what is wrong with an entry; empty when nothing is.
func (e Entry) fault() string {
	hash, found := strings.CutPrefix(e.Digest, algorithm)
	switch {
	case e.Address == "":
		return "an entry has no address"
	case !slices.Contains([]Kind{Git, Chart, File}, e.Kind):
		return fmt.Sprintf("%s is of the kind %q, which is none of git, chart and file", e.thing(), string(e.Kind))
	case !found || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "":
		return fmt.Sprintf("%s has no digest %s and 64 digits", e.thing(), algorithm)
	case e.Kind != File && e.Resolved == "":
		return fmt.Sprintf("%s does not say what it was", e.thing())
	}
	return ""
}

func (l *Lock) find(k key) (Entry, bool) {
	e, is := l.entries[k]
	return e, is
}

// Over takes what the lock does not have from that of another fetcher, and from what this one has fetched. It is
// called before anything is asked for.
func (f *Fetcher) Over(other *Fetcher) *Fetcher {
	other.mutex.Lock()
	defer other.mutex.Unlock()
	entries := maps.Clone(other.lock.entries)
	for k, o := range other.known {
		if o.err == nil && o.content != nil {
			entries[k] = o.entry
		}
	}
	maps.Copy(entries, f.lock.entries)
	f.lock.entries = entries
	return f
}

// State is a hash of what a fetcher can give without a network.
func (f *Fetcher) State() string {
	state := []byte(fmt.Sprint(f.mode))
	for _, e := range sorted(f.lock.entries) {
		state = fmt.Appendf(state, "\n%+v %v", e, f.cache.Has(e.stored()))
	}
	return cache.Key(state)
}

// NewLock is the lock with what was fetched; nil when it stays as it is. All says that everything that the
// repository uses was asked for, so that an update drops what was not.
func (f *Fetcher) NewLock(all bool) []byte {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	entries := map[key]Entry{}
	for k, e := range f.lock.entries {
		if f.mode != Update || !all || f.known[k] != nil {
			entries[k] = e
		}
	}
	for k, o := range f.known {
		if o.err == nil && o.content != nil {
			entries[k] = o.entry
		}
	}
	if len(entries) == 0 && f.lock.text == nil {
		return nil
	}
	text := encode(entries)
	if bytes.Equal(text, f.lock.text) {
		return nil
	}
	return text
}

func encode(entries map[key]Entry) []byte {
	text, err := json.Marshal(document{format, sorted(entries)})
	if err == nil {
		text, err = yaml.JSONToYAML(text)
	}
	if err != nil {
		panic(fmt.Sprintf("the lock cannot be written: %v", err))
	}
	return text
}

func sorted(entries map[key]Entry) []Entry {
	all := make([]Entry, 0, len(entries))
	for _, e := range entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Chart, b.Chart), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Digest, b.Digest))
	})
	return all
}

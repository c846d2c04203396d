package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"

	"github.com/wavewright/wavewright/generator/internal/git"
)

// references are the branches and tags of a repository, asked for once.
type references struct {
	once sync.Once
	all  []git.Reference
	err  error
}

// commit is the commit that a revision means now.
func (f *Fetcher) commit(t Thing) (string, error) {
	if git.IsID(t.Revision) {
		return t.Revision, nil
	}
	f.mutex.Lock()
	known := f.branch[t.Address]
	if known == nil {
		known = &references{}
		f.branch[t.Address] = known
	}
	f.mutex.Unlock()
	known.once.Do(func() {
		known.err = f.hosts.ask(hostOf(t.Address), func() (err error) {
			known.all, err = git.References(t.Address)
			return err
		})
	})
	if known.err != nil {
		return "", known.err
	}
	if commit := chosen(known.all, t.Revision); commit != "" {
		return commit, nil
	}
	return "", fmt.Errorf("it has no branch, tag or whole commit id %s", t.Revision)
}

// chosen is the commit of a revision: a branch, a tag, or a range of versions that tags are.
func chosen(all []git.Reference, revision string) string {
	if revision == "" {
		revision = "HEAD"
	}
	for _, name := range []string{revision, "refs/heads/" + revision, "refs/tags/" + revision} {
		if i := slices.IndexFunc(all, func(r git.Reference) bool { return r.Name == name }); i >= 0 {
			return all[i].Commit
		}
	}
	tags := map[string]string{}
	for _, r := range all {
		if tag, is := strings.CutPrefix(r.Name, "refs/tags/"); is {
			tags[tag] = r.Commit
		}
	}
	return tags[newest(slices.Sorted(maps.Keys(tags)), revision)]
}

// newest is the newest of some versions within a range; empty when none is.
func newest(versions []string, within string) string {
	if within == "" {
		within = "*"
	}
	constraint, err := semver.NewConstraint(within)
	if err != nil {
		return ""
	}
	best, found := "", (*semver.Version)(nil)
	for _, text := range versions {
		v, err := semver.NewVersion(text)
		if err == nil && constraint.Check(v) && (found == nil || v.GreaterThan(found)) {
			best, found = text, v
		}
	}
	return best
}

// deepest is how deep submodules may lie in each other.
const deepest = 4

func (f *Fetcher) bringCommit(t Thing, commit string) (*Content, string, error) {
	files, err := f.tree(t.Address, commit, t.Flat, 0)
	if err != nil {
		return nil, "", err
	}
	return &Content{Thing: t, Version: commit, Files: files}, sumOf(files), nil
}

// tree are the files of a commit, with those of its submodules.
func (f *Fetcher) tree(address, commit string, flat bool, depth int) (map[string][]byte, error) {
	var tree *git.Tree
	err := f.hosts.ask(hostOf(address), func() (err error) {
		tree, err = git.Fetch(address, commit)
		return err
	})
	if err != nil {
		return nil, err
	}
	files := tree.Files
	if !flat {
		if err := f.modules(files, tree.Modules, address, depth); err != nil {
			return nil, err
		}
	}
	settle(files, tree.Links)
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !inside(name) })
	return files, nil
}

// modules adds the files of submodules.
func (f *Fetcher) modules(files map[string][]byte, modules map[string]string, parent string, depth int) error {
	if len(modules) == 0 {
		return nil
	}
	if depth >= deepest {
		return errors.New("its submodules lie too deep in each other")
	}
	settings, err := git.Settings(files[".gitmodules"])
	if err != nil {
		return err
	}
	for _, at := range slices.Sorted(maps.Keys(modules)) {
		address := moduleAddress(settings, at, parent)
		if address == "" {
			continue // git leaves such a folder empty
		}
		if !Allowed(parent, address) {
			return fmt.Errorf("its submodule %s is on this machine: %s", at, clean(address))
		}
		inside, err := f.tree(address, modules[at], false, depth+1)
		if err != nil {
			return fmt.Errorf("its submodule %s: %w", at, err)
		}
		for name, text := range inside {
			files[path.Join(at, name)] = text
		}
	}
	return nil
}

// Allowed reports whether what was fetched from an address may name another one: what comes from elsewhere names
// nothing of this machine.
func Allowed(from, to string) bool { return !onDisk(to) || onDisk(from) }

// onDisk reports whether an address is that of a folder.
func onDisk(address string) bool {
	return strings.HasPrefix(strings.ToLower(address), "file:") || strings.HasPrefix(address, "/") || strings.HasPrefix(address, ".")
}

// moduleAddress is that of a submodule, which may be relative to that of the repository around it.
func moduleAddress(settings map[string]string, at, parent string) string {
	for key, value := range settings {
		name, is := strings.CutSuffix(key, ".path")
		if !is || path.Clean(value) != at {
			continue
		}
		address := settings[name+".url"]
		if !strings.HasPrefix(address, "./") && !strings.HasPrefix(address, "../") {
			return address
		}
		u, err := url.Parse(strings.TrimRight(parent, "/") + "/")
		if err != nil || u.Host == "" && u.Scheme != "file" {
			return ""
		}
		return u.JoinPath(address).String()
	}
	return ""
}

// settle puts the files in the place of the links that lead to them. Links that lead out, or nowhere, go.
func settle(files map[string][]byte, links map[string]string) {
	for range len(links) + 1 {
		left := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(links)) {
			to := path.Join(path.Dir(name), links[name])
			if path.IsAbs(links[name]) || !fs.ValidPath(to) || to == "." || within(name, to) {
				continue
			}
			if !follow(files, name, to) {
				left[name] = links[name]
			}
		}
		if len(left) == len(links) {
			return
		}
		links = left
	}
}

// follow copies what a link leads to; it reports whether there is something.
func follow(files map[string][]byte, name, to string) bool {
	if text, is := files[to]; is {
		files[name] = text
		return true
	}
	found := map[string][]byte{}
	for inside, text := range files {
		if rest, is := strings.CutPrefix(inside, to+"/"); is {
			found[name+"/"+rest] = text
		}
	}
	if len(files)+len(found) > mostFiles {
		return false
	}
	maps.Copy(files, found)
	return len(found) > 0
}

// inside reports whether a name is one of a file inside, on every system.
func inside(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.Contains(name, `\`)
}

// within reports whether a path is a folder or lies in it.
func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

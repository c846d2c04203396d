package git

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// Object names reach git on its standard input, one a line, so that none of them
// can be an option.

// revisionText matches what --revision accepts: a commit id, a tag or a branch, and steps back
// from it.
var revisionText = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9._/~^-]*$`)

// fullID matches the name of an object in full.
var fullID = lazyregexp.New(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// IsID reports whether a text is the full name of an object, such as a commit.
func IsID(text string) bool { return fullID.MatchString(text) }

// Commit returns the full id of the commit that text names, or "" when there is none.
func (r *Repo) Commit(text string) (string, error) {
	if !revisionText.MatchString(text) {
		return "", nil
	}
	found, err := r.commits([]string{text})
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// commits returns the full id of each named commit, "" for those that do not exist.
func (r *Repo) commits(names []string) ([]string, error) {
	var stdin strings.Builder
	for _, n := range names {
		stdin.WriteString(n + "^{commit}\n")
	}
	out, err := r.git([]byte(stdin.String()), "cat-file", "--batch-check=%(objectname)")
	if err != nil {
		return nil, err
	}
	found := make([]string, len(names))
	for i, l := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		if i < len(found) && IsID(l) {
			found[i] = l
		}
	}
	return found, nil
}

// Blob is a file at a revision. A file that does not exist has an empty ID.
type Blob struct {
	ID   string
	Data []byte
}

// ReadAt returns the bytes of a file at a commit; the path is relative to the
// repository's Dir. The second result is false when the commit has no such file.
func (r *Repo) ReadAt(commit, file string) ([]byte, bool, error) {
	found, err := r.Blobs([]string{commit}, file)
	if err != nil || found[0].ID == "" {
		return nil, false, err
	}
	return found[0].Data, true, nil
}

// Blobs reads the same file at many commits in one run of git.
func (r *Repo) Blobs(commits []string, file string) ([]Blob, error) {
	if !fs.ValidPath(file) || strings.ContainsAny(file, "\n\r\x00") {
		return nil, fmt.Errorf("read %q: not a clean relative path", file)
	}
	names := make([]string, len(commits))
	for i, c := range commits {
		if !IsID(c) {
			return nil, fmt.Errorf("read %s at %q: this is no commit id", file, c)
		}
		names[i] = c + ":" + r.Prefix + file
	}
	return r.Objects(names)
}

// Objects reads objects by their ids or other names without line feeds, in one run of git.
func (r *Repo) Objects(names []string) ([]Blob, error) {
	out, err := r.git([]byte(strings.Join(names, "\n")+"\n"), "cat-file", "--batch=%(objectname) %(objecttype) %(objectsize)")
	if err != nil {
		return nil, err
	}
	return splitBatch(out, len(names))
}

// splitBatch takes the output of cat-file --batch apart: a headline and, for an
// object that exists, its bytes and a line feed.
func splitBatch(out string, n int) ([]Blob, error) {
	found := make([]Blob, n)
	for i := range found {
		headline, rest, ok := strings.Cut(out, "\n")
		if !ok {
			return nil, errors.New("git cat-file: the output ends before the last object")
		}
		out = rest
		is := strings.Fields(headline)
		if len(is) != 3 || !IsID(is[0]) {
			continue // "<name> missing"
		}
		size, err := strconv.Atoi(is[2])
		if err != nil || size >= len(out) {
			return nil, fmt.Errorf("git cat-file: unexpected output %q", headline)
		}
		if is[1] == "blob" {
			found[i] = Blob{ID: is[0], Data: []byte(out[:size])}
		}
		out = out[size+1:]
	}
	return found, nil
}

// Line returns the commits on the first-parent line that ends at commit, newest first: the
// commits of the branch itself, without those of merged branches.
func (r *Repo) Line(commit string) ([]string, error) {
	if !IsID(commit) {
		return nil, fmt.Errorf("list commits of %q: this is no commit id", commit)
	}
	out, err := r.git(nil, "rev-list", "--first-parent", commit)
	if err != nil {
		return nil, err
	}
	return strings.Fields(out), nil
}

// Contains reports whether commit tip has commit in its history. A commit that this repository
// does not have is not contained; the answer is reliable only when the clone is not shallow.
func (r *Repo) Contains(tip, commit string) (bool, error) {
	found, err := r.commits([]string{commit})
	if err != nil || found[0] == "" {
		return false, err
	}
	_, err = r.git(nil, "merge-base", "--is-ancestor", "--end-of-options", found[0], tip)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

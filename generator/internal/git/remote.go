package git

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
)

// Ref is a branch of a remote as it was last fetched or pushed.
type Ref struct {
	// Name is the short name of the branch, for example "origin/main".
	Name string
	// Commit is the full id of its tip.
	Commit string
}

// NotPushedError says that a branch has no remote-tracking ref.
type NotPushedError struct {
	Branch string
	// Remote is the name of the remote that lacks the branch; empty when no remote fits.
	Remote string
}

// Error says what is missing.
func (e *NotPushedError) Error() string {
	if e.Remote == "" {
		return "this repository has no remote from which Argo CD could read it"
	}
	return fmt.Sprintf("branch %s is not on remote %s", e.Branch, diag.Redact(e.Remote))
}

// Hint says what to do about it.
func (e *NotPushedError) Hint() string {
	if e.Remote == "" {
		return fmt.Sprintf("Run `git remote add origin URL`, then `git push -u origin %s`.", e.Branch)
	}
	return fmt.Sprintf("Push first: `git push -u %s %s`. If it is pushed already, run `git fetch %s`.", diag.Redact(e.Remote), e.Branch, diag.Redact(e.Remote))
}

// branchText matches the names of branches that wavewright accepts; git accepts a few more.
var branchText = lazyregexp.New(`^[A-Za-z0-9_][A-Za-z0-9._/+@-]*$`)

// Pushed finds the remote-tracking ref of branch: on the remote of the branch's
// upstream, else on the remote whose URL is address, else on origin. The error is a
// *NotPushedError when there is no such ref.
func (r *Repo) Pushed(branch, address string) (Ref, error) {
	if !branchText.MatchString(branch) || strings.Contains(branch, "..") {
		return Ref{}, fmt.Errorf("wavewright does not accept %q as the name of a branch", branch)
	}
	remote, tracking, err := r.upstream(branch)
	if err != nil {
		return Ref{}, err
	}
	if remote == "" {
		if remote, err = r.remoteFor(address); err != nil {
			return Ref{}, err
		}
		tracking = "refs/remotes/" + remote + "/" + branch
	}
	if remote == "" {
		return Ref{}, &NotPushedError{Branch: branch}
	}
	found, err := r.commits([]string{tracking})
	if err != nil {
		return Ref{}, err
	}
	if found[0] == "" {
		return Ref{}, &NotPushedError{Branch: branch, Remote: remote}
	}
	return Ref{Name: strings.TrimPrefix(tracking, "refs/remotes/"), Commit: found[0]}, nil
}

// DefaultBranch returns the branch that origin calls its default one, as far as the clone knows;
// "" when it does not.
func (r *Repo) DefaultBranch() (string, error) {
	return r.reference("refs/remotes/origin/HEAD", "refs/remotes/origin/")
}

// OnOrigin reports whether origin had a branch when it was fetched or pushed last.
func (r *Repo) OnOrigin(branch string) (bool, error) {
	found, err := r.commits([]string{"refs/remotes/origin/" + branch})
	return err == nil && found[0] != "", err
}

// Origin returns the URL of the remote origin as it is configured; "" when there is none.
func (r *Repo) Origin() (string, error) {
	url, err := r.git(nil, "config", "--get", "remote.origin.url")
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimSpace(url), err
}

// upstream returns the remote that the local branch pulls from, and the ref that
// tracks the branch of the same name there.
func (r *Repo) upstream(branch string) (remote, tracking string, err error) {
	local := "refs/heads/" + branch
	out, err := r.git(nil, "for-each-ref", "--format=%(refname)%00%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)", local)
	if err != nil {
		return "", "", err
	}
	for l := range strings.Lines(out) {
		is := strings.Split(strings.TrimSuffix(l, "\n"), "\x00")
		if len(is) != 4 || is[0] != local || is[1] == "" || is[1] == "." {
			continue
		}
		if is[2] == local && is[3] != "" {
			return is[1], is[3], nil
		}
		return is[1], "refs/remotes/" + is[1] + "/" + branch, nil
	}
	return "", "", nil
}

// remoteFor returns the remote whose URL is address, else origin, else the only
// remote there is, else "".
func (r *Repo) remoteFor(address string) (string, error) {
	remotes, err := r.remotes()
	if err != nil {
		return "", err
	}
	var names []string
	for _, remote := range remotes {
		if sameAddress(remote.url, address) {
			return remote.name, nil
		}
		names = append(names, remote.name)
	}
	switch {
	case slices.Contains(names, "origin"):
		return "origin", nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", nil
}

// remote is a remote with one of its URLs, as they are configured.
type remote struct{ name, url string }

func (r *Repo) remotes() ([]remote, error) {
	out, err := r.git(nil, "config", "--null", "--get-regexp", `^remote\..*\.url$`)
	if err != nil && exitCode(err) != 1 {
		return nil, err
	}
	var all []remote
	for entry := range strings.SplitSeq(out, "\x00") {
		if key, value, ok := strings.Cut(entry, "\n"); ok {
			all = append(all, remote{strings.TrimSuffix(strings.TrimPrefix(key, "remote."), ".url"), value})
		}
	}
	return all, nil
}

// Remotes are the addresses of the repository, as [Address] writes them: without credentials, and
// nothing that is only a path on this machine.
func (r *Repo) Remotes() ([]string, error) {
	remotes, err := r.remotes()
	var all []string
	for _, remote := range remotes {
		if address := Address(remote.url); strings.Contains(address, "/") && !filepath.IsAbs(remote.url) && !strings.HasPrefix(remote.url, ".") {
			all = append(all, address)
		}
	}
	return all, err
}

// sameAddress reports whether two URLs name the same repository, whatever the
// protocol: people clone with SSH what Argo CD reads through HTTPS.
func sameAddress(a, b string) bool {
	return b != "" && Address(a) == Address(b)
}

// scpAddress is the short form of an SSH address: user@host:path.
var scpAddress = lazyregexp.New(`^(?:[^@/:]+@)?([^/:]{2,}):([^/].*)$`)

// Address is the same text for all addresses of a repository: those of SSH and HTTPS, with and without
// user, port and .git.
func Address(s string) string {
	s = strings.TrimSuffix(strings.TrimRight(strings.TrimSpace(s), "/"), ".git")
	if m := scpAddress.FindStringSubmatch(s); m != nil {
		return strings.ToLower(m[1]) + "/" + m[2]
	}
	if u, err := url.Parse(s); err == nil && u.Hostname() != "" {
		return strings.ToLower(u.Hostname()) + u.Path
	}
	return s
}

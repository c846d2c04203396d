package fetch

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Base is what a kustomization names of a Git repository: the repository, and a folder in it.
type Base struct {
	Thing
	Path string
	// Sure says that the name can be nothing else: one of HTTP may be that of a file.
	Sure bool
}

// BaseOf reads a name in the way of kustomize; false when it is none of a Git repository.
func BaseOf(name string) (Base, bool) {
	name, query, asked := strings.Cut(name, "?")
	host, rest, scheme := hostPart(name)
	if host == "" {
		return Base{}, false
	}
	address, folder, marked := split(rest)
	if !marked {
		segments := strings.Split(rest, "/")
		switch {
		case scheme == "file://":
			address, folder = rest, ""
		case len(segments) < 2:
			return Base{}, false
		default:
			address, folder = strings.Join(segments[:2], "/"), strings.Join(segments[2:], "/")
		}
	}
	folder = path.Clean(strings.TrimPrefix(folder, "/"))
	if address == "" || folder == ".." || strings.HasPrefix(folder, "../") {
		return Base{}, false
	}
	b := Base{Thing{Kind: Git, Address: host + address}, folder, marked || asked || !strings.HasPrefix(scheme, "http")}
	b.ask(query)
	return b, true
}

// ask reads the query: the revision, and whether submodules are wanted.
func (b *Base) ask(query string) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return
	}
	b.Revision = values.Get("version")
	if ref := values.Get("ref"); ref != "" {
		b.Revision = ref
	}
	switch values.Get("submodules") {
	case "0", "f", "F", "false", "FALSE", "False":
		b.Flat = true
	}
}

// userPart is a user before a host.
var userPart = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*@`)

// hostPart takes the host off an address, with scheme and user as git is to be given them; empty when kustomize
// would not take it for one of Git.
func hostPart(name string) (host, rest, scheme string) {
	name = without(name, "git::")
	for _, s := range []string{"ssh://", "https://", "http://", "file://"} {
		if cut := without(name, s); cut != name {
			name, scheme = cut, s
			break
		}
	}
	user := userPart.FindString(name)
	name = name[len(user):]
	lower := strings.ToLower(name)
	github := strings.HasPrefix(lower, "github.com/") || strings.HasPrefix(lower, "github.com:")
	short := scheme == "" && (user != "" || github)
	switch {
	case scheme == "file://":
		return scheme, user + name, scheme
	case scheme == "" && !short:
		return "", "", ""
	}
	at := strings.Index(name, "/")
	if colon := strings.Index(name, ":"); short && colon > 0 && (at < 0 || colon < at) {
		at = colon
	}
	switch {
	case at < 0:
		return "", "", ""
	case github && (scheme == "ssh://" || user != ""):
		return user + "github.com:", name[at+1:], "ssh://"
	case github:
		return "https://github.com/", name[at+1:], "https://"
	}
	return scheme + user + name[:at+1], name[at+1:], scheme
}

// without takes a prefix off, in whatever case.
func without(name, prefix string) string {
	if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
		return name[len(prefix):]
	}
	return name
}

// split divides a path where a mark says that the repository ends.
func split(name string) (repository, folder string, marked bool) {
	if at := strings.Index(name, "_git/"); at >= 0 {
		first, rest, _ := strings.Cut(name[at+len("_git/"):], "/")
		return name[:at+len("_git/")] + first, rest, true
	}
	if repository, folder, found := strings.Cut(name, "//"); found {
		return repository, folder, true
	}
	if before, after, found := strings.Cut(name, ".git"); found {
		return before + ".git", after, true
	}
	return "", "", false
}

// Candidates are the things that a name in a kustomization may mean, in the order in which they are tried, each
// with the folder in it.
func Candidates(name string) []Base {
	base, git := BaseOf(name)
	u, err := url.Parse(name)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https")
	file := Base{Thing: Thing{Kind: File, Address: name}}
	switch {
	case web && !git, web && !base.Sure && manifest(u.Path):
		return []Base{file}
	case web && !base.Sure:
		return []Base{base, file}
	case web && git && manifest(base.Path):
		return []Base{file, base}
	case git:
		return []Base{base}
	}
	return nil
}

// manifest reports whether a path ends as that of a manifest does.
func manifest(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

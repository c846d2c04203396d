package fetch

import (
	"fmt"
	"strings"
	"testing"
)

// TestBaseOf reads names as kustomize does; the cases are of its own tests.
func TestBaseOf(t *testing.T) {
	for name, want := range map[string]string{
		"github.com/acme/bases//web?ref=v1":                               "https://github.com/acme/bases web v1",
		"github.com/acme/bases/web/prod?ref=v1":                           "https://github.com/acme/bases web/prod v1",
		"https://github.com/acme/bases.git/web?version=v2":                "https://github.com/acme/bases.git web v2",
		"https://github.com/acme/bases?ref=a&submodules=false":            "https://github.com/acme/bases . a flat",
		"git@github.com:acme/bases.git//web":                              "git@github.com:acme/bases.git web ",
		"github.com:acme/bases.git/web":                                   "https://github.com/acme/bases.git web ",
		"ssh://git@github.com/acme/bases//web":                            "git@github.com:acme/bases web ",
		"ssh://git.example.com:7999/acme/bases.git/web?ref=main":          "ssh://git.example.com:7999/acme/bases.git web main",
		"org-12345@gitlab.example.com:group/sub/bases.git//web":           "org-12345@gitlab.example.com:group/sub/bases.git web ",
		"git::https://gitlab.example.com/group/bases.git//web":            "https://gitlab.example.com/group/bases.git web ",
		"https://dev.azure.com/org/project/_git/bases/web?version=GBmain": "https://dev.azure.com/org/project/_git/bases web GBmain",
		"https://user:word@git.example.com/acme/bases//web":               "https://user:word@git.example.com/acme/bases web ",
		"file:///srv/bases//web?ref=main":                                 "file:///srv/bases web main",
		"file:///srv/bases.git/web":                                       "file:///srv/bases.git web ",
		"file:///srv/bases":                                               "file:///srv/bases . ",
		"https://raw.githubusercontent.com/acme/bases/main/web.yaml":      "https://raw.githubusercontent.com/acme/bases main/web.yaml ",
		"https://example.com/x.yaml":                                      "",
		"github.com/acme/bases//../..":                                    "",
		"../web":                                                          "",
		"example.com/acme/bases":                                          "",
		"/srv/bases":                                                      "",
	} {
		got := ""
		if b, is := BaseOf(name); is {
			got = fmt.Sprintf("%s %s %s", b.Address, b.Path, b.Revision)
			if b.Flat {
				got += " flat"
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestCandidates wants what a name may mean, in order.
func TestCandidates(t *testing.T) {
	for name, want := range map[string]string{
		"https://example.com/x.yaml": "file", "https://raw.githubusercontent.com/acme/bases/main/web.yaml": "file",
		"https://github.com/acme/bases": "git file", "https://github.com/acme/bases//web?ref=v1": "git",
		"https://raw.example.com/acme/acme.github.io/web.yaml": "file git", "git@github.com:acme/bases.git": "git", "x.yaml": "", "ext::sh": "",
	} {
		var kinds []string
		for _, c := range Candidates(name) {
			kinds = append(kinds, string(c.Kind))
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

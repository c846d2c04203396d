package model

import (
	"strings"
	"testing"
)

func TestTextTypes(t *testing.T) {
	long := strings.Repeat("a", 2000)
	cases := []struct {
		name      string
		valid     func(string) bool
		good, bad []string
	}{
		{"Name", func(s string) bool { return Name(s).Valid() }, []string{"a", "web", "web-2", "a--b"},
			[]string{"", "-a", "a-", "A", "1a", "a.b", "a b", "a\n", "é", long}},
		{"Path", func(s string) bool { return Path(s).Valid() }, []string{"a", "../../base/web", "a.yaml", "/data", ".github/x", ".", "..", "a..b", "1.5"},
			[]string{"", "-a", "...", "a/.../b", "....", "a b", "a:b", "a#b", "a'b", "$a", "a\n", "é", long}},
		{"Commit", func(s string) bool { return Commit(s).Valid() }, []string{"1234567", "60f7466266bf220ac3f8cb39f450bd33e44699e7"},
			[]string{"", "123456", "60F7466", "main", "1234567 ", strings.Repeat("a", 65)}},
		{"URL", func(s string) bool { return URL(s).Valid() }, []string{"https://git.example.com/a/b.git", "git@example.com:a/b.git", "ssh://git@example.com:22/~a/b%20c"},
			[]string{"", "https:", "https://a?b", "https://a#b", "https://a b", "https://a'b", "//a", "https://a$b", "https://é", long}},
		{"Owner", func(s string) bool { return Owner(s).Valid() }, []string{"@acme/web", "a.b+c@example.com", "@a", "group/sub"},
			[]string{"", "@", "-a", "@-a", "a b", "#a", "*", "a\n", long}},
	}
	for _, c := range cases {
		for _, s := range c.good {
			if !c.valid(s) {
				t.Errorf("%s %q is refused", c.name, s)
			}
		}
		for _, s := range c.bad {
			if c.valid(s) {
				t.Errorf("%s %q is accepted", c.name, cutForTest(s))
			}
		}
	}
}

func cutForTest(s string) string { return s[:min(len(s), 30)] }

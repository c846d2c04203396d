package repo

import "testing"

// TestLeftOut matches paths with patterns of .gitignore.
func TestLeftOut(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"env", "a/env/x.yaml", true}, {"env/", "a/env/x.yaml", true}, {"env/", "a/env", false}, {"/env", "a/env/x.yaml", false},
		{"/env", "env/x.yaml", true}, {"*.env", "a/b/secrets.env", true}, {"*.env", "a/b/secrets.envs", false},
		{"a/*/c", "a/b/c", true}, {"a/*/c", "a/b/b/c", false}, {"a/**/c", "a/b/b/c", true}, {"**/c", "c", true}, {"a/**", "a/b/c", true},
		{"# env", "env", false}, {"", "env", false}, {"x?", "a/xy", true}, {"a.b", "axb", false},
	} {
		if got := leftOut(c.pattern, c.name); got != c.want {
			t.Errorf("leftOut(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

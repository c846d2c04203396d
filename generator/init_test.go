package generator

import (
	"strings"
	"testing"
)

// TestFirstSpecIsValid holds the text that init writes to what it promises: it has no
// finding, and stays short.
func TestFirstSpecIsValid(t *testing.T) {
	o, err := InitDefaults(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*InitOptions){
		func(*InitOptions) {},
		func(o *InitOptions) { o.Environments = []string{"prod"} },
		func(o *InitOptions) { o.Name = "a-long-name-of-shop" },
		func(o *InitOptions) { o.Port, o.Image = 0, "ghcr.io/acme/work@sha256:"+strings.Repeat("a", 64) },
		func(o *InitOptions) { o.URL, o.Path, o.Branch = "git@host:a/b.git", "deploy/gitops", "trunk" },
	} {
		o := o
		change(&o)
		const longest = 25
		if lines := strings.Count(o.Text(), "\n"); lines > longest {
			t.Errorf("the spec has %d lines", lines)
		}
		r, err := preview(t.TempDir()+"/new", []byte(o.Text()))
		if err != nil || len(r.Diagnostics) > 0 {
			t.Errorf("%v %v in\n%s", err, r.Diagnostics, o.Text())
		}
	}
}

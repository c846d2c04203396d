package generator

import (
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema"
)

func TestValidName(t *testing.T) {
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop_2": "my-shop-2", "2024-platform": "platform", "true": "platform", "": "platform",
		"日本": "platform", "a-very-long-name-of-a-folder": "a-very-long-name-of", "--": "platform", "con": "platform",
	} {
		if got := validName(folder); got != want || !schema.IsName(got) {
			t.Errorf("validName(%q) = %q, want %q", folder, got, want)
		}
	}
}

func TestWithoutCredentials(t *testing.T) {
	for remote, want := range map[string]string{
		"https://jane:secret@host/a.git":  "https://host/a.git",
		"https://token@host:8443/a.git":   "https://host:8443/a.git",
		"https://host/a.git":              "https://host/a.git",
		"ssh://git:secret@host/a.git":     "ssh://git@host/a.git",
		"ssh://git@host/a.git":            "ssh://git@host/a.git",
		"git@host:a/b.git":                "git@host:a/b.git",
		"/srv/git/a.git":                  "/srv/git/a.git",
		"https://jane:sec%ret@host/a.git": "",
	} {
		if got := withoutCredentials(remote); got != want {
			t.Errorf("withoutCredentials(%q) = %q, want %q", remote, got, want)
		}
	}
}

func TestProfiles(t *testing.T) {
	for names, want := range map[string]string{
		"dev staging prod": "development staging production",
		"dev prod":         "development production",
		"prod":             "production",
		"test":             "development",
		"dev staging":      "development staging",
		"int qa live":      "development staging production",
		"dev qa eu":        "development staging production",
	} {
		o := InitOptions{Environments: strings.Fields(names)}
		var got []string
		for i := range o.Environments {
			got = append(got, o.profile(i))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("profiles of %s are %v, want %s", names, got, want)
		}
	}
}

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
		if lines := strings.Count(o.text(), "\n"); lines > longest {
			t.Errorf("the spec has %d lines", lines)
		}
		r, err := preview(t.TempDir()+"/new", []byte(o.text()))
		if err != nil || len(r.Diagnostics) > 0 {
			t.Errorf("%v %v in\n%s", err, r.Diagnostics, o.text())
		}
	}
}

package scaffold

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
		"https://host/a.git?token=secret": "https://host/a.git",
		"https://host/a.git#secret":       "https://host/a.git",
		"jane:secret@host:a/b.git":        "",
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
		o := Answers{Environments: strings.Fields(names)}
		var got []string
		for i := range o.Environments {
			got = append(got, o.profile(i))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("profiles of %s are %v, want %s", names, got, want)
		}
	}
}

// Package scaffold writes the first spec of a repository from a few answers, and proposes
// answers from the folder and from what git knows about it.
package scaffold

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// The example application: it runs as any user, writes nothing and listens on a high
// port, so that it works with all guardrails on.
const (
	exampleImage = "ghcr.io/stefanprodan/podinfo:6.9.0"
	examplePort  = 9898
)

// ExampleURL stands in a new spec until the user says where the repository is.
const ExampleURL = "https://git.example.com/acme/platform-gitops.git"

// maxPlatform is the longest name that schema accepts for a platform.
const maxPlatform = 20

// Answers are what a new spec is written from. [Propose] gives some that work.
type Answers struct {
	Name string
	// URL and Branch of the Git repository, Path of the folder within it.
	URL, Branch, Path string
	// Environments in promotion order.
	Environments []string
	Application  string
	Image        string
	// Port that the application listens on; 0 for none.
	Port int

	// Omit are the files at the top of the folder that are the user's own.
	Omit []string
}

// Propose finds out what can be known about the folder of a new spec, which need
// not exist: its name, and what git says about the repository that it lies in.
func Propose(dir string) (Answers, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Answers{}, fmt.Errorf("find %s: %w", dir, err)
	}
	o := Answers{
		Name: validName(filepath.Base(abs)), URL: ExampleURL, Branch: "main",
		Environments: []string{"dev", "staging", "prod"}, Application: "podinfo", Image: exampleImage, Port: examplePort,
	}
	o.fromGit(abs)
	if r, unsafe := schema.UnsafeCharacter(o.Path); unsafe {
		return o, fmt.Errorf("%q in the path %q of the repository: wavewright holds folders whose names have letters, digits and . _ - only; rename the folder, or choose another one", r, o.Path)
	}
	return o, nil
}

// Text is the first spec, as a person would write it.
func (o *Answers) Text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	scalar := yamltree.EncodeScalar
	line("# yaml-language-server: $schema=%s", layout.SpecSchema)
	line("# What %s is meant to be. Change this file, then run: wavewright generate", plain(o.Name))
	line("apiVersion: %s\nkind: %s", schema.APIVersion, schema.Kind)
	line("metadata: {name: %s}", scalar(o.Name))
	if !schema.IsPrefix(o.Name) {
		line("prefix: %s  # begins the names of what others see, such as Argo CD Applications; it can never change", scalar(schema.PrefixFrom(o.Name)))
	}
	line("repository:")
	if o.URL == ExampleURL {
		line("  # Where Argo CD reads this repository. Nothing was given, so this is an example.")
	}
	line("  url: %s\n  branch: %s", scalar(o.URL), scalar(o.Branch))
	if o.Path != "" {
		line("  path: %s", scalar(o.Path))
	}
	if len(o.Omit) > 0 {
		line("# This repository has its own, so these are not generated.")
		line("files: {omit: %s}", yamltree.EncodeFlow(o.Omit))
	}
	line("# In promotion order: the first follows the branch, the others run what is promoted to them.")
	line("environments:")
	for i, name := range o.Environments {
		line("  - {name: %s, profile: %s}", scalar(name), o.profile(i))
	}
	line("# Everything that is not said here comes from the profile of each environment;")
	line("# wavewright explain %s shows all of it and where it comes from.", plain(o.Application))
	line("applications:\n  %s:", scalar(o.Application))
	line("    image: %s", scalar(o.Image))
	if o.Port != 0 {
		line("    ports: {http: %d}", o.Port)
	} else {
		line("    probes: {none: {reason: it listens on no port}}")
	}
	if o.Image == exampleImage && o.Port == examplePort {
		line("    probes: {readiness: {http: /readyz}, liveness: {http: /healthz}}")
		line("    env: {PODINFO_UI_MESSAGE: %s}", scalar("Hello from {env}"))
	}
	if n := len(o.Environments); n > 0 {
		line("    # What differs in one environment is said below its name.")
		line("    environments: {%s: {scale: {max: 10}}}", scalar(o.Environments[n-1]))
	}
	return b.String()
}

// plain makes an answer fit for a comment; the spec refuses it elsewhere.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// profile chooses the built-in profile of an environment by its name and place.
func (o *Answers) profile(i int) string {
	name := o.Environments[i]
	switch {
	case strings.HasPrefix(name, "prod"), name == "live":
		return "production"
	case strings.HasPrefix(name, "dev"), i == 0:
		return "development"
	case i == len(o.Environments)-1 && !strings.HasPrefix(name, "stag"):
		return "production"
	}
	return "staging"
}

// withoutCredentials takes user and password out of an HTTP URL, a password out of any other, and
// query and fragment. An address that cannot be read may hold anything: it becomes "".
func withoutCredentials(remote string) string {
	u, err := url.Parse(remote)
	long := strings.Contains(remote, "://")
	switch {
	case err != nil && long, !long && diag.Redact(remote) != remote:
		return ""
	case err != nil || u.Host == "":
		return remote // among them git@host:path, which is no URL
	}
	if u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = "", "", "", false; u.User == nil {
		return u.String()
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		u.User = nil
	} else {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

// otherThanName matches what a name cannot contain.
var otherThanName = lazyregexp.New(`[^a-z0-9]+`)

// validName makes a platform's name of a folder's.
func validName(folder string) string {
	name := strings.Trim(otherThanName.ReplaceAllString(strings.ToLower(folder), "-"), "-")
	name = strings.TrimLeft(name, "0123456789-")
	name = strings.TrimRight(name[:min(len(name), maxPlatform)], "-")
	if !schema.IsName(name) {
		return "platform"
	}
	return name
}

// fromGit completes the options with what git knows about the folder.
func (o *Answers) fromGit(dir string) {
	there, rest := dir, ""
	for {
		if info, err := os.Stat(there); err == nil && info.IsDir() {
			break
		}
		if there == filepath.Dir(there) {
			return
		}
		there, rest = filepath.Dir(there), path.Join(filepath.Base(there), rest)
	}
	repo, err := git.Find(there)
	if err != nil {
		return // the answers are proposals: without git they are the general ones
	}
	if o.Path = path.Join(repo.Prefix, rest); o.Path == "." {
		o.Path = ""
	}
	// What origin calls its default branch counts more than where work goes on now.
	if branch, err := repo.DefaultBranch(); err == nil && branch != "" {
		o.Branch = branch
	} else if branch, err := repo.Branch(); err == nil && branch != "" {
		o.Branch = branch
	}
	// A path on this machine is no address that Argo CD can read.
	origin, err := repo.Origin()
	if url := withoutCredentials(origin); err == nil && schema.IsRepositoryURL(url) {
		o.URL = url
	}
}

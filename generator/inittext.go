package generator

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// text is the first spec, as a person would write it.
func (o *InitOptions) text() string {
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
	if len(o.omit) > 0 {
		line("# This repository has its own, so these are not generated.")
		line("files: {omit: %s}", yamltree.EncodeFlow(o.omit))
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
func (o *InitOptions) profile(i int) string {
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

// withoutCredentials takes user and password out of an HTTP URL, and a password out
// of any other. An address that cannot be read may hold anything: it becomes "".
func withoutCredentials(remote string) string {
	u, err := url.Parse(remote)
	switch {
	case err != nil && strings.Contains(remote, "://"):
		return ""
	case err != nil || u.User == nil || u.Host == "":
		return remote // among them git@host:path, which is no URL
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		u.User = nil
	} else {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

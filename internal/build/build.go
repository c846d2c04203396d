// Package build knows which version this program is, from what the Go toolchain recorded of it.
package build

import (
	"regexp"
	"runtime/debug"
	"strings"
)

// next is the release that this source becomes. It grows as soon as that release is out,
// so that a development build of any commit stands between two releases.
const next = "0.1.0"

// devel marks a development build. As a pre-release it is older than the release itself.
const devel = "-devel"

// modulePath is how the build information names wavewright, also in a program that
// imports it or has it as a tool.
const modulePath = "github.com/wavewright/wavewright"

var (
	releaseVersion = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)
	pseudoVersion  = regexp.MustCompile(`[.-][0-9]{14}-([0-9a-f]{12})(\+.*)?$`)
)

// Info is what the Go toolchain recorded of this program.
type Info struct {
	// Version stands in the state of every repository that this program wrote, and an older
	// version refuses to work on that repository. Of a release it is the release's own. Every
	// development build of one source has the same: neither the time nor the commit nor
	// changes that were not committed are part of what wavewright writes.
	Version string
	// Commit that the program was built from; empty when the toolchain did not know it.
	Commit string
	// Modified says that the working tree held changes that were not committed.
	Modified bool
}

// Read returns what the Go toolchain recorded of this program.
func Read() Info {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return read(info)
}

func read(info *debug.BuildInfo) Info {
	b := Info{Version: next + devel}
	recorded := moduleVersion(info)
	if pseudo := pseudoVersion.FindStringSubmatch(recorded); pseudo != nil {
		b.Commit = pseudo[1]
	} else if releaseVersion.MatchString(recorded) {
		b.Version = recorded[1:]
	}
	if info.Main.Path != modulePath {
		return b // the commit that follows is of the other program
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

// moduleVersion is the version of wavewright's module. A module that was replaced has
// none: the number in go.mod then says nothing about the source.
func moduleVersion(info *debug.BuildInfo) string {
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if module.Path == modulePath && module.Replace == nil {
			return module.Version
		}
	}
	return ""
}

// Installable returns the version that pipelines install. Those of a repository that a
// development build wrote wait for the release that its source becomes.
func (b Info) Installable() string { return strings.TrimSuffix(b.Version, devel) }

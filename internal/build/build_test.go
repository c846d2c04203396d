package build

import (
	"os"
	"regexp"
	"runtime/debug"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func TestRead(t *testing.T) {
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "9d82c4"}, {Key: "vcs.time", Value: "2026-11-28T12:00:00Z"}, {Key: "vcs.modified", Value: modified}}
	}
	main := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: version}, Settings: settings}
	}
	develop := Info{Version: next + devel}
	tests := []struct {
		name string
		info *debug.BuildInfo
		want Info
	}{
		{"go install of a release, go tool", main("v1.2.3"), Info{Version: "1.2.3"}},
		{"go install of a release candidate", main("v1.2.3-rc.1"), Info{Version: "1.2.3-rc.1"}},
		{"go build at a tag", main("v1.2.3", vcs("false")...), Info{Version: "1.2.3", Commit: "9d82c4"}},
		{"go install of a branch", main("v1.2.4-0.20261128120000-0123456789ab"), Info{Version: next + devel, Commit: "0123456789ab"}},
		{"go install before any release", main("v0.0.0-20261128120000-0123456789ab"), Info{Version: next + devel, Commit: "0123456789ab"}},
		{"go install after a candidate", main("v1.2.3-rc.1.0.20261128120000-0123456789ab"), Info{Version: next + devel, Commit: "0123456789ab"}},
		{"go build of a commit", main("v1.2.4-0.20261128120000-0123456789ab", vcs("false")...), Info{Version: next + devel, Commit: "9d82c4"}},
		{"go build with changes", main("v1.2.4-0.20261128120000-0123456789ab+dirty", vcs("true")...), Info{Version: next + devel, Commit: "9d82c4", Modified: true}},
		{"go build with changes at a tag", main("v1.2.3+dirty", vcs("true")...), Info{Version: next + devel, Commit: "9d82c4", Modified: true}},
		{"go run, go test", main("(devel)"), develop},
		{"no build information", &debug.BuildInfo{}, develop},
		{"another program", &debug.BuildInfo{Main: debug.Module{Path: "example.com/x", Version: "v9.0.0"}, Settings: vcs("false"), Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3"}}}, Info{Version: "1.2.3"}},
		{"a replaced module", &debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "v1.2.3", Replace: &debug.Module{Path: "../wavewright"}}}, develop},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := read(test.info); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestDevelopmentBuild says which repositories a development build works on, and which
// releases work on its repositories: the state refuses what is older than its writer.
func TestDevelopmentBuild(t *testing.T) {
	build := semver.MustParse(next + devel)
	release := semver.MustParse(next)
	if before := semver.MustParse("0.0.9"); !before.LessThan(build) {
		t.Errorf("%s takes itself for older than the release before it, and refuses its repositories", build)
	}
	if !build.LessThan(release) {
		t.Errorf("%s takes itself for as new as the release %s, and would undo what that knows", build, release)
	}
	if got := (Info{Version: next + devel}).Installable(); got != next {
		t.Errorf("pipelines install %s, which will never be published", got)
	}
	if got := (Info{Version: "1.2.3-rc.1"}).Installable(); got != "1.2.3-rc.1" {
		t.Errorf("pipelines of a candidate install %s", got)
	}
}

// TestNextIsNotOut holds next to the changelog: it is the newest release there, which is
// being made, or one that is still to come.
func TestNextIsNotOut(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest := regexp.MustCompile(`(?m)^## \[([0-9].*)\]`).FindStringSubmatch(string(text))
	if newest != nil && semver.MustParse(next).LessThan(semver.MustParse(newest[1])) {
		t.Errorf("%s is out, and next is %s", newest[1], next)
	}
}

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// uses is an action of a workflow; atCommit matches one at a commit, with its version beside it.
var (
	uses     = regexp.MustCompile(`(?m)^\s*-? *uses: .*$`)
	atCommit = regexp.MustCompile(`uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}  # v[0-9.]+$`)
)

// TestReleaseWorkflow holds that our own workflows are right, and run no code that somebody
// else can change.
func TestReleaseWorkflow(t *testing.T) {
	installed(t, "shellcheck")
	workflows, err := filepath.Glob("../.github/workflows/*.yaml")
	if err != nil || len(workflows) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	for _, workflow := range workflows {
		clean(t, ".", tool(t, actionlint), workflow)
		text, err := os.ReadFile(workflow)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range uses.FindAllString(string(text), -1) {
			if !atCommit.MatchString(action) {
				t.Errorf("%s: %s is not at a commit, with its version", workflow, action)
			}
		}
	}
	clean(t, ".", "shellcheck", "../scripts/lint", "../scripts/packaged", "../scripts/release", "../.ci/run")
}

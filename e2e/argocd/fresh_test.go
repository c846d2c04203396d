package argocd_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/rig"
)

// TestFresh deploys examples as they are but for the address of their repository: dev runs,
// staging and prod have no Application until a promotion brings them what the environment before
// runs. Afterwards everything stays as Git has it.
func TestFresh(t *testing.T) {
	t.Run("minimal", func(t *testing.T) { fresh(t, "minimal", "hello", "web") })
	t.Run("voting-app", func(t *testing.T) { fresh(t, "voting-app", "voting", "db", "redis", "result", "vote", "worker") })
}

// example pushes an example.
func example(t *testing.T, r *rig.Rig, name string) *rig.Repository {
	t.Helper()
	p := r.Repository(name)
	var lines []string
	for line := range strings.Lines(string(read(t, "../../examples", name, "environments.yaml"))) {
		if strings.HasPrefix(line, "repository: ") {
			line = "repository: {url: " + p.URL + "}\n"
		}
		lines = append(lines, line)
	}
	p.Generate(strings.Join(lines, ""), "the first commit")
	return p
}

// fresh deploys an example with a platform's prefix and its applications, and promotes it to the
// last environment.
func fresh(t *testing.T, name, prefix string, applications ...string) {
	t.Helper()
	r := start(t, rig.Options{})
	p := example(t, r, name)
	first := strings.TrimSpace(p.Git("rev-parse", "HEAD"))
	bootstrap(t, r, p, prefix)

	of := func(environment string) []string {
		names := []string{prefix + "-cluster-" + environment, prefix + "-infra-" + prefix + "-" + environment}
		for _, application := range applications {
			names = append(names, prefix+"-"+application+"-"+environment)
		}
		return names
	}
	want := append(of("dev"), prefix+"-root-dev", prefix+"-root-prod", prefix+"-root-staging")
	r.AwaitHealthy(patience, first, want...)
	slices.Sort(want)
	if got := r.Names(); !slices.Equal(got, want) {
		t.Fatalf("Applications are %v, want %v", got, want)
	}
	for _, environment := range []string{"staging", "prod"} {
		r.Wavewright(p.Dir, "promote", "--to", environment)
		p.Push("promote to " + environment)
		r.AwaitHealthy(patience, first, of(environment)...)
	}
	r.AwaitHealthy(patience, "", r.Names()...)
	r.Throughout(15*time.Second, "everything stays Synced and Healthy", func() bool {
		for _, a := range r.Applications() {
			if a.Sync != "Synced" || a.Health != "Healthy" {
				return false
			}
		}
		return true
	})
}

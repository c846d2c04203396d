package argocd_test

import (
	"slices"
	"strings"
	"testing"
)

// TestFresh deploys the example minimal, as it is but for the address of its repository: dev
// runs, staging and prod have no Application until a promotion brings them what dev runs.
func TestFresh(t *testing.T) {
	r := start(t)
	p := r.Repository("hello-gitops")
	spec := string(read(t, "../../examples/minimal/environments.yaml"))
	revision := p.Generate(strings.Replace(spec, "https://git.example.com/acme/hello-gitops.git", p.URL, 1), "the first commit")
	bootstrap(t, r, p, "hello")

	roots := []string{"hello-root-dev", "hello-root-prod", "hello-root-staging"}
	of := func(environment string) []string {
		return []string{"hello-cluster-" + environment, "hello-infra-hello-" + environment, "hello-web-" + environment}
	}
	r.AwaitHealthy(patience, revision, append(of("dev"), roots...)...)
	want := slices.Sorted(slices.Values(append(of("dev"), roots...)))
	if got := r.Names(); !slices.Equal(got, want) {
		t.Fatalf("Applications are %v, want %v", got, want)
	}

	for _, environment := range []string{"staging", "prod"} {
		r.Wavewright(p.Dir, "promote", "--to", environment)
		p.Push("promote to " + environment)
		r.AwaitHealthy(patience, revision, of(environment)...)
	}
}

package schema

import (
	"slices"
	"testing"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// builtin decodes a built-in profile and its workload.
func builtin(t *testing.T, name string) (Settings, Workload) {
	t.Helper()
	node := BuiltinProfile(name, nil)
	var settings Settings
	list := yamltree.Decode(node, &settings, yamltree.DecodeOptions{})
	var workload Workload
	list = append(list, yamltree.Decode(settings.Workload, &workload, yamltree.DecodeOptions{Partial: true})...)
	if len(list) > 0 {
		t.Fatal(list)
	}
	return settings, workload
}

// TestBuiltinNumbers holds the numbers of the source document.
func TestBuiltinNumbers(t *testing.T) {
	type numbers struct {
		min, max                                   int
		cpu, memory, cpuLimit, memoryLimit         Amount
		antiAffinity, failover                     string
		maxUnavailable                             int
		rolloutUnavailable, surge                  Amount
		enforce, images, policy                    string
		preserve, pause, prune, selfHeal, mayEmpty bool
	}
	for name, want := range map[string]numbers{
		"development": {1, 1, "100m", "128Mi", "500m", "256Mi", "none", "reschedule", 0, "25%", "25%", "baseline", "any", "sync", false, true, true, true, true},
		"staging":     {2, 4, "200m", "256Mi", "1000m", "512Mi", "preferred", "fast", 1, "0", "25%", "restricted", "any", "sync", false, false, true, true, false},
		"production":  {3, 6, "500m", "512Mi", "2000m", "1Gi", "required", "fast", 1, "0", "25%", "restricted", "pinned", "create-update", true, false, true, true, false},
	} {
		s, w := builtin(t, name)
		got := numbers{
			w.Scale.Min, w.Scale.Max,
			w.Resources.Requests["cpu"], w.Resources.Requests["memory"], w.Resources.Limits["cpu"], w.Resources.Limits["memory"],
			w.AntiAffinity, w.Failover, w.DisruptionBudget.MaxUnavailable, w.Rollout.MaxUnavailable, w.Rollout.MaxSurge,
			s.PodSecurity.Enforce, s.Images, s.ApplicationSets.Policy, s.ApplicationSets.PreserveResourcesOnDeletion, s.ApplicationSets.AllowPause,
			s.Sync.Automated.Prune, s.Sync.Automated.SelfHeal, s.Sync.Automated.AllowEmpty,
		}
		if got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
		}
		if s.PodSecurity.Warn != "restricted" || !s.Quota.Auto {
			t.Errorf("%s: warn %s, automatic quota %v", name, s.PodSecurity.Warn, s.Quota.Auto)
		}
	}
}

func TestBuiltinSync(t *testing.T) {
	careful := []string{"ApplyOutOfSyncOnly=true", "RespectIgnoreDifferences=true", "PruneLast=true"}
	for name, want := range map[string]struct {
		options []string
		retry   Retry
	}{
		"development": {[]string{"ApplyOutOfSyncOnly=true"}, Retry{5, Backoff{"5s", 2, "1m"}}},
		"staging":     {careful, Retry{10, Backoff{"10s", 2, "3m"}}},
		"production":  {careful, Retry{10, Backoff{"10s", 2, "3m"}}},
	} {
		s, _ := builtin(t, name)
		if !slices.Equal(s.Sync.Options, want.options) {
			t.Errorf("%s: options %v, want %v", name, s.Sync.Options, want.options)
		}
		if infra := append([]string{"CreateNamespace=true"}, want.options...); !slices.Equal(s.Sync.InfraOptions, infra) {
			t.Errorf("%s: infra options %v, want %v", name, s.Sync.InfraOptions, infra)
		}
		if s.Sync.Retry != want.retry {
			t.Errorf("%s: retry %+v, want %+v", name, s.Sync.Retry, want.retry)
		}
	}
}

func TestBuiltinProfiles(t *testing.T) {
	sources := diag.Sources{}
	for _, name := range BuiltinProfiles() {
		if node := BuiltinProfile(name, sources); node == nil || sources[node.Range.File] == nil {
			t.Errorf("%s: no profile or no source", name)
		}
	}
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil || len(entries) != len(BuiltinProfiles()) {
		t.Errorf("%d files for %d profiles: %v", len(entries), len(BuiltinProfiles()), err)
	}
	for _, name := range []string{"", "prod", "../production"} {
		if BuiltinProfile(name, nil) != nil {
			t.Errorf("%q is no profile", name)
		}
	}
}

package generator

import (
	"maps"
	"regexp"
	"testing"
)

// jobNames finds the name of the test Job on production.
var jobNames = regexp.MustCompile(`web-smoke-[0-9a-f]{8}`)

// webWith is an application with a test Job, with fields replaced.
func webWith(more map[string]any) map[string]any {
	app := map[string]any{
		"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080},
		"config": map[string]any{"a.yaml": map[string]any{"mount": "/etc/a.yaml", "content": "a: 1\n"}},
		"jobs":   map[string]any{"smoke": map[string]any{"phase": "test", "args": []string{"x"}}},
	}
	maps.Copy(app, more)
	return map[string]any{"applications": map[string]any{"web": app}, "platform": map[string]any{"priorityClasses": []string{"high"}}}
}

func testJob(t *testing.T, spec map[string]any) string {
	t.Helper()
	text := string(renderSpec(t, spec)["overlays/prod/apps/web/kustomization.yaml"])
	name := jobNames.FindString(text)
	if name == "" {
		t.Fatalf("no Job in %s", text)
	}
	return name
}

// TestJobNames wants another name for a test Job when anything in its template changes,
// which Kubernetes refuses under the old name, and the same name when nothing does: a
// test that runs for no reason costs, and hides the result of the last one.
func TestJobNames(t *testing.T) {
	before := testJob(t, webWith(nil))
	job := func(more map[string]any) map[string]any {
		smoke := map[string]any{"phase": "test", "args": []string{"x"}}
		maps.Copy(smoke, more)
		return map[string]any{"jobs": map[string]any{"smoke": smoke}}
	}
	for name, more := range map[string]map[string]any{
		"image":              {"image": "ghcr.io/acme/web:1.0.1"},
		"variable":           {"env": map[string]any{"A": "1"}},
		"content of a file":  {"config": map[string]any{"a.yaml": map[string]any{"mount": "/etc/a.yaml", "content": "a: 2\n"}}},
		"label":              {"labels": map[string]any{"tier": "front"}},
		"user":               {"security": map[string]any{"runAsUser": 20000}},
		"priority":           {"priorityClass": "high"},
		"node":               {"nodeSelector": map[string]any{"disk": "fast"}},
		"volume":             {"volumes": map[string]any{"tmp": map[string]any{"scratch": "1Mi", "mount": "/tmp"}}},
		"resources":          {"resources": map[string]any{"limits": map[string]any{"memory": "2Gi"}}},
		"argument of it":     job(map[string]any{"args": []string{"y"}}),
		"variable of it":     job(map[string]any{"env": map[string]any{"A": "1"}}),
		"attempts":           job(map[string]any{"backoffLimit": 0}),
		"deadline":           job(map[string]any{"activeDeadlineSeconds": 60}),
		"only in production": {"environments": map[string]any{"prod": map[string]any{"env": map[string]any{"A": "1"}}}},
	} {
		if after := testJob(t, webWith(more)); after == before {
			t.Errorf("%s: the name stays", name)
		}
	}
	for name, more := range map[string]map[string]any{
		"replicas":            {"scale": map[string]any{"min": 4, "max": 5}},
		"port of the Service": {"ports": map[string]any{"http": map[string]any{"port": 80, "container": 8080}}},
		"connection":          {"connectsTo": map[string]any{"internet": map[string]any{}}},
		"another environment": {"environments": map[string]any{"dev": map[string]any{"env": map[string]any{"A": "1"}}}},
		"another job": {"jobs": map[string]any{
			"smoke": map[string]any{"phase": "test", "args": []string{"x"}}, "load": map[string]any{"phase": "test", "args": []string{"z"}},
		}},
	} {
		if after := testJob(t, webWith(more)); after != before {
			t.Errorf("%s: the name changes from %s to %s", name, before, after)
		}
	}
}

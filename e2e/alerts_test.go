package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestAlerts wants promtool to find every PrometheusRule valid.
func TestAlerts(t *testing.T) {
	rules := 0
	forEach(t, func(t *testing.T, c *testCase) {
		for _, e := range c.repo.Environments {
			for _, target := range e.Targets {
				for _, o := range target.Objects() {
					if o.Kind == "PrometheusRule" {
						rules++
						runPromtool(t, "check", "rules", "--lint=all", "--lint-fatal", ruleFile(t, t.TempDir(), o.YAML))
					}
				}
			}
		}
	})
	if rules == 0 {
		t.Error("no case has a PrometheusRule")
	}
}

// TestAlertsFire feeds the alerts of production with the metrics of kube-state-metrics
// and cAdvisor, and wants each to fire when it should and to be silent when not.
func TestAlertsFire(t *testing.T) {
	c := namedCase(t, "network")
	dir := t.TempDir()
	for _, e := range c.repo.Environments {
		for _, target := range e.Targets {
			for _, o := range target.Objects() {
				if o.Kind == "PrometheusRule" {
					ruleFile(t, filepath.Join(dir, target.Name), o.YAML)
				}
			}
		}
	}
	for _, name := range []string{"prod-eu", "staging"} {
		source := filepath.Join("testdata", "alerts", name+".yaml")
		if err := copyTree(filepath.Join("testdata", "alerts"), dir); err != nil {
			t.Fatal(err)
		}
		t.Run(source, func(t *testing.T) { runPromtool(t, "test", "rules", filepath.Join(dir, name+".yaml")) })
	}
}

// ruleFile writes the rules of a PrometheusRule as Prometheus reads them.
func ruleFile(t *testing.T, dir string, object []byte) string {
	t.Helper()
	var rule struct{ Spec map[string]any }
	if err := yaml.Unmarshal(object, &rule); err != nil {
		t.Fatal(err)
	}
	content, err := yaml.Marshal(rule.Spec)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "rules.yaml")
	if err := write(file, content); err != nil {
		t.Fatal(err)
	}
	return file
}

func runPromtool(t *testing.T, args ...string) {
	t.Helper()
	output, err := exec.Command(tool(t, promtool), args...).CombinedOutput()
	if err != nil {
		t.Errorf("promtool %v: %v\n%s", args, err, output)
	}
}

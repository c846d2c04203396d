package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/verify"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// kubeScoreCases is how many manifests the module of kube-score brings at least.
const kubeScoreCases = 174

// alike are the checks of kube-score that ask what some of our codes ask. What its other checks
// want (requests, limits, budgets, probes, network policies of each pod) is a convention that no
// cluster insists on; docs/verify.md says that verify is no linter of conventions.
var alike = map[string][]asks{
	"ingress-targets-service":   {{code: "reference/missing-backend"}, {code: "reference/backend-port"}},
	"service-targets-pod":       {{code: "reference/service-selects-nothing"}},
	"networkpolicy-targets-pod": {{code: "network/selects-nothing"}},
	"stable-version":            {{code: "schema/deprecated-api"}, {code: "schema/removed-api"}},
	"deployment-targeted-by-hpa-does-not-have-replicas-configured":   {{code: "availability/replicas-under-autoscaler"}},
	"statefulset-has-servicename":                                    {{code: "availability/statefulset-service"}},
	"deployment-pod-selector-labels-match-template-metadata-labels":  {{code: "reference/selector-without-own-pods"}, {"schema/invalid-value", "spec.selector"}},
	"statefulset-pod-selector-labels-match-template-metadata-labels": {{code: "reference/selector-without-own-pods"}, {"schema/invalid-value", "spec.selector"}},
	"label-values":                          {{code: "schema/invalid-label"}},
	"horizontalpodautoscaler-has-target":    {{code: "availability/autoscaler-without-target"}},
	"environment-variable-key-duplication":  {{code: "reference/duplicate-variable"}},
	"container-image-tag":                   {{code: "security/image-moves"}},
	"cronjob-restartpolicy":                 {{code: "availability/restart-policy"}},
	"container-ports-check":                 {{"schema/invalid-value", ".ports"}, {code: "reference/duplicate-port-name"}},
	"pod-topology-spread-constraints":       {{"schema/invalid-value", "topologySpreadConstraints"}, {code: "availability/spread-selects-nothing"}},
	"container-security-context-privileged": {{code: "security/privileged-pod"}},
}

// asks is a code of ours, or what it says about fields with a name.
type asks struct{ code, field string }

// disagreement is a check about which kube-score and verify differ in some cases, with the reason.
type disagreement struct {
	check, reason string
	files         []string
}

// disagreements are all of them.
var disagreements = []disagreement{
	{"container-image-tag", "no cluster serves this version of the API: schema/removed-api is an error, and the pods are not read", []string{
		"cronjob-batchv1beta1-deadline-not-set.yaml", "cronjob-batchv1beta1-deadline-set.yaml", "cronjob-batchv1beta1.yaml",
		"daemonset-appsv1beta2.yaml", "daemonset-extensionsv1beta1.yaml",
	}},
	{"cronjob-restartpolicy", "as above", []string{
		"cronjob-batchv1beta1-restartpolicy-invalid.yaml", "cronjob-batchv1beta1-restartpolicy-not-set.yaml", "cronjob-batchv1beta1.yaml",
		"networkpolicy-cronjob-matching.yaml", "networkpolicy-cronjob-not-matching-selector.yaml",
	}},
	{"ingress-targets-service", "as above", []string{"ingress-networkingv1beta1-targets-service-no-match.yaml", "ingress-targets-service-no-match.yaml"}},
	{"networkpolicy-targets-pod", "as above: the pods of the CronJob are not read, so the policy may select them", []string{"networkpolicy-cronjob-not-matching-selector.yaml"}},
	{"networkpolicy-targets-pod", "the podSelector has a field that there is not: schema/unknown-field is an error, and without it the selector is all pods", []string{"networkpolicy-not-matching.yaml"}},
	{"container-image-tag", "the container has no image at all, and schema/invalid-value says so", []string{
		"pod-topology-spread-constraints-two-constraints.yaml", "security-inherit-pod-security-context.yaml",
	}},
	{"ingress-targets-service", "the backend has fields of an older version: schema/unknown-field and schema/invalid-value are errors, and it names no Service", []string{"ingress-v1-invalid-backend.yaml", "ingress_issue363.yaml"}},
	{"service-targets-pod", "the Service states no namespace: whoever applies the folder may mean that of the StatefulSet", []string{"statefulset-service-name-different-namespace.yaml"}},
	{"statefulset-has-servicename", "as above", []string{"statefulset-service-name-different-namespace.yaml"}},
	{"statefulset-has-servicename", "the StatefulSet names no Service: the API server takes it, and the pods have no names of their own, which not all need", []string{
		"networkpolicy-statefulset-matching.yaml", "networkpolicy-statefulset-not-matching-selector.yaml",
		"statefulset-host-antiaffinity-1-replica.yaml", "statefulset-host-antiaffinity-not-set.yaml", "statefulset-host-antiaffinity-preffered.yaml",
		"statefulset-host-antiaffinity-required.yaml", "statefulset-host-antiaffinity-undefined-replicas.yaml",
		"statefulset-poddisruptionbudget-v1beta1-expression-matches.yaml", "statefulset-poddisruptionbudget-v1beta1-expression-no-match.yaml",
		"statefulset-poddisruptionbudget-v1beta1-matches.yaml", "statefulset-poddisruptionbudget-v1beta1-no-match.yaml", "statefulset-test-resources.yaml",
	}},
}

// TestKubeScoreCases judges each manifest of kube-score's own tests with both: where a check asks
// what a rule of ours asks, the verdicts are equal, or the difference has a reason.
func TestKubeScoreCases(t *testing.T) {
	folder := filepath.Join(kubeScoreModule(t), "score", "testdata")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var differ []string
	judged, compared := 0, 0
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".yaml" {
			continue
		}
		judged++
		theirs, ours := scoreOf(t, filepath.Join(folder, entry.Name())), findingsOf(t, filepath.Join(folder, entry.Name()))
		for check, failed := range theirs {
			if alike[check] == nil {
				continue
			}
			compared++
			if found := slices.ContainsFunc(alike[check], func(a asks) bool { return a.about(ours) }); failed != found {
				differ = append(differ, fmt.Sprintf("%s: %s: kube-score finds something: %v, verify: %v", check, entry.Name(), failed, found))
			}
		}
	}
	t.Logf("%d manifests, %d verdicts compared, %d differ", judged, compared, len(differ))
	if judged < kubeScoreCases {
		t.Errorf("judged %d manifests of %d", judged, kubeScoreCases)
	}
	settle(t, differ)
}

// settle wants each difference to have a reason, and each reason a difference.
func settle(t *testing.T, differ []string) {
	t.Helper()
	slices.Sort(differ)
	for _, line := range differ {
		if !slices.ContainsFunc(disagreements, func(d disagreement) bool {
			return slices.ContainsFunc(d.files, func(file string) bool { return strings.HasPrefix(line, d.check+": "+file+": ") })
		}) {
			t.Error(line)
		}
	}
	for _, d := range disagreements {
		for _, file := range d.files {
			if !slices.ContainsFunc(differ, func(line string) bool { return strings.HasPrefix(line, d.check+": "+file+": ") }) {
				t.Errorf("%s: %s: both agree by now, or there is no such case", d.check, file)
			}
		}
	}
}

// kubeScoreModule is the folder of the module, as the module proxy serves it.
func kubeScoreModule(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/zegl/kube-score")
	cmd.Dir = filepath.Join("tools", "kube-score")
	output, err := cmd.Output()
	var module struct{ Dir string }
	if err != nil || json.Unmarshal(output, &module) != nil || module.Dir == "" {
		t.Fatalf("download kube-score: %v: %s", err, output)
	}
	return module.Dir
}

// scoreOf says which checks of kube-score ask something about the objects of a file, and which of
// them fail.
func scoreOf(t *testing.T, file string) map[string]bool {
	t.Helper()
	output, runErr := exec.Command(tool(t, kubeScore), "score", "--kubernetes-version", "v1.36", "--enable-optional-test", "container-ports-check", "--output-format", "json", file).Output()
	var result []scored
	if err := json.Unmarshal(output, &result); err != nil {
		t.Logf("%s: kube-score does not judge it: %v", filepath.Base(file), runErr)
		return nil
	}
	verdicts := map[string]bool{}
	for _, object := range result {
		for _, check := range object.Checks {
			if !check.Skipped {
				verdicts[check.Check.ID] = verdicts[check.Check.ID] || check.Grade <= warning
			}
		}
	}
	return verdicts
}

// findingsOf are what verify finds in a file.
func findingsOf(t *testing.T, file string) []verify.Finding {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"all.yaml": {Data: text}}
	r, err := repo.Discover(files)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Judge(files, r, verify.Options{}).Findings
}

// about reports whether findings say something of this.
func (a asks) about(findings []verify.Finding) bool {
	return slices.ContainsFunc(findings, func(f verify.Finding) bool { return f.Code == a.code && strings.Contains(f.Path, a.field) })
}

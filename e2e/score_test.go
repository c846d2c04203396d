package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// exemption is a check of kube-score that may fail for a Deployment which says why it
// is different. Nothing else may fail.
type exemption struct {
	check string
	// annotation is where the Deployment's own spec gives its reason.
	annotation string
	reason     string
}

var exemptions = []exemption{
	{"deployment-replicas", "wavewright.dev/singleton", "two pods of a singleton would damage what it owns"},
	{"deployment-strategy", "wavewright.dev/singleton", "the old pod of a singleton must stop before the new one starts, so Recreate"},
	{"container-security-context-user-group-id", "wavewright.dev/low-user", "the spec states the user that the image was made for"},
	{"container-security-context-readonlyrootfilesystem", "wavewright.dev/writable-root-filesystem", "the application writes beside its binary and its spec says so"},
}

// scored is one object with what kube-score says of it.
type scored struct {
	ObjectName string `json:"object_name"`
	ObjectMeta struct {
		Annotations map[string]string `json:"annotations"`
	} `json:"object_meta"`
	Checks []struct {
		Check    struct{ ID string }
		Grade    int
		Skipped  bool
		Comments []struct{ Path, Summary, Description string }
	}
}

// Grades of kube-score: a warning is 5, what is critical is 1.
const warning = 5

// TestScore wants nothing critical and no warning without a reason in production.
func TestScore(t *testing.T) {
	judged := 0
	forEach(t, func(t *testing.T, c *testCase) {
		for _, e := range c.repo.Environments {
			if e.Profile != "production" {
				continue
			}
			for _, target := range e.Targets {
				judged++
				t.Run(target.Name, func(t *testing.T) {
					judge(t, withoutCharts(target, score(t, target.Objects())))
				})
			}
		}
	})
	if judged == 0 {
		t.Error("no target of the production profile was judged")
	}
}

// TestScoreCatchesMistakes shows that the judge above is awake.
func TestScoreCatchesMistakes(t *testing.T) {
	target := production(t, namedCase(t, "voting-app"))
	var stream bytes.Buffer
	for _, o := range target.Objects() {
		stream.WriteString("---\n" + strings.Replace(string(o.YAML), "allowPrivilegeEscalation: false", "privileged: true", 1))
	}
	objects, err := repo.Parse(stream.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range score(t, objects) {
		if slices.ContainsFunc(failures(object), func(f string) bool { return strings.HasPrefix(f, "container-security-context-privileged") }) {
			return
		}
	}
	t.Error("a privileged container was not found")
}

// withoutCharts leaves out what kube-score says of the objects that a chart brings: they are its
// authors' affair.
func withoutCharts(target *repo.Target, result []scored) []scored {
	var charts []string
	for _, deployed := range target.Applications {
		for _, o := range deployed.Objects {
			if deployed.Chart {
				charts = append(charts, fmt.Sprintf("%s/%s/%s/%s", o.Kind, o.APIVersion, o.Namespace, o.Name))
			}
		}
	}
	return slices.DeleteFunc(result, func(s scored) bool { return slices.Contains(charts, s.ObjectName) })
}

func score(t *testing.T, objects []*repo.Object) []scored {
	t.Helper()
	var stream, stderr bytes.Buffer
	for _, o := range objects {
		stream.WriteString("---\n" + string(o.YAML))
	}
	file := filepath.Join(t.TempDir(), "target.yaml")
	if err := write(file, stream.Bytes()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool(t, kubeScore), "score", "--kubernetes-version", "v1.36", "--output-format", "json", file)
	cmd.Stderr = &stderr
	output, runErr := cmd.Output() // fails when something is critical
	var result []scored
	err := json.Unmarshal(output, &result)
	if err != nil {
		t.Fatalf("kube-score: %v: %s%s", runErr, stderr.String(), output)
	}
	if want := len(repo.Typed[appsv1.Deployment](objects)); len(result) < want {
		t.Errorf("kube-score saw %d objects, there are %d Deployments alone", len(result), want)
	}
	return result
}

func judge(t *testing.T, result []scored) {
	t.Helper()
	for _, object := range result {
		for _, failure := range failures(object) {
			t.Errorf("%s: %s", object.ObjectName, failure)
		}
	}
}

// failures are the checks that an object fails and is not exempt from.
func failures(object scored) []string {
	var found []string
	for _, check := range object.Checks {
		if check.Skipped || check.Grade > warning {
			continue
		}
		exempt := slices.ContainsFunc(exemptions, func(e exemption) bool {
			return e.check == check.Check.ID && object.ObjectMeta.Annotations[e.annotation] != ""
		})
		if exempt {
			continue
		}
		text := check.Check.ID
		for _, comment := range check.Comments {
			text += ": " + comment.Path + " " + comment.Summary + ": " + comment.Description
		}
		found = append(found, text)
	}
	return found
}

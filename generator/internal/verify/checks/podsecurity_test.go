package checks

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// manifests is how many the module of the Pod Security evaluator has at least.
const manifests = 4537

// TestPodSecurityCorpus judges the manifests that come with the evaluator: those of each
// level and version that must pass and those that must fail. The rule is asked, not the
// evaluator: each pod stands in a repository beside its namespace.
func TestPodSecurityCorpus(t *testing.T) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, judged := os.DirFS(path.Join(strings.TrimSpace(string(folder)), "test", "testdata")), 0
	err = fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" {
			return err
		}
		part := strings.Split(name, "/")
		text, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		pod, err := repo.NewObject(text, repo.Origin{File: name, Line: 1})
		if err != nil {
			return err
		}
		judged++
		for _, mode := range []string{api.EnforceLevelLabel, api.WarnLevelLabel} {
			if got, want := len(judgePod(pod, mode, part[0], part[1])) > 0, part[2] == "fail"; got != want {
				t.Errorf("%s: %s: found something: %v, want %v", name, mode, got, want)
			}
		}
		return nil
	})
	if err != nil || judged < manifests {
		t.Errorf("judged %d of %d manifests: %v", judged, manifests, err)
	}
}

func judgePod(pod *repo.Object, mode, level, version string) []Finding {
	labels := map[string]string{mode: level, mode + "-version": version}
	space := &repo.Object{APIVersion: "v1", Kind: "Namespace", Name: "a", Labels: labels, Typed: &corev1.Namespace{}}
	d := &repo.Deployed{Application: &repo.Application{}, Objects: []*repo.Object{space, pod}}
	d.Spec.Destination = repo.Destination{Name: "in-cluster", Namespace: "a"}
	for _, o := range d.Objects {
		o.Application = d
	}
	r := &repo.Repository{Targets: []*repo.Target{{Applications: []*repo.Deployed{d}}}}
	return Judge(r, podSecurityRules, nil)
}

package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
)

// schemaDir holds the schemas of this run.
var schemaDir = sync.OnceValues(func() (string, error) {
	parent, err := scratch()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(parent, "schemas")
	err = write(filepath.Join(dir, "README"), []byte("made by the end-to-end tests\n"))
	if err != nil {
		return "", err
	}
	_, err = schemas.Write(dir)
	return dir, err
})

// verdict is what kubeconform says of one document.
type verdict struct {
	Filename, Kind, Name, Status, Msg string
}

// conform asks kubeconform about files and folders.
func conform(t *testing.T, paths ...string) []verdict {
	t.Helper()
	dir, err := schemaDir()
	if err != nil {
		t.Fatal(err)
	}
	arguments := append([]string{"-strict", "-verbose", "-output", "json", "-n", "2", "-schema-location", schemas.Location(dir)}, paths...)
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(tool(t, kubeconform), arguments...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run() // fails when a document does
	var answer struct{ Resources []verdict }
	err = json.Unmarshal(stdout.Bytes(), &answer)
	if err != nil {
		t.Fatalf("kubeconform: %v: %s%s", runErr, stderr.String(), stdout.String())
	}
	return answer.Resources
}

// TestSchemas validates everything that reaches an API server, strictly.
func TestSchemas(t *testing.T) {
	forEach(t, func(t *testing.T, c *testCase) {
		dir := t.TempDir()
		documents := 0
		for folder, build := range c.builds {
			name := strings.ReplaceAll(folder, "/", "_") + ".yaml"
			if err := write(filepath.Join(dir, name), build.Output); err != nil {
				t.Fatal(err)
			}
			documents += bytes.Count(build.Output, []byte("\nkind: "))
		}
		for _, e := range c.repo.Roots() {
			documents += len(e.Root)
		}
		verdicts := conform(t, dir, filepath.Join(c.dir, "bootstrap", "roots"))
		for _, v := range verdicts {
			if v.Status != "statusValid" {
				t.Errorf("%s: %s %s: %s %s", filepath.Base(v.Filename), v.Kind, v.Name, v.Status, v.Msg)
			}
		}
		if len(verdicts) != documents {
			t.Errorf("%d documents were judged, there are %d", len(verdicts), documents)
		}
	})
}

// TestSchemasCatchMistakes shows that the schemas of each source are closed and typed.
func TestSchemasCatchMistakes(t *testing.T) {
	for _, mistake := range []struct{ name, folder, old, new string }{
		{"misspelt field", "overlays/prod/apps/vote", "minReadySeconds:", "minReadySecond:"},
		{"misspelt field deep in a pod", "overlays/prod/apps/vote", "readOnlyRootFilesystem:", "readonlyRootFilesystem:"},
		{"misspelt metadata", "overlays/prod/apps/vote", "  labels:", "  label:"},
		{"wrong type", "overlays/prod/apps/vote", "minReadySeconds: 10", `minReadySeconds: "10"`},
		{"unknown version", "overlays/prod/apps/vote", "autoscaling/v2", "autoscaling/v2beta2"},
		{"missing field", "overlays/prod/apps/vote", "  maxReplicas: 6\n", ""},
		{"Gateway API", "overlays/prod/apps/vote", "backendRefs:", "backendRef:"},
		{"External Secrets", "overlays/prod/apps/db", "refreshInterval:", "refreshInterwal:"},
		{"Argo CD project", "argocd/prod", "sourceRepos:", "sourceRepo:"},
		{"Argo CD application set", "argocd/prod", "managedNamespaceMetadata:", "managedNamespaceMeta:"},
		{"Argo CD list generator", "argocd/prod", "goTemplate: true", `goTemplate: "true"`},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			c := namedCase(t, "voting-app")
			right := string(c.builds[mistake.folder].Output)
			wrong := strings.Replace(right, mistake.old, mistake.new, 1)
			if wrong == right {
				t.Fatalf("%s does not hold %q", mistake.folder, mistake.old)
			}
			file := filepath.Join(t.TempDir(), "wrong.yaml")
			if err := write(file, []byte(wrong)); err != nil {
				t.Fatal(err)
			}
			bad := 0
			for _, v := range conform(t, file) {
				if v.Status != "statusValid" {
					bad++
				}
			}
			if bad != 1 {
				t.Errorf("%d documents were refused, expected 1", bad)
			}
		})
	}
}

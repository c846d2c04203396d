package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
)

// How many files a person finds in a repository that init has just made, and how many more
// each application and each environment add. All files count: the spec, documents, and
// what stands in .wavewright.
const (
	maxFirst       = 70
	maxApplication = 11
	maxEnvironment = 20
)

// TestFirstLookIsSmall counts what init writes, then adds one thing to its spec at a time.
func TestFirstLookIsSmall(t *testing.T) {
	first := written(t, func(spec string) string { return spec })
	if first > maxFirst {
		t.Errorf("init writes %d files, more than %d", first, maxFirst)
	}
	for name, app := range map[string]string{
		"a plain application":               "  web: {image: ghcr.io/acme/web:1.4.2, ports: {http: 8080}}\n",
		"one that differs in production":    "  web: {image: ghcr.io/acme/web:1.4.2, ports: {http: 8080}, environments: {prod: {env: {LOG: warn}}}}\n",
		"one that scales and has resources": "  web: {image: ghcr.io/acme/web:1.4.2, ports: {http: 8080}, environments: {prod: {scale: {max: 9}, resources: {limits: {memory: 2Gi}}}}}\n",
	} {
		more := written(t, func(spec string) string { return spec + app }) - first
		if more <= 0 || more > maxApplication {
			t.Errorf("%s adds %d files, more than %d", name, more, maxApplication)
		}
	}
	for _, profile := range []string{"development", "staging", "production"} {
		more := written(t, func(spec string) string {
			return strings.Replace(spec, "\napplications:", "\n  - {name: further, profile: "+profile+"}\napplications:", 1)
		}) - first
		if more <= 0 || more > maxEnvironment {
			t.Errorf("an environment of profile %s adds %d files, more than %d", profile, more, maxEnvironment)
		}
	}
}

// written initializes a folder, changes its spec, generates again, and counts all files.
func written(t *testing.T, change func(spec string) string) int {
	t.Helper()
	dir := t.TempDir()
	options, err := generator.InitDefaults(dir)
	if err != nil {
		t.Fatal(err)
	}
	if made, err := generator.Init(dir, options); err != nil || !made.Written {
		t.Fatalf("init wrote nothing: %v", err)
	}
	file := filepath.Join(dir, "environments.yaml")
	spec, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(change(string(spec))), 0o644); err != nil {
		t.Fatal(err)
	}
	platform, err := generator.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if plan, err := platform.Write(generator.WriteOptions{}); err != nil || plan.Stopped() {
		t.Fatalf("nothing was generated: %v %+v", err, plan)
	}
	return len(tree(t, dir))
}

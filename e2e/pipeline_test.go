package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/e2e/internal/tools"
	"github.com/wavewright/wavewright/schema"
)

var (
	actionlint = sync.OnceValues(func() (string, error) { return tools.Build("tools/actionlint", "actionlint") })
	wavewright = sync.OnceValues(buildWavewright)
	// pinned is how ci/steps.sh asks for a program.
	pinned = regexp.MustCompile(`(?m)^ +(\S+)\) package=(\S+)@(\S+) ;;$`)
)

func buildWavewright() (string, error) {
	parent, err := scratch()
	if err != nil {
		return "", err
	}
	path := filepath.Join(parent, "bin", "wavewright")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/wavewright")
	cmd.Dir = ".."
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build wavewright: %w: %s", err, output)
	}
	return path, nil
}

// installed returns the path of a program that Debian has. Where pipelines run, one that
// is missing is a fault of the pipeline.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skipf("%v: apt-get install %s", err, name)
	return ""
}

// pipelines names the cases whose repositories have one.
func pipelines(t *testing.T) []string {
	t.Helper()
	all, err := allCases()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range all {
		if _, err := os.Stat(filepath.Join(c.dir, "ci", "steps.sh")); c.err == nil && err == nil {
			names = append(names, c.name)
		}
	}
	if len(names) < 2 {
		t.Fatalf("%d cases have a pipeline", len(names))
	}
	return names
}

// checkout is a copy of a generated repository: a script may write into it.
func checkout(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := copyTree(namedCase(t, name).dir, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runIn runs a program in a folder and returns its exit code and what it says.
func runIn(t *testing.T, dir string, env []string, program string, arguments ...string) (int, string) {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.Command(program, arguments...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), output.String()
}

// clean wants a linter to find nothing.
func clean(t *testing.T, dir, program string, arguments ...string) {
	t.Helper()
	if code, output := runIn(t, dir, nil, program, arguments...); code != 0 {
		t.Errorf("%s ends with %d:\n%s", filepath.Base(program), code, output)
	}
}

// files are those below a folder that match a pattern, relative to it.
func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	found, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestPipelinesAreClean has linters look at workflows, scripts and all YAML.
func TestPipelinesAreClean(t *testing.T) {
	shellcheck, yamllint := installed(t, "shellcheck"), installed(t, "yamllint")
	for _, name := range pipelines(t) {
		t.Run(name, func(t *testing.T) {
			dir := checkout(t, name)
			clean(t, dir, shellcheck, append([]string{"--external-sources", "--source-path", "SCRIPTDIR"}, files(t, dir, "ci/*.sh")...)...)
			// As people run them, without options.
			clean(t, dir, shellcheck, files(t, dir, "ci/*.sh")...)
			clean(t, dir, yamllint, ".")
			folders := slices.DeleteFunc(files(t, dir, "*"), func(name string) bool {
				info, err := os.Stat(filepath.Join(dir, name))
				return err != nil || !info.IsDir()
			})
			generated := append(folders, files(t, dir, ".*.y*ml")...)
			clean(t, dir, yamllint, append([]string{"--strict"}, generated...)...)
			if workflows := files(t, dir, ".github/workflows/*.yaml"); len(workflows) > 0 {
				clean(t, dir, tool(t, actionlint), append([]string{"-shellcheck", shellcheck}, workflows...)...)
			}
		})
	}
}

// TestWorkflowsAreCareful holds what no linter does: actions at a commit, no more than
// the right to read but where it says why, no credentials left behind, a limit of time.
func TestWorkflowsAreCareful(t *testing.T) {
	action := regexp.MustCompile(`(?m)uses: \S+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$`)
	for _, name := range pipelines(t) {
		dir := namedCase(t, name).dir
		for _, file := range files(t, dir, ".github/workflows/*.yaml") {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			uses, checkouts := bytes.Count(text, []byte("uses: ")), bytes.Count(text, []byte("uses: actions/checkout@"))
			if found := len(action.FindAll(text, -1)); found != uses {
				t.Errorf("%s: %s: %d of %d actions are pinned", name, file, found, uses)
			}
			if kept := bytes.Count(text, []byte("persist-credentials: false")); kept != checkouts {
				t.Errorf("%s: %s: %d of %d checkouts drop their credentials", name, file, kept, checkouts)
			}
			checkWorkflow(t, file, text)
		}
	}
}

func checkWorkflow(t *testing.T, file string, text []byte) {
	t.Helper()
	var workflow struct {
		Permissions map[string]string
		Concurrency map[string]any
		Jobs        map[string]struct {
			Permissions map[string]string
			Timeout     int `json:"timeout-minutes"`
			Steps       []struct{ Run string }
		}
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatal(err)
	}
	if workflow.Permissions == nil || workflow.Concurrency == nil {
		t.Errorf("%s states no permissions or no concurrency", file)
	}
	for right, level := range workflow.Permissions {
		if level != "read" {
			t.Errorf("%s: every job may %s %s", file, level, right)
		}
	}
	for name, job := range workflow.Jobs {
		if job.Timeout == 0 {
			t.Errorf("%s: %s may run for hours", file, name)
		}
		for right := range job.Permissions {
			if !bytes.Contains(text, []byte(right+": write  # ")) {
				t.Errorf("%s: %s does not say why it may write %s", file, name, right)
			}
		}
		for _, step := range job.Steps {
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: %s puts an expression into a script: %s", file, name, step.Run)
			}
		}
	}
}

// TestGitLabPipeline reads the pipeline as GitLab does: known keywords, jobs in stages
// that exist.
func TestGitLabPipeline(t *testing.T) {
	keywords := []string{
		"stage", "timeout", "script", "before_script", "parallel", "artifacts", "rules", "variables",
		"interruptible", "resource_group",
	}
	dir := checkout(t, "pipeline")
	text, err := os.ReadFile(filepath.Join(dir, ".gitlab-ci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var jobs map[string]map[string]any
	var global struct{ Stages []string }
	if err := errors.Join(yaml.Unmarshal(text, &global), yaml.Unmarshal(withoutStages(text), &jobs)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"variables", "workflow", "default"} {
		if jobs[name] == nil {
			t.Errorf("%s is missing", name)
		}
		delete(jobs, name)
	}
	for name, job := range jobs {
		for keyword := range job {
			if !slices.Contains(keywords, keyword) {
				t.Errorf("%s: unknown keyword %s", name, keyword)
			}
		}
		stage, _ := job["stage"].(string)
		if script, _ := job["script"].([]any); len(script) == 0 || !slices.Contains(global.Stages, stage) {
			t.Errorf("%s has no script, or stage %q does not exist", name, stage)
		}
	}
	if len(jobs) != 3 {
		t.Errorf("there are %d jobs", len(jobs))
	}
}

// withoutStages takes out the one key that is a list.
func withoutStages(text []byte) []byte {
	return regexp.MustCompile(`(?m)^stages:\n(  - .*\n)+`).ReplaceAll(text, nil)
}

// The programs that ci/steps.sh asks for, and the modules that pin ours.
var (
	programs = map[string]func() (string, error){
		"kustomize": kustomize, "kubeconform": kubeconform, "kube-score": kubeScore, "wavewright": wavewright,
	}
	modules = map[string]string{"kustomize": ".", "kubeconform": ".", "kube-score": "tools/kube-score"}
)

// asked lists what ci/steps.sh asks for: program, package, version.
func asked(dir string) ([][]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "ci", "steps.sh"))
	if err != nil {
		return nil, err
	}
	return pinned.FindAllStringSubmatch(string(text), -1), nil
}

// toolbox is the folder that ci/steps.sh keeps its programs in, filled with ours. The
// scanner of images, which needs the network, only says what it was asked.
var toolbox = sync.OnceValues(func() (string, error) {
	parent, err := scratch()
	if err != nil {
		return "", err
	}
	known, err := cases()
	if err != nil {
		return "", err
	}
	all, err := asked(known["validated"]().dir)
	if err != nil {
		return "", err
	}
	box := filepath.Join(parent, "toolbox")
	for _, program := range all {
		err := place(filepath.Join(box, program[1]+"-"+program[3], program[1]), programs[program[1]])
		if err != nil {
			return "", err
		}
	}
	return box, nil
})

// place puts a program at a path; one that we do not have only says what it was asked.
func place(path string, build func() (string, error)) error {
	if build == nil {
		return stub(path, "scanned")
	}
	binary, err := build()
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(binary, path))
}

// stub writes a program that prints a word and its arguments.
func stub(path, word string) error {
	err := write(path, []byte("#!/bin/sh\necho "+word+" \"$@\"\n"))
	return errors.Join(err, os.Chmod(path, 0o755))
}

// TestPinnedPrograms holds the versions in ci/steps.sh to those that our tests run.
func TestPinnedPrograms(t *testing.T) {
	all, err := asked(namedCase(t, "validated").dir)
	if err != nil || len(all) != len(programs)+1 {
		t.Fatalf("%d programs: %v", len(all), err)
	}
	for _, program := range all {
		module := modules[program[1]]
		if module == "" {
			continue
		}
		code, version := runIn(t, module, []string{"GOWORK=off"}, "go", "list", "-f", "{{.Module.Version}}", program[2])
		if code != 0 || !strings.HasSuffix(strings.TrimSpace(version), program[3]) { // go says first what it downloads
			t.Errorf("steps.sh has %s@%s, the tests run %s", program[2], program[3], version)
		}
	}
}

// offline are the variables that make the scripts use what is here.
func offline(t *testing.T, dir string) []string {
	t.Helper()
	local, err := schemaDir()
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"TOOLS=" + tool(t, toolbox), "REPORTS=" + filepath.Join(dir, "reports"),
		"KUBERNETES_SCHEMAS=" + schemas.Location(local), "CRD_SCHEMAS=" + schemas.Location(local),
	}
}

// TestValidationOfStaging runs a script of a repository on GitLab.
func TestValidationOfStaging(t *testing.T) {
	installed(t, "yamllint")
	dir := checkout(t, "pipeline")
	runs(t, dir, offline(t, dir), "bash", "ci/test.sh")
}

// TestValidationOfProduction looks at what the most thorough script does.
func TestValidationOfProduction(t *testing.T) {
	installed(t, "yamllint")
	dir := checkout(t, "validated")
	output := runs(t, dir, offline(t, dir), "bash", "ci/prod.sh")
	for _, line := range []string{
		"== linting\n", "== compliance\n", "Invalid: 0, Errors: 0, Skipped: 0",
		"scanned --fail-on high --only-fixed registry:ghcr.io/acme/store:2.0.1\n",
		"scanned --fail-on high --only-fixed registry:ghcr.io/acme/web:1.4.2\n",
		"scanned --fail-on high --only-fixed registry:ghcr.io/acme/web-tests:1.4.2\n",
	} {
		if !strings.Contains(output, line) {
			t.Errorf("does not say %q:\n%s", line, output)
		}
	}
	report, err := os.ReadFile(filepath.Join(dir, "reports", "compliance-prod.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results []scored
	if err := yaml.Unmarshal(report, &results); err != nil || len(results) < 10 {
		t.Errorf("%d objects are in the report: %v", len(results), err)
	}
}

// mistakes are changes for the worse of the production of the case validated: of each
// step that would not find anything else, one.
var mistakes = []struct{ step, file, old, new string }{
	{"build", "overlays/prod/apps/web/kustomization.yaml", "apiVersion:", "commonLabels: {a: b}\napiVersion:"},
	{"linting", "overlays/prod/apps/store/kustomization.yaml", "apiVersion:", "apiVersion:  "},
	{"schemas", "base/store/service.yaml", "spec:", "spec:\n  tipe: ClusterIP"},
	{"resources", "components/prod/workload/kustomization.yaml", "memory: 1Gi", "hugepages-2Mi: 1Gi"},
	{"health", "base/web/workload.yaml", "readinessProbe:", "startupProbe:"},
	{"configuration", "base/store/service.yaml", "app.kubernetes.io/name: store", "app.kubernetes.io/name: stored"},
	{"availability", "overlays/prod/apps/web/availability.yaml", "app.kubernetes.io/name: web", "app.kubernetes.io/name: wob"},
	{"hardening", "components/hardening/kustomization.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"},
	{"audit", "base/web/workload.yaml", "web:1.4.2", "web"},
}

// TestValidationCatchesMistakes makes all of them and wants every step to fail.
func TestValidationCatchesMistakes(t *testing.T) {
	installed(t, "yamllint")
	dir := checkout(t, "validated")
	for _, mistake := range mistakes {
		file := filepath.Join(dir, mistake.file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wrong := strings.ReplaceAll(string(text), mistake.old, mistake.new)
		if wrong == string(text) {
			t.Fatalf("%s does not hold %q", mistake.file, mistake.old)
		}
		if err := write(file, []byte(wrong)); err != nil {
			t.Fatal(err)
		}
	}
	code, output := runIn(t, dir, offline(t, dir), "bash", "ci/prod.sh")
	said := strings.Fields(output[strings.LastIndex(output, "failed:")+1:])
	for _, mistake := range mistakes {
		if code != 1 || !slices.Contains(said, mistake.step) {
			t.Errorf("%s does not fail; it ends with %d:\n%s", mistake.step, code, output)
		}
	}
}

// TestDriftIsFound runs the check for drift on a repository and on one whose
// specification has moved on.
func TestDriftIsFound(t *testing.T) {
	dir, env := clone(t)
	if code, output := runIn(t, dir, env, "bash", "ci/drift.sh"); code != 0 {
		t.Errorf("ends with %d:\n%s", code, output)
	}
	spec := filepath.Join(dir, "environments.yaml")
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(spec, bytes.ReplaceAll(text, []byte("web:1.4.2"), []byte("web:1.4.3"))); err != nil {
		t.Fatal(err)
	}
	if code, output := runIn(t, dir, env, "bash", "ci/drift.sh"); code != 3 {
		t.Errorf("ends with %d:\n%s", code, output)
	}
}

// TestRequestIsJudged runs verify as a pipeline does for a request: it fails for what the request introduces, and
// for nothing else.
func TestRequestIsJudged(t *testing.T) {
	dir, env := clone(t)
	if code, output := runIn(t, dir, env, "bash", "ci/verify.sh"); code != 0 {
		t.Fatalf("ends with %d:\n%s", code, output)
	}
	broken := filepath.Join(dir, "overlays", "prod", "apps", "web", "custom", "kustomization.yaml")
	text := "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n" +
		"  - patch: '{apiVersion: v1, kind: Service, metadata: {name: absent}, spec: {type: NodePort}}'\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(broken), 0o755), write(broken, []byte(text))); err != nil {
		t.Fatal(err)
	}
	runs(t, dir, env, tool(t, wavewright), "generate")
	commit := []string{"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--all", "--message", "break"}
	runs(t, dir, env, "git", "add", ".")
	runs(t, dir, env, "git", commit...)
	code, output := runIn(t, dir, append(env, "BASE=HEAD^1", "GITHUB_ACTIONS=true"), "bash", "ci/verify.sh")
	if code != 1 || !strings.Contains(output, "::error file=overlays/prod/apps/web/kustomization.yaml") {
		t.Errorf("ends with %d:\n%s", code, output)
	}
	if code, output = runIn(t, dir, append(env, "BASE=HEAD"), "bash", "ci/verify.sh"); code != 0 {
		t.Errorf("ends with %d for what was there before:\n%s", code, output)
	}
}

// clone generates the case validated with the command and makes it a Git repository
// that has pushed everything.
func clone(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir, remote := filepath.Join(t.TempDir(), "clone"), filepath.Join(t.TempDir(), "remote.git")
	if err := copyTree("../golden/validated", dir); err != nil {
		t.Fatal(err)
	}
	env = offline(t, dir)
	runs(t, dir, env, tool(t, wavewright), "generate")
	for _, command := range [][]string{
		{"init", "--quiet", "--initial-branch", "main"},
		{"config", "user.name", "Ada"},
		{"config", "user.email", "ada@example.com"},
		{"init", "--quiet", "--bare", remote},
		{"remote", "add", "origin", remote},
		{"add", "--all"},
		{"commit", "--quiet", "--message", "All"},
		{"push", "--quiet", "--set-upstream", "origin", "main"},
	} {
		runs(t, dir, env, "git", command...)
	}
	return dir, env
}

func runs(t *testing.T, dir string, env []string, program string, arguments ...string) string {
	t.Helper()
	code, output := runIn(t, dir, env, program, arguments...)
	if code != 0 {
		t.Fatalf("%s %v ends with %d:\n%s", program, arguments, code, output)
	}
	return output
}

// TestPromotionRuns promotes as the workflow does. What belongs to GitHub only says what
// it was asked.
func TestPromotionRuns(t *testing.T) {
	dir, env := clone(t)
	box := t.TempDir()
	if err := stub(filepath.Join(box, "gh"), "asked gh"); err != nil {
		t.Fatal(err)
	}
	env = append(env, "PATH="+box+":"+os.Getenv("PATH"), "GITHUB_ACTOR=grace", "GITHUB_ACTOR_ID=1")

	output := runs(t, dir, env, "bash", "ci/promote.sh", "staging")
	if !strings.Contains(output, "asked gh workflow run wavewright.yaml --ref main\n") || strings.Contains(output, "gh pr create") {
		t.Errorf("a promotion by commit does not push to the branch, or proposes:\n%s", output)
	}
	if author := runs(t, dir, env, "git", "log", "-1", "--format=%an %s", "origin/main"); author != "grace Promote everything to staging\n" {
		t.Errorf("the branch ends with %s", author)
	}
	at := strings.TrimSpace(runs(t, dir, env, "git", "rev-parse", "--short=12", "HEAD"))
	output = runs(t, dir, append(env, "APPLICATIONS="), "bash", "ci/promote.sh", "prod")
	if !strings.Contains(output, "asked gh pr create --base main --head promote/prod-"+at+" --title Promote everything to prod") {
		t.Errorf("a promotion by pull request does not propose:\n%s", output)
	}
	if pins := runs(t, dir, env, "git", "show", "--stat", "origin/promote/prod-"+at); !strings.Contains(pins, "releases/prod.yaml") {
		t.Errorf("no pin was pushed:\n%s", pins)
	}
	runs(t, dir, env, "git", "push", "origin", "HEAD:main")
	if output = runs(t, dir, env, "bash", "ci/promote.sh", "prod"); !strings.Contains(output, "prod runs that already\n") {
		t.Errorf("a second promotion moves something:\n%s", output)
	}
	for _, hostile := range []string{"--help", "web;id", "$(id)"} {
		code, output := runIn(t, dir, append(env, "APPLICATIONS="+hostile), "bash", "ci/promote.sh", "prod")
		if code == 0 || !strings.Contains(output, "is not a name") {
			t.Errorf("%s: ends with %d: %s", hostile, code, output)
		}
	}
}

// TestRulesOfPolicies holds the rules that a specification may name to those that
// kube-score knows.
func TestRulesOfPolicies(t *testing.T) {
	var known []string
	for line := range strings.Lines(runs(t, ".", nil, tool(t, kubeScore), "list")) {
		name, _, _ := strings.Cut(line, ",")
		known = append(known, name)
	}
	slices.Sort(known)
	if !slices.Equal(known, schema.KubeScoreChecks()) {
		t.Errorf("kube-score knows %v", known)
	}
}

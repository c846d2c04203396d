package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/e2e/internal/schemas"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// vendored are the cases that hold Argo CD, with the file of its release.
var vendored = map[string]string{"bootstrapped": "manifests/ha/install.yaml", "apart": "manifests/install.yaml"}

// TestArgoCDIsAsReleased compares what is vendored with the release, byte by byte.
func TestArgoCDIsAsReleased(t *testing.T) {
	for name, file := range vendored {
		dir := filepath.Join(namedCase(t, name).dir, "bootstrap", "argocd", "install", "upstream")
		for ours, theirs := range map[string]string{"install.yaml": file, "LICENSE": "LICENSE"} {
			got, err := os.ReadFile(filepath.Join(dir, ours))
			if err != nil {
				t.Fatal(err)
			}
			want, err := schemas.ArgoCD(theirs)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %s is not %s of the release", name, ours, theirs)
			}
		}
	}
}

// TestArgoCDInstalls reads what the first command applies.
func TestArgoCDInstalls(t *testing.T) {
	for name := range vendored {
		c := namedCase(t, name)
		namespace := repo.Typed[repo.Application](c.repo.Self.Root)[0].Spec.Destination.Namespace
		objects, err := repo.Parse(c.builds["bootstrap/argocd/install"].Output)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(repo.Typed[networkingv1.NetworkPolicy](objects)); n < 7 {
			t.Errorf("%s: %d network policies are left", name, n)
		}
		level := ""
		for _, o := range objects {
			switch {
			case o.Group() == "argoproj.io":
				t.Errorf("%s: %s needs a kind that the same command defines", name, o)
			case o.Kind == "Namespace":
				level = o.Labels[api.EnforceLevelLabel]
			case o.Kind == "CustomResourceDefinition" && !bytes.Contains(o.YAML, []byte("sync-options: Prune=false")):
				t.Errorf("%s: %s would be pruned", name, o)
			case o.Namespace != "" && o.Namespace != namespace:
				t.Errorf("%s: %s is in namespace %s", name, o, o.Namespace)
			case o.Kind == "ClusterRoleBinding":
				var binding rbacv1.ClusterRoleBinding
				if err := yaml.Unmarshal(o.YAML, &binding); err != nil || binding.Subjects[0].Namespace != namespace {
					t.Errorf("%s: %s binds %v: %v", name, o, binding.Subjects, err)
				}
			}
		}
		checkPods(t, name, level, objects)
		checkConfig(t, name, objects)
	}
}

// checkPods lets the API server's own code admit the pods, and wants those that read
// parameters to restart with them.
func checkPods(t *testing.T, name, level string, objects []*repo.Object) {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pods := map[string]corev1.PodTemplateSpec{}
	for _, d := range repo.Typed[appsv1.Deployment](objects) {
		pods[d.Name] = d.Spec.Template
	}
	for _, s := range repo.Typed[appsv1.StatefulSet](objects) {
		pods[s.Name] = s.Spec.Template
	}
	restarting := 0
	for pod, template := range pods {
		if template.Annotations["wavewright.dev/params"] != "" {
			restarting++
		}
		for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: api.Level(level), Version: api.LatestVersion()}, &template.ObjectMeta, &template.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s is not allowed by %s: %s", name, pod, level, result.ForbiddenDetail)
			}
		}
	}
	if restarting != 5 || level == "" {
		t.Errorf("%s: %d of %d workloads restart, level %q", name, restarting, len(pods), level)
	}
}

// ourSettings is what checks of the configuration look for, by ConfigMap.
var ourSettings = map[string][]string{
	"argocd-cm": {
		"application.resourceTrackingMethod: annotation", "application.sync.requireOverridePrivilegeForRevisionSync: \"true\"",
		"server.rbac.rollback.enforce.enable: \"true\"", "exec.enabled: \"false\"", "resource.exclusions: |", "health.autoscaling_HorizontalPodAutoscaler: |",
	},
	"argocd-cmd-params-cm": {"controller.sync.timeout.seconds: \"3600\""},
	"argocd-rbac-cm":       {"policy.default: \"\""},
}

// checkConfig wants our settings beside those that were shipped, and each key to be
// one that this release reads.
func checkConfig(t *testing.T, name string, objects []*repo.Object) {
	t.Helper()
	seen := 0
	for _, o := range objects {
		for _, line := range ourSettings[o.Name] {
			if o.Kind == "ConfigMap" && !bytes.Contains(o.YAML, []byte(line)) {
				t.Errorf("%s: %s has no %s", name, o, line)
			}
		}
		if o.Kind == "ConfigMap" && ourSettings[o.Name] != nil {
			seen++
		}
	}
	if seen != len(ourSettings) {
		t.Errorf("%s: %d of %d ConfigMaps", name, seen, len(ourSettings))
	}
	known := ""
	for _, file := range []string{"util/settings/settings.go", "util/settings/accounts.go", "manifests/install.yaml", "docs/operator-manual/argocd-cm.yaml"} {
		source, err := schemas.ArgoCD(file)
		if err != nil {
			t.Fatal(err)
		}
		known += string(source)
	}
	for _, file := range []string{"argocd-settings/argocd-cm", "argocd/install/argocd-cm", "argocd/install/argocd-cmd-params-cm"} {
		for key := range configMap(t, filepath.Join(namedCase(t, name).dir, "bootstrap", file+".patch.yaml")).Data {
			word := strings.TrimSuffix(key, ".health.autoscaling_HorizontalPodAutoscaler")
			if !strings.Contains(known, word) {
				t.Errorf("%s: Argo CD does not know %s", file, key)
			}
		}
	}
}

func configMap(t *testing.T, file string) *corev1.ConfigMap {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var config corev1.ConfigMap
	if err := yaml.UnmarshalStrict(source, &config); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return &config
}

// TestSettingsComponent builds the settings over the ConfigMap that a release ships,
// as somebody does whose Argo CD is built with Kustomize.
func TestSettingsComponent(t *testing.T) {
	dir := t.TempDir()
	if err := copyTree(filepath.Join(namedCase(t, "minimal").dir, "bootstrap", "argocd-settings"), filepath.Join(dir, "settings")); err != nil {
		t.Fatal(err)
	}
	shipped, err := schemas.ArgoCD("manifests/base/config/argocd-cm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"theirs/argocd-cm.yaml": string(shipped), "theirs/kustomization.yaml": "resources: [argocd-cm.yaml]\ncomponents: [../settings]\n",
	} {
		if err := write(filepath.Join(dir, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	binary, err := kustomize()
	if err != nil {
		t.Fatal(err)
	}
	builds, err := repo.BuildAll(repo.Tools{Kustomize: binary}, dir, []string{"theirs"})
	if err != nil {
		t.Fatal(err)
	}
	built := builds["theirs"]
	if built.Err != nil || len(built.Stderr) > 0 {
		t.Fatalf("%v: %s", built.Err, built.Stderr)
	}
	for _, line := range []string{"resource.exclusions: |", "server.rbac.rollback.enforce.enable: \"true\""} {
		if !bytes.Contains(built.Output, []byte(line)) {
			t.Errorf("there is no %s", line)
		}
	}
}

// commandLine is a command of the README's first installation.
var commandLine = regexp.MustCompile(`(?m)^(?:kubectl|wavewright) .*$`)

// installation returns the commands of the README that lead to running roots.
func installation(t *testing.T, c *testCase) [][]string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(c.dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), "## First installation\n")
	section, _, ends := strings.Cut(after, "\n## ")
	if !found || !ends {
		t.Fatal("the README does not say how to install")
	}
	section, _, _ = strings.Cut(section, "### The credential of this repository\n")
	section, _, _ = strings.Cut(section, "The account `admin`")
	var commands [][]string
	for _, line := range commandLine.FindAllString(section, -1) {
		commands = append(commands, strings.Fields(line))
	}
	return commands
}

// flag returns the values of a command's flag.
func flag(command []string, name string) []string {
	var values []string
	for i, word := range command {
		if word == name {
			values = append(values, command[i+1])
		}
	}
	return values
}

// TestInstallationCommands holds the commands of every README to the files: what they
// name exists and builds, and every root is applied on the Argo CD of its environment.
func TestInstallationCommands(t *testing.T) {
	forEach(t, func(t *testing.T, c *testCase) {
		applied := map[string]bool{}
		commands := installation(t, c)
		contexts := map[string]bool{}
		for _, command := range commands {
			if command[0] == "kubectl" {
				contexts[strings.Join(flag(command, "--context"), "")] = true
			}
			for _, folder := range flag(command, "--kustomize") {
				if build := c.builds[folder]; build == nil || build.Err != nil {
					t.Errorf("%v: the folder does not build", command)
				}
			}
			for _, namespace := range flag(command, "--namespace") {
				if want := repo.Typed[repo.Application](c.repo.Environments[0].Root)[0].Namespace; namespace != want {
					t.Errorf("%v: Argo CD is in %s", command, want)
				}
			}
			for _, file := range flag(command, "--patch-file") {
				name := flag(command, "configmap")[0]
				if got := configMap(t, filepath.Join(c.dir, file)).Name; got != name {
					t.Errorf("%v: %s is a patch of %s", command, file, got)
				}
			}
			for _, file := range flag(command, "--filename") {
				for _, root := range rootFiles(t, c.dir, file) {
					applied[root] = true
				}
			}
		}
		each := 3
		if _, err := os.Stat(filepath.Join(c.dir, "bootstrap", "request")); err == nil {
			each = 2 // administrators do the rest, as the request says
		}
		if len(commands) != each*len(contexts) {
			t.Errorf("%d commands for %d clusters", len(commands), len(contexts))
		}
		if roots := rootFiles(t, c.dir, "bootstrap/roots"); len(applied) != len(roots) {
			t.Errorf("%d of %d roots are applied", len(applied), len(roots))
		}
	})
}

// rootFiles lists a file, or the files of a folder.
func rootFiles(t *testing.T, dir, name string) []string {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if !info.IsDir() {
		return []string{filepath.Clean(name)}
	}
	files, err := filepath.Glob(filepath.Join(dir, name, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		files[i], err = filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(files)
	return files
}

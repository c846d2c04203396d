package model

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/schema"
)

// corpus is where the workloads of others are, beside the repository.
const corpus = "../../../../shared/corpus"

// said is the field of the spec that says a field of a pod or of a container, when it is neither pod: nor container:.
// What no field says has no entry, and cannot.
func said() map[string]string {
	return map[string]string{
		"pod.containers": "the application and sidecars", "pod.initContainers": "init and sidecars", "pod.restartPolicy": "kind",
		"pod.activeDeadlineSeconds": "schedule.activeDeadlineSeconds", "pod.serviceAccountName": "serviceAccount", "pod.serviceAccount": "serviceAccount",
		"pod.automountServiceAccountToken": "serviceAccount.rules", "pod.nodeSelector": "nodeSelector", "pod.tolerations": "tolerations",
		"pod.priorityClassName": "priorityClass", "pod.imagePullSecrets": "imagePullSecrets", "pod.affinity.podAntiAffinity": "pod: with antiAffinity: none",
		"pod.securityContext.runAsNonRoot": "security.root", "pod.securityContext.runAsUser": "security.runAsUser",
		"pod.securityContext.runAsGroup": "security.runAsGroup", "pod.securityContext.fsGroup": "security.runAsGroup",
		"container.name": "its key", "container.image": "image", "container.command": "command", "container.args": "args", "container.envFrom": "envFrom",
		"container.resources.requests": "resources.requests", "container.resources.limits": "resources.limits",
		"container.livenessProbe": "probes.liveness", "container.readinessProbe": "probes.readiness", "container.startupProbe": "probes.startup",
		"container.securityContext.capabilities":           "security.capabilities",
		"container.securityContext.readOnlyRootFilesystem": "security.writableRootFilesystem",
		"container.securityContext.runAsNonRoot":           "security.root", "container.securityContext.runAsUser": "security.runAsUser",
		"container.securityContext.runAsGroup": "security.runAsGroup",
	}
}

// unsayable are the fields that cannot be said, with the reason.
func unsayable() map[string]string {
	return map[string]string{
		"pod.ephemeralContainers": "Kubernetes refuses them in the template of a workload",
		"pod.priority":            "Kubernetes computes it from the priority class, and refuses another one",
		"pod.overhead":            "Kubernetes takes it from the runtime class, and refuses another one",
		"pod.resources":           "the quota and the limit range count containers",
	}
}

// TestEveryOwnedFieldIsSaid holds that each field that pod: and container: refuse everywhere is said elsewhere, or has a
// reason.
func TestEveryOwnedFieldIsSaid(t *testing.T) {
	for prefix, rows := range map[string][]ownedField{"pod.": ownedOfPod(), "container.": ownedOfContainer()} {
		for _, o := range rows {
			if o.when == rendered || o.when == spreads || strings.Contains(o.path, "[]") {
				continue
			}
			if path := prefix + o.path; said()[path] == "" && unsayable()[path] == "" {
				t.Errorf("nothing says %s", path)
			}
		}
	}
}

// TestCorpusCanBeSaid passes every field of the pods of other people's workloads that has no field of its own through
// pod: and container:.
func TestCorpusCanBeSaid(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus is not beside the repository")
	}
	count, workloads := map[string]int{}, 0
	for _, folder := range []string{"kustomize", "manifests"} {
		err := filepath.WalkDir(filepath.Join(corpus, folder), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
				return err
			}
			text, err := os.ReadFile(name)
			for _, document := range regexp.MustCompile(`(?m)^---.*$`).Split(string(text), -1) {
				if template := podTemplate(document); template != nil {
					workloads++
					s := saying{t, name, count, map[string]any{}}
					s.all(template)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range sortedKeys(count) {
		t.Logf("%4d %s", count[key], key)
	}
	if workloads < 20 {
		t.Errorf("the corpus has %d workloads", workloads)
	}
}

// podTemplate is the template of a workload with a pod; nil for anything else.
func podTemplate(document string) map[string]any {
	var o struct {
		Kind string
		Spec struct {
			Template    map[string]any
			JobTemplate struct {
				Spec struct{ Template map[string]any }
			}
		}
	}
	kinds := []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"}
	if yaml.Unmarshal([]byte(document), &o) != nil || !slices.Contains(kinds, o.Kind) {
		return nil
	}
	if o.Kind == "CronJob" {
		return o.Spec.JobTemplate.Spec.Template
	}
	return o.Spec.Template
}

// saying turns one pod template into an application.
type saying struct {
	t     *testing.T
	name  string
	count map[string]int
	app   map[string]any
}

func (s saying) all(template map[string]any) {
	spec, _ := template["spec"].(map[string]any)
	if spec == nil {
		return
	}
	containers, _ := spec["containers"].([]any)
	init, _ := spec["initContainers"].([]any)
	s.app["image"], s.app["antiAffinity"] = "ghcr.io/acme/any:1.0.0", "none"
	s.app["probes"] = map[string]any{"none": map[string]any{"reason": "test"}}
	reason := map[string]any{"reason": "test"}
	s.app["security"] = map[string]any{"hostAccess": reason, "privileges": reason}
	for i, c := range containers {
		fields := s.container(c.(map[string]any))
		if i == 0 {
			s.app["container"] = fields
			continue
		}
		s.beside("sidecars", c.(map[string]any)["name"].(string), fields)
	}
	for _, c := range init {
		s.beside("init", c.(map[string]any)["name"].(string), s.container(c.(map[string]any)))
	}
	delete(spec, "containers")
	delete(spec, "initContainers")
	for _, o := range ownedOfPod() {
		if o.when == always || o.when == running {
			s.take(spec, "pod.", o.path)
		}
	}
	for _, v := range asItems(spec["volumes"]) {
		if folder, ok := v["emptyDir"].(map[string]any); ok && folder["sizeLimit"] == nil {
			s.count["volumes.scratch, with a limit ← pod.volumes.emptyDir"]++
			folder["sizeLimit"] = "64Mi"
		}
	}
	s.app["pod"] = spec
	s.left("pod: ", spec)
	s.resolve()
}

func asItems(list any) []map[string]any {
	items, _ := list.([]any)
	out := []map[string]any{}
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (s saying) beside(group, name string, fields map[string]any) {
	amounts := map[string]any{"cpu": "50m", "memory": "64Mi"}
	all, _ := s.app[group].(map[string]any)
	if all == nil {
		all = map[string]any{}
		s.app[group] = all
	}
	all[name] = map[string]any{
		"image": "ghcr.io/acme/any:1.0.0", "container": fields, "resources": map[string]any{"requests": amounts, "limits": amounts},
	}
}

// container takes what has a field of its own from a container, and returns the rest.
func (s saying) container(c map[string]any) map[string]any {
	fields := map[string]any{}
	for key, value := range c {
		fields[key] = value
	}
	for _, o := range ownedOfContainer() {
		if o.when == always && !strings.Contains(o.path, "[]") {
			s.take(fields, "container.", o.path)
		}
	}
	var env []any
	for _, variable := range asItems(fields["env"]) {
		from, _ := variable["valueFrom"].(map[string]any)
		if from == nil || from["fieldRef"] != nil {
			s.count["env, envFields ← container.env"]++
			continue
		}
		env = append(env, variable)
	}
	if fields["env"] = env; env == nil {
		delete(fields, "env")
	}
	if fields["ports"] != nil {
		s.count["ports ← container.ports"]++
		delete(fields, "ports")
	}
	s.left("container: ", fields)
	return fields
}

// take takes a field that the spec says otherwise.
func (s saying) take(from map[string]any, prefix, path string) {
	key, below, more := strings.Cut(path, ".")
	value, stated := from[key]
	if !stated {
		return
	}
	if inner, ok := value.(map[string]any); more {
		if ok {
			s.take(inner, prefix+key+".", below)
		}
		return
	}
	delete(from, key)
	full := prefix + path
	if field := said()[full]; field != "" {
		s.count[field+" ← "+full]++
		return
	}
	if reason := unsayable()[full]; reason != "" {
		s.count["CANNOT: "+reason+" ← "+full]++
		return
	}
	s.t.Errorf("%s: nothing says %s", s.name, full)
}

func (s saying) left(where string, fields map[string]any) {
	for key, value := range fields {
		if m, ok := value.(map[string]any); !ok || len(m) > 0 {
			s.count[where+key]++
		}
	}
}

// resolve wants the program to accept the application.
func (s saying) resolve() {
	spec, err := json.Marshal(map[string]any{
		"apiVersion": "wavewright.dev/v1alpha1", "kind": "Environments", "metadata": map[string]any{"name": "corpus"},
		"repository": map[string]any{"url": "https://git.example.com/acme/corpus.git"},
		"environments": []any{map[string]any{
			"name": "dev", "profile": "development", "podSecurity": map[string]any{"enforce": "privileged", "reason": "test"},
			"admission": map[string]any{"hostAccess": map[string]any{"mode": "none", "reason": "test"}},
		}},
		"applications": map[string]any{"any": s.app},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	files, err := schema.Read(fstest.MapFS{"environments.yaml": {Data: spec}}, "environments.yaml")
	if err != nil {
		s.t.Fatal(err)
	}
	loaded, list := schema.Load(files)
	if loaded != nil {
		_, found := Resolve(Input{Spec: loaded, Version: "v0.0.0", Sources: files.Sources})
		list = append(list, found...)
	}
	for _, d := range list {
		s.t.Errorf("%s:%d: %s [%s] %s", s.name, d.Subject.Column, d.Summary, d.Code, d.Detail)
	}
}

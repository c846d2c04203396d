package e2e

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// removalCases are judged with every part of production taken out once.
var removalCases = []string{"minimal", "platform"}

// TestEverythingThatGoesIsMissed takes each field, each item of a list and each object of
// the production of a case away, one at a time: the checks must miss it. What they need not
// miss is in the table of what guards nothing, with a reason. The list of removals comes
// from the objects, so a new kind of guardrail is in it by itself.
func TestEverythingThatGoesIsMissed(t *testing.T) {
	used := map[string]bool{}
	for _, name := range removalCases {
		t.Run(name, func(t *testing.T) {
			m := newRemover(t, namedCase(t, name))
			for _, lost := range m.unmissed(t) {
				covered := false
				for _, h := range harmless {
					if matches(h.path, lost) {
						covered, used[h.path] = true, true
					}
				}
				if !covered {
					t.Errorf("nothing misses %s", lost)
				}
			}
		})
	}
	for _, h := range harmless {
		if !used[h.path] {
			t.Errorf("%s is missed, or not there: no reason is needed (%s)", h.path, h.reason)
		}
	}
}

// remover takes things out of one target of a repository and puts them back.
type remover struct {
	repository  *repo.Repository
	environment *repo.Environment
	// applications says that Applications have to be made again.
	applications bool
	before       map[string]bool
	lost         []string
	// left is what remains of each object that lost something.
	left  [][]byte
	tried map[string]int
}

// samples is how many objects of applications each part is taken out of.
const samples = 2

func newRemover(t *testing.T, c *testCase) *remover {
	t.Helper()
	for _, e := range slices.Backward(c.repo.Environments) {
		if e.Profile != "production" || len(e.Targets) == 0 {
			continue
		}
		own := *e
		own.Targets = nil
		for i, target := range e.Targets {
			copied := &repo.Target{Name: target.Name}
			for _, d := range target.Applications {
				again := *d
				again.Objects = nil // the first target stands for the others
				if i == 0 {
					again.Objects = slices.Clone(d.Objects)
				}
				again.Element = maps.Clone(d.Element)
				copied.Applications = append(copied.Applications, &again)
			}
			own.Targets = append(own.Targets, copied)
		}
		own.Root, own.Argo = slices.Clone(e.Root), slices.Clone(e.Argo)
		r := *c.repo
		r.Environments, r.Self = []*repo.Environment{&own}, nil
		m := &remover{repository: &r, environment: &own, before: map[string]bool{}, tried: map[string]int{}}
		for _, check := range checks.All {
			for _, finding := range check.Run(&r) {
				m.before[finding] = true
			}
		}
		return m
	}
	t.Fatalf("%s has no production", c.name)
	return nil
}

// misses reports whether a check that reads objects finds what it did not find before.
func (m *remover) misses() bool {
	if m.applications && m.environment.Expand() != nil {
		return true
	}
	for _, check := range checks.All {
		if check.Name != "files" && check.Name != "kustomizations" && slices.ContainsFunc(check.Run(m.repository), m.isNew) {
			return true
		}
	}
	return false
}

func (m *remover) isNew(finding string) bool { return !m.before[finding] }

// unmissed names what can go without a new finding, and without being refused by the
// schemas.
func (m *remover) unmissed(t *testing.T) []string {
	m.applications = true
	m.from("Argo CD", &m.environment.Argo)
	m.applications = false
	if err := m.environment.Expand(); err != nil {
		t.Fatal(err)
	}
	m.from("Root", &m.environment.Root)
	for _, d := range m.environment.Targets[0].Applications {
		scope := "app"
		if strings.Contains(d.Overlay, "/infra/") {
			scope = "infra"
		}
		if !d.Chart && !slices.ContainsFunc(d.Objects, func(o *repo.Object) bool { return o.Labels["wavewright.dev/application"] != "" }) {
			m.from(scope, &d.Objects)
		}
	}
	dir := t.TempDir()
	for i, rest := range m.left {
		if rest != nil {
			if err := write(filepath.Join(dir, fmt.Sprint(i)+".yaml"), rest); err != nil {
				t.Fatal(err)
			}
		}
	}
	refused := map[string]bool{}
	for _, v := range conform(t, dir) {
		refused[filepath.Base(v.Filename)] = v.Status != "statusValid"
	}
	var lost []string
	for i, what := range m.lost {
		if !refused[fmt.Sprint(i)+".yaml"] {
			lost = append(lost, what)
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

// from takes each part of each object of a list away.
func (m *remover) from(scope string, list *[]*repo.Object) {
	all := *list
	for i, o := range all {
		at := scope + " " + o.Kind
		if scope != "app" {
			at += " " + strings.TrimSuffix(o.Name, "."+m.environment.Name)
		}
		*list = slices.Delete(slices.Clone(all), i, i+1)
		if m.again(scope, at) {
			m.note(at, nil)
		}
		changed := slices.Clone(all)
		*list = changed
		for _, cut := range cuts(o, scope == "app") {
			if !m.again(scope, at+" "+cut.path) {
				continue
			}
			objects, err := repo.Parse(cut.yaml)
			if err != nil {
				continue // it would not even be read
			}
			changed[i] = objects[0]
			m.note(at+" "+cut.path, cut.yaml)
		}
		*list = all
	}
}

// again reports whether a part was not yet taken out of enough objects.
func (m *remover) again(scope, what string) bool {
	m.tried[what]++
	return scope != "app" || m.tried[what] <= samples
}

func (m *remover) note(what string, rest []byte) {
	if m.misses() {
		return
	}
	m.lost = append(m.lost, what)
	m.left = append(m.left, rest)
}

// cut is an object without one part.
type cut struct {
	path string
	yaml []byte
}

// cuts are the object without each of its fields and items. Without its kind, name or
// namespace it would be another object.
func cuts(o *repo.Object, alike bool) []cut {
	var whole map[string]any
	if err := yaml.Unmarshal(o.YAML, &whole); err != nil {
		return nil
	}
	var found []cut
	var walk func(path []string, node any, replace func(any))
	emit := func(path []string) {
		text, err := yaml.Marshal(whole)
		if err == nil {
			found = append(found, cut{strings.Join(path, "."), text})
		}
	}
	walk = func(path []string, node any, replace func(any)) {
		switch node := node.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(node)) {
				below := append(slices.Clone(path), key)
				if slices.Contains(identity, strings.Join(below, ".")) {
					continue
				}
				value := node[key]
				if strings.Join(below, ".") != "metadata" {
					delete(node, key)
					emit(below)
					node[key] = value
				}
				walk(below, value, func(v any) { node[key] = v })
			}
		case []any:
			for i, item := range node {
				below := append(slices.Clone(path), "["+itemName(item, alike)+"]")
				replace(slices.Delete(slices.Clone(node), i, i+1))
				emit(below)
				replace(node)
				walk(below, item, func(v any) { node[i] = v })
			}
		}
	}
	walk(nil, whole, nil)
	return found
}

var identity = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}

// itemName tells the items of a list apart where they say who they are. Those of
// applications are alike: what is called differently there is of the same kind.
func itemName(item any, alike bool) string {
	switch item := item.(type) {
	case string:
		if alike && !strings.Contains("ALL Ingress Egress ReadWriteOnce", item) {
			return ""
		}
		return item
	case map[string]any:
		for _, key := range []string{"alert", "name", "key", "topologyKey"} {
			if alike && key == "name" {
				continue
			}
			if name, ok := item[key].(string); ok {
				return name
			}
		}
		return ""
	}
	return fmt.Sprint(item)
}

// exception is a part of objects that guards nothing, or that only another test can miss.
// A star in its path stands for anything.
type exception struct{ path, reason string }

func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(text, part)
		}
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return text == ""
}

var harmless = []exception{
	{"* AppProject * spec.description", "says what the name says"},
	{"* AppProject * spec.namespaceResourceWhitelist.[]*", "one kind less is permitted; one in use is missed"},
	{"* AppProject *-infra spec.roles.[view].groups.[*", "one group less may look on; those of namespaces are missed"},
	{"* AppProject * spec.destinations.[*].namespace", "of two entries one is for no namespace, and absent means the same"},
	{"* ApplicationSet * spec.template.spec.syncPolicy.automated.allowEmpty", "absent means the same"},
	{"Root Application * spec.syncPolicy.automated.prune", "absent means the same"},
	{"app *spec.template.spec.containers.[].args*", "what an application does is the word of its spec"},
	{"app *spec.template.spec.containers.[].command*", "what an application does is the word of its spec"},
	{"app *spec.template.spec.containers.[].env*", "what an application does is the word of its spec"},
	{"app * spec.template.spec.initContainers*", "what runs beside an application is the word of its spec"},
	{"app * spec.template.spec.imagePullSecrets*", "where images come from is the word of the spec"},
	{"app * spec.template.spec.nodeSelector*", "which nodes are for whom is the word of the spec"},
	{"app StatefulSet spec.template.spec.tolerations*", "whether what holds data leaves a broken node is the word of its spec"},
	{"app * spec.template.spec.containers.[].volumeMounts.[].readOnly", "Kubernetes mounts configuration read-only"},
	{"app * spec.template.spec.containers.[].volumeMounts.[].subPath", "where an application looks for its files is the word of its spec"},
	{"app * spec.template.spec.topologySpreadConstraints.*.nodeTaintsPolicy", "counts nodes, and guards nothing"},
	{"app * spec.template.spec.containers.[].livenessProbe.failureThreshold", "Kubernetes has a rhythm too"},
	{"app * spec.template.spec.containers.[].*Probe.periodSeconds", "Kubernetes has a rhythm too"},
	{"app * spec.template.spec.containers.[].*Probe.httpGet.path", "what answers is the word of the spec, / otherwise"},
	{"app * spec.template.spec.containers.[].readinessProbe.exec.command.[]", "what answers is the word of the spec"},
	{"app CronJob spec.successfulJobsHistoryLimit", "how much of the past is kept"},
	{"app CronJob spec.timeZone", "when an application runs is the word of its spec"},
	{"app ExternalSecret spec.data.[].remoteRef.*", "the API writes the same; which part of a secret is the word of the spec"},
	{"app ExternalSecret spec.target*", "absent, the Secret has the name of the ExternalSecret, as here"},
	{"app HTTPRoute spec.parentRefs.[].*", "Kubernetes writes the same; without a section every listener serves the host"},
	{"app HTTPRoute spec.rules.[].backendRefs.[].*", "the API writes the same"},
	{"app HTTPRoute spec.rules.[].matches*", "absent means every path, as here"},
	{"app Job metadata.annotations.argocd.argoproj.io/ignore-healthcheck", "whether a test counts is the word of its spec"},
	{"app NetworkPolicy metadata.annotations*", "order matters to what a Job needs alone"},
	{"* NetworkPolicy *protocol", "TCP where it is absent, and UDP is missed"},
	{"infra NetworkPolicy * spec.podSelector", "absent means every pod, as here"},
	{"app Role rules.[].*", "what an application may do is the word of its spec"},
	{"* RoleBinding *apiGroup", "the API writes the same"},
	{"app Service spec.ports.[].targetPort", "absent it is the port itself, as here"},
	{"app ServiceAccount metadata.annotations.*", "who an application is to a cloud is the word of its spec"},
	{"app ServiceMonitor spec.endpoints.[].*", "Prometheus has a rhythm and a path too"},
	{"app StatefulSet spec.persistentVolumeClaimRetentionPolicy*", "Kubernetes keeps data unless told otherwise"},
	{"app StatefulSet spec.volumeClaimTemplates.[].*", "the API writes the same; the class of storage is the word of the spec"},
	{"infra ResourceQuota hello-prod spec.hard.*storage", "nothing there stores, so nothing says how much"},
	{"infra ResourceQuota hello-prod spec.hard.persistentvolumeclaims", "nothing there stores, so nothing says how much"},
	{"infra Role * rules.[]*", "people may do one thing less"},
	{"infra ValidatingAdmissionPolicy * spec.matchConditions*", "TestPoliciesAreNeeded asks the API server"},
	{"infra ValidatingAdmissionPolicy * spec.validations.[]*", "TestPoliciesAreNeeded asks the API server"},
	{"infra ValidatingAdmissionPolicy * spec.auditAnnotations*", "TestBreakGlassIsRecorded asks the API server"},
	{"infra ValidatingAdmissionPolicy * spec.matchConstraints.resourceRules.[].scope", "absent means both scopes"},
}

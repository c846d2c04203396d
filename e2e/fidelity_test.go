package e2e

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// agreed is where package verify finds a part of what the server answered.
const agreed = "../generator/internal/verify/testdata/agreed.jsonl"

// TestAPIServerAgrees damages objects of the cases, one field of one object at a time, and compares what
// verify says with what a real API server with its admission plugins says of the object and of its
// pods: of 300 objects, of 5,000 in task nightly, as WAVEWRIGHT_DAMAGES says. With WAVEWRIGHT_UPDATE=1 it
// records a part of the answers, by which package verify tests itself without a server.
func TestAPIServerAgrees(t *testing.T) {
	needsAPIServer(t)
	wanted := 300
	if text := os.Getenv("WAVEWRIGHT_DAMAGES"); text != "" {
		var err error
		if wanted, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	server := definedServer(t)
	f := &fidelity{t: t, server: server, rules: serverRules(), explained: map[string]int{}}
	scenes := f.scenes()
	var specimens []*specimen
	for _, p := range scenes {
		specimens = append(specimens, p.specimens...)
	}
	chosen := trials(specimens, wanted, rand.New(rand.NewPCG(13, 37)))
	for _, p := range scenes {
		f.at(p, slices.DeleteFunc(slices.Clone(chosen), func(tr trial) bool { return tr.scene != p }))
	}
	t.Logf("%d objects of %d scenes; the API server refused %d of them; %d differences explained: %v", f.asked, len(scenes), f.refused, f.excused, f.explained)
	if os.Getenv("WAVEWRIGHT_UPDATE") != "" {
		f.agreement.write(t)
	}
	if f.asked != wanted {
		t.Errorf("%d objects were asked about, not %d", f.asked, wanted)
	}
	if f.refused < f.asked/4 || f.refused > f.asked*3/4 {
		t.Errorf("of %d objects %d are refused: most answers are alike", f.asked, f.refused)
	}
}

// definedServer is an API server of this test alone: it has the definitions of custom resources that
// verify brings along.
func definedServer(t *testing.T) *cluster.Server {
	t.Helper()
	etcd, apiserver := tool(t, etcd), tool(t, apiserver)
	s, err := cluster.Start(cluster.Options{Etcd: etcd, APIServer: apiserver})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	definitions := builtDefinitions(t)
	for _, o := range definitions {
		answer, err := apply(s, o, "", "")
		if err != nil || !answer.OK() {
			t.Fatalf("define %s: %s: %v", o.Name, answer.Message(), err)
		}
	}
	for _, o := range definitions {
		if err := served(s, o); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// builtDefinitions are those of verify.
func builtDefinitions(t *testing.T) []*repo.Object {
	t.Helper()
	files, err := filepath.Glob("../generator/internal/verify/schema/definitions/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no definitions: %v", err)
	}
	var all []*repo.Object
	for _, file := range files {
		packed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		reader, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		var definition map[string]any
		if err := json.Unmarshal(text, &definition); err != nil {
			t.Fatal(err)
		}
		// Without it, the server leaves groups of k8s.io to their owners.
		set(definition, []any{"metadata", "annotations", "api-approved.kubernetes.io"}, "https://github.com/kubernetes-sigs/gateway-api")
		all = append(all, object(t, definition))
	}
	return all
}

// newest is the version of the server.
const newest = "1.37"

// scene is a target of a case, or what its Argo CD reads.
type scene struct {
	name, argocd string
	deployed     []*repo.Deployed
	target       *repo.Target
	external     []string
	specimens    []*specimen
}

// grounds are the kinds that decide about others. They are in the cluster before anything is asked.
func grounds() []string {
	return []string{
		"Namespace", "ServiceAccount", "ResourceQuota", "LimitRange", "PriorityClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ConfigMap",
	}
}

// fidelity compares verify with a server.
type fidelity struct {
	t                       *testing.T
	server                  *cluster.Server
	rules                   []checks.Rule
	asked, refused, excused int
	explained               map[string]int
	agreement               agreement
}

// scenes are the targets of all cases, and what each gives Argo CD.
func (f *fidelity) scenes() []*scene {
	var all []*scene
	forEach(f.t, func(_ *testing.T, c *testCase) {
		for _, e := range c.repo.Environments {
			for _, target := range e.Targets {
				p := &scene{name: c.name + "/" + target.Name, argocd: controller(e), deployed: target.Applications, target: target, external: slices.Concat(c.repo.External, target.External)}
				for _, d := range target.Applications {
					p.take(d, d.Objects)
				}
				all = append(all, p)
			}
		}
		p := &scene{name: c.name + "/argocd", target: &repo.Target{Name: "argocd"}}
		for _, e := range c.repo.Roots() {
			ofArgo := func(o *repo.Object) bool { return o.Group() == "argoproj.io" }
			p.take(nil, slices.DeleteFunc(slices.Concat(e.Root, e.Argo), func(o *repo.Object) bool { return !ofArgo(o) }))
		}
		all = append(all, p)
	})
	return all
}

func (p *scene) take(d *repo.Deployed, objects []*repo.Object) {
	for _, o := range objects {
		if manifest := manifestOf(o); manifest != nil && o.Kind != "CustomResourceDefinition" {
			p.specimens = append(p.specimens, &specimen{p, d, o, manifest})
		}
	}
}

// at asks about the trials of a scene.
func (f *fidelity) at(p *scene, all []trial) {
	if len(all) == 0 {
		return
	}
	f.t.Run(p.name, func(t *testing.T) {
		s := &site{t: t, Server: f.server, fault: t.Errorf, argocd: p.argocd}
		t.Cleanup(s.empty)
		p.prepare(s)
		opinions := f.judge(t, p, all)
		for i, tr := range all {
			f.ask(t, s, tr, opinions[i])
		}
	})
}

// prepare puts the grounds into the cluster.
func (p *scene) prepare(s *site) {
	s.provide(p.external)
	var grounds []*repo.Deployed
	for _, d := range p.deployed {
		grounds = append(grounds, p.ground(d))
	}
	s.fault = s.t.Logf // a case may warn
	for _, o := range p.target.Granted {
		if o.Kind == "Namespace" {
			s.namespace(o.Name, o.Labels)
		}
	}
	s.deploy(grounds)
	s.fault = s.t.Errorf
	there := func(kind, name string) bool {
		return slices.ContainsFunc(s.applied, func(a applied) bool { return a.Kind == kind && a.Name == name })
	}
	for _, sp := range p.specimens {
		if name := sp.namespace(); name != "" && !there("Namespace", name) {
			s.namespace(name, nil)
		}
		pod := podOf(sp.object)
		if pod != nil && pod.Spec.RuntimeClassName != nil && !there("RuntimeClass", *pod.Spec.RuntimeClassName) {
			s.apply("", object(s.t, map[string]any{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": map[string]any{"name": *pod.Spec.RuntimeClassName}, "handler": "other"}))
		}
	}
}

// namespace is where an object goes.
func (s *specimen) namespace() string {
	if s.object.Namespace == "" && s.deployed != nil {
		return s.deployed.Spec.Destination.Namespace
	}
	return s.object.Namespace
}

// ground is an Application with those of its objects that decide about others.
func (p *scene) ground(d *repo.Deployed) *repo.Deployed {
	only := *d
	only.Objects = slices.DeleteFunc(slices.Clone(d.Objects), func(o *repo.Object) bool { return !slices.Contains(grounds(), o.Kind) })
	return &only
}

// changed is the damaged object. Another one of its name is there already when it decides about others.
func (tr trial) changed() map[string]any {
	changed := tr.do(tr.manifest)
	if metadata, ok := changed["metadata"].(map[string]any); ok && slices.Contains(grounds(), tr.object.Kind) && metadata["name"] == tr.object.Name {
		metadata["name"] = tr.object.Name + "-x"
	}
	return changed
}

// ask compares the verdicts about one trial.
func (f *fidelity) ask(t *testing.T, s *site, tr trial, j opinion) {
	f.asked++
	changed := tr.changed()
	encoded := encode(t, changed)
	refusal := s.refusal(tr, changed, encoded)
	if refusal != "" {
		f.refused++
	}
	if (len(j.told) > 0) == (refusal != "") {
		f.agreement.add(tr, refusal)
		return
	}
	if why := explanation(j, refusal); why != "" {
		f.excused++
		f.explained[why]++
		return
	}
	t.Errorf("%s %s: %s\n    verify: %s\n    server: %s", tr.object.APIVersion, tr.object, tr.damage, strings.Join(j.told, "; "), cmp.Or(refusal, "accepted"))
}

// explained are the classes of differences that stay, each with what verify says in it.
var explained = []struct {
	why string
	// note is the code of a note of verify: it says that the cluster decides.
	note string
	// refused is part of what the server says.
	refused string
}{
	{why: "the cluster may have a ServiceAccount that the repository does not hold", note: "reference/missing-service-account", refused: "serviceaccount"},
	{why: "the cluster may have a PriorityClass that the repository does not hold", note: "reference/missing-priority-class", refused: "no PriorityClass with name"},
	{why: "the cluster may have a RuntimeClass that the repository does not hold", note: "reference/missing-runtime-class", refused: "RuntimeClass"},
	{why: "the cluster may have kinds that the repository does not define", note: "schema/unknown-kind", refused: "the server has no kind"},
	{why: "the cluster may have another release of a well-known project", note: "schema/unserved-api", refused: "the server has no kind"},
	{why: "an apiVersion without a group, of a kind that Kubernetes does not have, may be a file of another program", refused: "the server has no kind"},
	{why: "the range of node ports is an option of the API server", refused: "provided port is not in the valid range"},
	{why: "the range of cluster addresses is an option of the API server", refused: "the provided IP is not in the valid range"},
	{why: "the families of addresses are an option of the API server", refused: "not configured on this cluster"},
}

// explanation is the class of a difference; empty when there is none.
func explanation(j opinion, refusal string) string {
	for _, e := range explained {
		noted := e.note == "" || slices.ContainsFunc(j.notes, func(n string) bool { return strings.HasPrefix(n, e.note+" ") })
		if len(j.told) == 0 && noted && strings.Contains(strings.ToLower(refusal), strings.ToLower(e.refused)) {
			return e.why
		}
	}
	return ""
}

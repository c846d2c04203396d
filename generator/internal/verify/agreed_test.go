package verify

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// agreedLine is a line of testdata/agreed.jsonl: the codes that say that the API server refuses something,
// an object, or a change of the last object with what the API server made of it.
type agreedLine struct {
	Codes   []string
	Object  map[string]any
	Path    []any
	Value   any
	Verdict string
}

// TestAPIServerAgreed compares verify with recorded answers of a real API server: TestAPIServerAgrees of
// e2e asks it, and records them.
func TestAPIServerAgreed(t *testing.T) {
	file, err := os.Open("testdata/agreed.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	var rules []checks.Rule
	var object map[string]any
	asked := 0
	for lines.Scan() {
		var line agreedLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		switch {
		case line.Codes != nil:
			rules = serverRules(line.Codes)
		case line.Object != nil:
			object = line.Object
		default:
			asked++
			compareAgreed(t, rules, object, line)
		}
	}
	t.Logf("%d answers", asked)
	if asked < 1000 {
		t.Errorf("there are only %d answers", asked)
	}
}

// serverRules are the rules about what an API server refuses whatever else it has.
func serverRules(codes []string) []checks.Rule {
	return slices.DeleteFunc(checks.Rules(), func(r checks.Rule) bool {
		area, _, _ := strings.Cut(r.Code, "/")
		return area != "schema" && r.Code != "quota/request-over-limit" && !slices.Contains(codes, r.Code)
	})
}

func compareAgreed(t *testing.T, rules []checks.Rule, object map[string]any, line agreedLine) {
	t.Helper()
	text, err := json.Marshal(changed(object, line.Path, line.Value))
	if err != nil {
		t.Fatal(err)
	}
	told := refusedBy(text, rules)
	if (len(told) > 0) != (line.Verdict == "refused") {
		t.Errorf("%v with %v = %v: the API server %s it, and verify says: %s", object["kind"], line.Path, line.Value, line.Verdict, strings.Join(told, "; "))
	}
}

// refusedBy are the findings that say that an object is refused.
func refusedBy(text []byte, rules []checks.Rule) []string {
	o, err := repo.NewObject(text, repo.Origin{})
	if err != nil || o == nil {
		return []string{fmt.Sprintf("no object: %v", err)}
	}
	d := &repo.Deployed{Application: &repo.Application{}, Objects: []*repo.Object{o}}
	d.Spec.Destination = repo.Destination{Name: "in-cluster", Namespace: "web"}
	o.Application = d
	var told []string
	target := &repo.Target{Name: "in-cluster", Cluster: "in-cluster", Kubernetes: "1.37", Applications: []*repo.Deployed{d}}
	for _, f := range checks.Judge(&repo.Repository{Targets: []*repo.Target{target}}, rules, nil) {
		if f.Severity == Error || f.Severity == Warning && strings.Contains(f.Message, "(judged by ") {
			told = append(told, f.Code+" "+f.Message)
		}
	}
	return told
}

// changed is a copy of a value with another one at a place; nil takes out what is there.
func changed(at any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch node := at.(type) {
	case []any:
		i, _ := path[0].(float64)
		list := slices.Clone(node)
		if list[int(i)] = changed(node[int(i)], path[1:], value); list[int(i)] == nil {
			list = slices.Delete(list, int(i), int(i)+1)
		}
		return list
	case map[string]any:
		return changedField(node, path, value)
	}
	return changedField(nil, path, value) // a field that is not there yet
}

func changedField(node map[string]any, path []any, value any) map[string]any {
	key, _ := path[0].(string)
	fields := map[string]any{}
	for name, field := range node {
		fields[name] = field
	}
	if fields[key] = changed(node[key], path[1:], value); fields[key] == nil {
		delete(fields, key)
	}
	return fields
}

package change

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// answer is a line of testdata/answers.jsonl, which package e2e records from a real API server: an
// object, or what became of an update that changes one field of the last object.
type answer struct {
	Object  Object `json:"object"`
	Path    []any  `json:"path"`
	Value   any    `json:"value"`
	Verdict string `json:"verdict"`
}

// TestTable compares the table with what the API server answered, both ways: what it refuses is a
// finding, and what it takes is none. A field that it keeps as it was, because it fills it itself
// or does not use it yet, says nothing.
func TestTable(t *testing.T) {
	file, err := os.Open("testdata/answers.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var old Object
	kinds, counts := map[string]bool{}, map[string]int{}
	lines := bufio.NewReaderSize(file, 1<<20)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		var a answer
		if err := decoder.Decode(&a); err != nil {
			t.Fatal(err)
		}
		if a.Object != nil {
			old = a.Object
			continue
		}
		kinds[old.group()] = true
		counts[a.Verdict]++
		now := old.with(t, a.Path, a.Value)
		var effects []Effect
		for _, f := range Updated(old, now) {
			effects = append(effects, f.Effect)
		}
		if problem := a.disagrees(old, effects); problem != "" {
			t.Errorf("%s (%s): %v = %v: the API server: %s; %s", old, old.group(), a.Path, a.Value, a.Verdict, problem)
		}
	}
	for verdict, least := range map[string]int{"refused": 95, "accepted": 600} {
		if counts[verdict] < least {
			t.Errorf("only %d fields are %s", counts[verdict], verdict)
		}
	}
	for _, r := range rules() {
		for _, kind := range r.kinds {
			if !kinds[kind] && kind != "ReplicaSet.apps" { // which nobody writes
				t.Errorf("the API server was not asked about %s", kind)
			}
		}
	}
}

// disagrees says where the table is wrong, empty when it is right.
func (a answer) disagrees(o Object, effects []Effect) string {
	hook := o.Annotation("argocd.argoproj.io/hook") != ""
	refused := slices.Contains(effects, Refused)
	switch {
	case a.Verdict == "refused" && !refused && !hook:
		return "the table has no rule"
	case a.Verdict == "accepted" && refused:
		return fmt.Sprintf("the table: %v", effects)
	case a.Verdict == "kept" && a.Path[len(a.Path)-1] == "clusterIP" && !slices.Contains(effects, Ignored):
		return "the table does not say that it has no effect"
	case a.Verdict == "accepted" && slices.Contains(effects, Ignored):
		return "the table says that it has no effect"
	}
	return ""
}

// with returns a copy in which a field has another value; nil takes the field out.
func (o Object) with(t *testing.T, path []any, value any) Object {
	t.Helper()
	source, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var next map[string]any
	if err := json.Unmarshal(source, &next); err != nil {
		t.Fatal(err)
	}
	var at any = next
	for i, step := range path {
		last := i == len(path)-1
		switch in := at.(type) {
		case map[string]any:
			key := step.(string)
			switch {
			case last && value == nil:
				delete(in, key)
			case last:
				in[key] = value
			case in[key] == nil:
				in[key] = map[string]any{}
			}
			at = in[key]
		case []any:
			n := int(step.(float64))
			if last {
				in[n] = value
			}
			at = in[n]
		}
	}
	return next
}

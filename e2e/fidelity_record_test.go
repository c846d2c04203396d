package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// agreement are trials with their answers, by specimen.
type agreement map[*specimen][]answer

// recorded is how many answers are kept.
const recorded = 1500

// add keeps an answer that depends on nothing but the object.
func (r *agreement) add(tr trial, refusal string) {
	if *r == nil {
		*r = agreement{}
	}
	byOthers := strings.Contains(refusal, "forbidden") || strings.Contains(refusal, "denied") || strings.HasPrefix(refusal, "pod ") || strings.HasPrefix(refusal, "the ") || strings.Contains(refusal, "not found")
	_, isNull := tr.value.(null)
	if byOthers || isNull || slices.Contains(grounds(), tr.object.Kind) && tr.object.Kind != "ResourceQuota" && tr.object.Kind != "LimitRange" || len(tr.manifest) > 8 {
		return
	}
	verdict := accepted
	if refusal != "" {
		verdict = refused
	}
	(*r)[tr.specimen] = append((*r)[tr.specimen], answer{Path: tr.path, Value: tr.value, Verdict: verdict})
}

// write writes the answers about those objects that most is known about.
func (r agreement) write(t *testing.T) {
	t.Helper()
	all := slices.SortedFunc(maps.Keys(r), func(a, b *specimen) int {
		return cmp.Or(cmp.Compare(len(r[b]), len(r[a])), cmp.Compare(a.scene.name, b.scene.name), cmp.Compare(a.object.String(), b.object.String()), cmp.Compare(string(a.object.YAML), string(b.object.YAML)))
	})
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	line := func(value any) {
		if err := encoder.Encode(value); err != nil {
			t.Fatal(err)
		}
	}
	line(map[string]any{"codes": serverCodes()})
	n := 0
	for _, s := range all {
		if n >= recorded {
			break
		}
		line(answer{Object: s.manifest})
		for _, a := range r[s] {
			line(a)
			n++
		}
	}
	if err := os.WriteFile(agreed, lines.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

package generator

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestHostileValues sends hostile texts through the values of a chart, as keys, as
// values and in lists, and wants them back from values.yaml.
func TestHostileValues(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(7, 8)), pieces: hostilePieces()}
	values, keys, list := map[string]any{}, map[string]any{}, []any{}
	for i := range 300 {
		text := h.next()
		for secretValueOf(text) { // what looks like a password is refused, rightly
			text = h.next()
		}
		values[fmt.Sprintf("value-%d", i)] = text
		keys[fmt.Sprintf("k%d", i)+text] = fmt.Sprintf("v%d", i)
		list = append(list, text)
	}
	values["keys"], values["list"], values["number"], values["yes"] = keys, list, 1, true
	files := renderSpec(t, map[string]any{"applications": map[string]any{"search": map[string]any{
		"source": map[string]any{"helm": map[string]any{
			"repository": "https://charts.example.com", "chart": "search.v2", "version": "1.0.0", "values": values,
		}},
		"footprint": map[string]any{
			"pods": 1, "requests": map[string]any{"cpu": 1, "memory": "1Gi"}, "limits": map[string]any{"cpu": 1, "memory": "1Gi"},
		},
	}}})
	r := &reader{t: t, files: files}
	file := "overlays/prod/apps/search/values.yaml"
	for key, value := range values {
		if text, ok := value.(string); ok {
			r.text(file, text, "search.v2", key)
		}
	}
	for key, value := range keys {
		r.text(file, value.(string), "search.v2", "keys", key)
	}
	for i, text := range list {
		r.text(file, text.(string), "search.v2", "list", i)
	}
	if n := r.tree(file).Get("search.v2").Get("number"); n == nil || n.Text != "1" {
		t.Errorf("the number came back as %+v", n)
	}
}

// secretValueOf reports a text that the spec refuses as a secret.
func secretValueOf(text string) bool { return strings.Contains(text, "://") }

// TestHostileReasons sends hostile texts through what Argo CD is to ignore: the reason
// reaches a document, the expression an element.
func TestHostileReasons(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(9, 10)), pieces: hostilePieces()}
	for range 200 {
		expression := `.metadata.annotations["` + strings.Map(printable, h.next()) + `"]`
		files := renderSpec(t, map[string]any{"applications": map[string]any{"web": map[string]any{
			"image": "ghcr.io/acme/web:1.0.0", "ports": map[string]any{"http": 8080},
			"ignoreDifferences": []any{map[string]any{"kind": "Service", "jqPathExpressions": []any{expression}, "reason": h.filled("r")}},
		}}})
		r := &reader{t: t, files: files}
		element := r.tree("overlays/prod/applications.yaml").Get("targets").Get("prod").Get("applications").Get("web")
		rules := (&reader{t: t, files: map[string][]byte{"rules": []byte(element.Get("ignoreDifferences").Text)}}).tree("rules")
		got := rules.Items[0].Get("jqPathExpressions").Items[0].Text
		if got != expression {
			t.Fatalf("%q came back as %q", expression, got)
		}
	}
}

// printable drops what would end a text of jq, or has no place on one line.
func printable(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return -1
	}
	return r
}

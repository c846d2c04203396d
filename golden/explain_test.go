package golden

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/wavewright/wavewright/generator"
)

// explained are the applications whose explanations are goldens as they are; of all
// others a sum is kept. Together they show every kind of layer: profiles that extend
// others, environments, clusters, a registry mirror, and what a layer takes away.
var explained = []string{"clusters/web", "guarded/web", "platform/cart", "sources/search", "sources/web"}

// TestEveryValueIsExplained asks for each application of each case in each environment
// and on each target, and for each of its values by name: all of them have a value, or
// say that it was removed or is not rendered, and a layer at a place in a file or a default.
func TestEveryValueIsExplained(t *testing.T) {
	var sums strings.Builder
	for _, name := range cases(t) {
		result, err := generator.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, app := range applications(t, result) {
			all, err := result.Explain(app, "", "")
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text, values := explanation(all), 0
			for _, e := range all {
				values += len(e.Values)
				eachExplained(t, result, name, app, e)
			}
			fmt.Fprintf(&sums, "%s/%s: %d targets, %d values, %x\n", name, app, len(all), values, sha256.Sum256([]byte(text)))
			for _, shown := range explained {
				if shown == name+"/"+app {
					goldie.New(t, goldie.WithFixtureDir("explained"), goldie.WithNameSuffix(".txt")).Assert(t, shown, []byte(text))
				}
			}
		}
	}
	goldie.New(t, goldie.WithFixtureDir("explained"), goldie.WithNameSuffix(".txt")).Assert(t, "sums", []byte(sums.String()))
}

// applications lists the applications that a result knows, none for a case without any: it
// offers them to whoever asks for another one.
func applications(t *testing.T, result *generator.Platform) []string {
	t.Helper()
	_, err := result.Explain("no such application", "", "")
	unknown, ok := errors.AsType[*generator.UnknownError](err)
	if !ok {
		t.Fatalf("the applications are not named: %v", err)
	}
	return unknown.Known
}

// eachExplained asks for each value alone: where the target is named, and its
// environment, the answer is the same.
func eachExplained(t *testing.T, result *generator.Platform, name, app string, e generator.Explanation) {
	t.Helper()
	for _, v := range e.Values {
		placed := v.At.File != "" && v.At.Line > 0 || v.Layer == "default of wavewright" && !v.Unused
		if v.Field == "" || v.Layer == "" || !placed || (v.Removed || v.Unused) != (v.Text == "") {
			t.Errorf("%s: %s on %s is not explained: %+v", name, app, e.Target, v)
		}
		for _, place := range []string{e.Target, e.Environment} {
			alone, err := result.Explain(app, place, v.Field)
			if err != nil {
				t.Errorf("%s: %s on %s: %v", name, app, place, err)
			} else if !strings.Contains(explanation(alone), line(v)) {
				t.Errorf("%s: %s of %s on %s is not what it is among all:\n%s", name, v.Field, app, place, explanation(alone))
			}
		}
	}
}

// explanation writes everything that is known of values.
func explanation(all []generator.Explanation) string {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "%s of %s\n", e.Target, e.Environment)
		for _, v := range e.Values {
			b.WriteString(line(v))
		}
	}
	return b.String()
}

// line is a value with what it replaced, each in a line of its own.
func line(v generator.Value) string {
	text := v.Text
	switch {
	case v.Removed:
		text = "(removed)"
	case v.Unused:
		text = "(not rendered)"
	}
	out := fmt.Sprintf("  %s: %s  <- %s", v.Field, text, v.Layer)
	if v.At.File != "" {
		out += fmt.Sprintf(", %s:%d", v.At.File, v.At.Line)
	}
	if out += "\n"; v.Note != "" {
		out += fmt.Sprintf("    %s\n", v.Note)
	}
	for _, o := range v.Overridden {
		out += fmt.Sprintf("    instead of %s  <- %s, %s:%d\n", o.Text, o.Layer, o.At.File, o.At.Line)
	}
	return out
}

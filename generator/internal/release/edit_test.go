package release

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const commented = `# Owned by the release managers.
apiVersion: wavewright.dev/v1alpha1
kind: Releases
environment: prod   # the real one

targets:
  prod:
    applications:
      # frozen until Friday
      db: # do not touch
        # see #42
        revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        by: Jane Doe <jane@example.com>
        at: "2026-11-23T06:05:00Z"
        element:
          name: db-prod
          project: prod-apps
          path: overlays/prod/apps/db
          namespace: voting-prod
          cluster: in-cluster
        # end of db

      # the site
      vote:
          revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          at: "2026-11-23T06:05:00Z"
          by: Jane Doe <jane@example.com>
          element: {name: vote-prod, project: prod-apps, path: overlays/prod/apps/vote, namespace: voting-prod, cluster: in-cluster}
# the end
`

func block(indent string, p Pin) string {
	var b strings.Builder
	for _, l := range runLines(p.Run) {
		b.WriteString(indent + l + "\n")
	}
	return b.String()
}

func TestEdit(t *testing.T) {
	db, vote := pinOf("prod", Application, "db", shaB), pinOf("prod", Application, "vote", shaB)
	redis, zoo := pinOf("prod", Application, "redis", shaB), pinOf("prod", Application, "zoo", shaB)
	ns, cluster := pinOf("prod", Namespace, "voting-prod", shaB), pinOf("prod", Cluster, "", shaB)
	eu, us := pinOf("eu", Application, "vote", shaB), pinOf("us", Application, "vote", shaB)
	oldDB := commented[strings.Index(commented, "        revision"):strings.Index(commented, "        # end of db")]
	voteAt := strings.Index(commented, "          revision: \"aaaa")
	oldVote := commented[voteAt:strings.Index(commented, "# the end")]
	apps := "    applications:\n      # frozen"
	for name, test := range map[string]struct {
		pins []Pin
		edit []string // pairs of old and new text
	}{
		"nothing":  {},
		"moved":    {[]Pin{db}, []string{oldDB, block("        ", db)}},
		"indented": {[]Pin{vote}, []string{oldVote, block("        ", vote)}},
		"both":     {[]Pin{vote, db}, []string{oldDB, block("        ", db), oldVote, block("        ", vote)}},
		"between":  {[]Pin{redis}, []string{"        # end of db\n", "        # end of db\n      redis:\n" + block("        ", redis)}},
		"last":     {[]Pin{zoo}, []string{"# the end", "      zoo:\n" + block("        ", zoo) + "# the end"}},
		"groups": {[]Pin{ns, cluster}, []string{apps, "    _cluster:\n" + block("      ", cluster) +
			"    namespaces:\n      voting-prod:\n" + block("        ", ns) + apps}},
		"targets": {[]Pin{us, eu, zoo}, []string{
			"  prod:\n", "  eu:\n    applications:\n      vote:\n" + block("        ", eu) + "  prod:\n",
			"# the end", "      zoo:\n" + block("        ", zoo) + "  us:\n    applications:\n      vote:\n" + block("        ", us) + "# the end",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := commented
			for i := 0; i < len(test.edit); i += 2 {
				want = strings.Replace(want, test.edit[i], test.edit[i+1], 1)
			}
			for _, windows := range []bool{false, true} {
				src, want := commented, want
				if windows {
					src, want = strings.ReplaceAll(src, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
				}
				got, err := Edit("releases/prod.yaml", []byte(src), test.pins)
				if err != nil {
					t.Fatal(err)
				}
				same(t, string(got), want)
			}
		})
	}
}

// TestEditIsEncode builds files in random batches of new and moved pins; the order
// in which a file came about must not show.
func TestEditIsEncode(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var src []byte
		want := (*Releases)(nil).With("prod", nil)
		for range 8 {
			var batch []Pin
			for range random.IntN(12) {
				batch = append(batch, randomPin(random))
			}
			slices.SortFunc(batch, func(a, b Pin) int { return a.Slot.Compare(b.Slot) })
			batch = slices.CompactFunc(batch, func(a, b Pin) bool { return a.Slot == b.Slot })
			random.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
			want = want.With("prod", batch)
			var err error
			if src, err = Edit("releases/prod.yaml", src, batch); err != nil {
				t.Fatal(err)
			}
			if string(src) != string(want.Encode()) {
				t.Fatalf("got:\n%s\nwant:\n%s", src, want.Encode())
			}
		}
	}
}

func randomPin(random *rand.Rand) Pin {
	kind := kinds()[random.IntN(3)]
	name := string(rune('a' + random.IntN(9)))
	if kind == Cluster {
		name = ""
	}
	commits := []string{shaA, shaB, shaC}
	return pinOf([]string{"eu", "prod", "us"}[random.IntN(3)], kind, name, commits[random.IntN(3)], commits[random.IntN(4):]...)
}

// BenchmarkEdit moves every pin of a thousand applications in two targets.
func BenchmarkEdit(b *testing.B) {
	var pins []Pin
	for i := range 2000 {
		pins = append(pins, pinOf([]string{"eu", "us"}[i%2], Application, fmt.Sprintf("app-%d", i/2), shaA, shaB, shaC, shaA))
	}
	src := (*Releases)(nil).With("prod", pins).Encode()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Edit("releases/prod.yaml", src, pins); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEditEmpty(t *testing.T) {
	head := "apiVersion: wavewright.dev/v1alpha1\nkind: Releases\nenvironment: prod\n"
	pin := pinOf("prod", Application, "vote", shaB)
	body := "  prod:\n    applications:\n      vote:\n" + block("        ", pin)
	for name, test := range map[string]struct{ src, want string }{
		"no file":      {"", string((*Releases)(nil).With("prod", []Pin{pin}).Encode())},
		"braces":       {head + "targets: {} # none\n", head + "targets: # none\n" + body},
		"nothing":      {head + "targets:\n# end\n", head + "targets:\n" + body + "# end\n"},
		"null":         {head + "targets: null\n", head + "targets:\n" + body},
		"missing":      {head + "# end\n", head + "targets:\n" + body + "# end\n"},
		"no line feed": {strings.TrimSuffix(head, "\n"), head + "targets:\n" + body},
		"empty target": {head + "targets:\n  prod: {}\n", head + "targets:\n" + body},
		"empty group":  {head + "targets:\n  prod:\n    applications: ~\n", head + "targets:\n" + body},
		"head is last": {"targets: {}\n" + head, "targets:\n" + body + head},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Edit("releases/prod.yaml", []byte(test.src), []Pin{pin})
			if err != nil {
				t.Fatal(err)
			}
			same(t, string(got), test.want)
		})
	}
}

func TestEditRefuses(t *testing.T) {
	head := "apiVersion: wavewright.dev/v1alpha1\nkind: Releases\nenvironment: prod\n"
	flow := "{revision: \"" + shaA + "\", by: J, at: \"2026-11-23T06:05:00Z\", element: {name: a, project: b, path: overlays/c, namespace: d, cluster: e}}"
	for name, src := range map[string]string{
		"flow pin":    head + "targets:\n  prod:\n    applications:\n      vote: " + flow + "\n",
		"flow target": head + "targets:\n  prod: {applications: {web: " + flow + "}}\n",
		"faults":      head + "targets:\n  prod: 7\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Edit("releases/prod.yaml", []byte(src), []Pin{pinOf("prod", Application, "vote", shaB)})
			if err == nil || !strings.HasPrefix(err.Error(), "edit releases/prod.yaml: ") {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

func TestEditRefusesBadPins(t *testing.T) {
	pin := pinOf("prod", Application, "vote", shaB)
	pin.By = "Jane\nDoe"
	for _, src := range []string{"", commented} {
		_, err := Edit("releases/prod.yaml", []byte(src), []Pin{pin})
		want := `edit releases/prod.yaml: a pin cannot be written: invalid by: by is "Jane\nDoe": it must be one line without control characters.`
		if err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}

// TestEditKeepsComments wants every comment of a pin that is replaced to be in the result, at its
// key where the key is still there.
func TestEditKeepsComments(t *testing.T) {
	const src = `apiVersion: wavewright.dev/v1alpha1
kind: Releases
environment: prod
targets:
  prod:
    applications:
      db: # one
        # two
        revision: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" # three
        # four
        by: Jane O'Hara <jane@example.com>    # five's
        at: "2026-11-23T06:05:00Z"
        element: # six
          # seven # and more
          name: db-prod
          project: "prod-apps" # eight
          path: overlays/prod/apps/db
          namespace: voting-prod
          cluster: in-cluster
        # nine
        previous: # ten
          # eleven
          - revision: "cccccccccccccccccccccccccccccccccccccccc" # twelve
            by: Jane Doe <jane@example.com>
            # thirteen
            at: "2026-11-22T06:05:00Z"
            element:
              name: db-prod # fourteen
              project: prod-apps
              path: overlays/prod/apps/db
              namespace: voting-prod
              # fifteen
              cluster: in-cluster
        # sixteen
      vote: # seventeen
`
	words := []string{"one", "two", "three", "four", "five's", "six", "seven # and more", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"}
	source := strings.TrimSuffix(src, "      vote: # seventeen\n")
	old, list := Parse("releases/prod.yaml", []byte(source))
	if list.HasErrors() {
		t.Fatal(list)
	}
	before := old.Pins[0]
	next := before.Run
	next.Revision, next.At = shaB, "2026-11-24T06:05:00Z"
	for name, test := range map[string]struct {
		pin  Pin
		want []string
	}{
		"promoted": {
			Pin{Slot: before.Slot, Run: next, Previous: []Run{before.Run, before.Previous[0]}},
			[]string{"revision: \"" + shaB + "\" # three\n", "        # four\n        by:", "element: # six\n          # seven # and more\n", "- revision: \"cccccccccccccccccccccccccccccccccccccccc\" # twelve\n"},
		},
		"rolled back": {
			Pin{Slot: before.Slot, Run: before.Previous[0]},
			[]string{"        # sixteen", "revision: \"cccccccccccccccccccccccccccccccccccccccc\" # three\n"},
		},
		"its predecessor has gone": {
			Pin{Slot: before.Slot, Run: next, Previous: []Run{before.Run}},
			[]string{"        # fifteen\n"},
		},
	} {
		for _, eol := range []string{"\n", "\r\n"} {
			t.Run(name+fmt.Sprintf("%q", eol), func(t *testing.T) {
				out, err := Edit("releases/prod.yaml", []byte(strings.ReplaceAll(source, "\n", eol)), []Pin{test.pin})
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(string(out), "\r\n", "\n")
				for _, word := range words {
					if strings.Count(text, "# "+word+"\n") != 1 {
						t.Errorf("%q is there %d times", word, strings.Count(text, "# "+word+"\n"))
					}
				}
				for _, want := range test.want {
					if !strings.Contains(text, want) {
						t.Errorf("there is no %q", want)
					}
				}
				if t.Failed() {
					t.Log(text)
				}
			})
		}
	}
}

// TestEditRefusesToLoseComments has a comment at a place that no new line has.
func TestEditRefusesToLoseComments(t *testing.T) {
	src := strings.Replace(commented, "element: {name: vote-prod,", "element: { # here\n            name: vote-prod,", 1)
	out, err := Edit("releases/prod.yaml", []byte(src), []Pin{pinOf("prod", Application, "vote", shaB)})
	if err == nil && !strings.Contains(string(out), "# here") {
		t.Errorf("the comment is gone:\n%s", out)
	}
}

// TestRecord writes a decision into a pin, and nothing else.
func TestRecord(t *testing.T) {
	decided := map[string][]string{"overlays/prod/apps/db": {"StatefulSet/db", "PersistentVolumeClaim/db-data", "StatefulSet/db"}, "overlays/prod/apps/none": {"Job/a"}}
	out, err := Record("releases/prod.yaml", []byte(commented), decided)
	if err != nil {
		t.Fatal(err)
	}
	const line = `        replaces: ["PersistentVolumeClaim/db-data", "StatefulSet/db"]` + "\n"
	if strings.Count(string(out), line) != 1 || strings.Replace(string(out), line, "", 1) != commented {
		t.Errorf("%s", out)
	}
	pins, list := Parse("releases/prod.yaml", out)
	pin, _ := pins.Find(Slot{Target: "prod", Kind: Application, Name: "db"})
	if len(list) > 0 || !slices.Equal(pin.Replaces, []string{"PersistentVolumeClaim/db-data", "StatefulSet/db"}) {
		t.Errorf("%v %+v", list, pin)
	}
	for _, wrong := range []string{"db", "[db]", "[1]", "{a: b}", "['a b/c']"} {
		_, list := Parse("releases/prod.yaml", []byte(strings.Replace(string(out), line, "        replaces: "+wrong+"\n", 1)))
		if len(list) != 1 {
			t.Errorf("%s: %v", wrong, list)
		}
	}
}

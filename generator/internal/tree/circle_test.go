package tree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// circleOf is the circle of some names of the placeholder n.
func circleOf(names ...string) Swap {
	w := Swap{Name: "things/" + slices.Min(names), Names: map[string]string{}}
	for i, name := range names {
		w.Names["things/"+name] = "things/" + names[(i+1)%len(names)]
	}
	return w
}

// swapIDs returns an ID after names have changed places.
func swapIDs(names map[string]string, id string) string {
	template, name, _ := strings.Cut(id, "?n=")
	if now := names["things/"+name]; now != "" {
		return template + "?n=" + strings.TrimPrefix(now, "things/")
	}
	return id
}

// placeOf is the path of the file of an ID.
func placeOf(id string) string {
	template, name, _ := strings.Cut(id, "?n=")
	return strings.ReplaceAll(template, "{n}", name)
}

// things renders files for names: each says its name first, and then what it is about.
func things(about map[string]string, templates ...string) Tree {
	tree := files("same/f", "f\n")
	for name, word := range about {
		for _, template := range templates {
			id := template + "?n=" + name
			tree[placeOf(id)] = File{ID: id, Archive: "applications/" + name, Content: []byte("name: " + name + "\n1\n2\n3\nabout: " + word + "\n")}
		}
	}
	return tree
}

// thingTemplates have a name as a folder of its own, in a folder of folders, and in a file's name.
func thingTemplates() []string {
	return []string{"base/{n}/f", "base/{n}/gone", "base/{n}/sub/f", "over/x/{n}/f", "flat/{n}.txt"}
}

// swapScene is a repository in which people have edited, deleted and added what belongs to three
// names, and another rendering of it after the names have changed places.
func swapScene(s *sandbox) Tree {
	s.Helper()
	s.generate(things(map[string]string{"a": "apple", "b": "bread", "c": "cheese", "d": "dill"}, append(thingTemplates(), "base/{n}/orphan")...))
	for _, n := range []string{"a", "b", "c", "d"} {
		for _, path := range []string{"base/" + n + "/f", "base/" + n + "/orphan", "flat/" + n + ".txt"} {
			s.write(path, s.read(path)+"edit-"+n+"\n")
		}
		s.write("base/"+n+"/custom/deep/f", "custom-"+n+"\n")
		s.write("base/"+n+"/.hidden", "hidden-"+n+"\n")
		s.write("over/x/"+n+"/mine", "mine-"+n+"\n")
		s.remove("base/" + n + "/gone")
	}
	s.remove("base/b/custom") // not everybody has everything
	s.write("flat/mine", "mine-flat\n")
	s.write("same/mine", "mine-same\n")
	s.options.Place, s.options.Swap, s.options.Swaps = placeOf, swapIDs, []Swap{circleOf("a", "b", "c")}
	return things(map[string]string{"b": "apple", "c": "bread", "a": "cheese", "d": "dill"}, thingTemplates()...)
}

// swappedAs holds that everything of the scene is where it belongs.
func (s *sandbox) swappedAs(now map[string]string) {
	s.Helper()
	about := map[string]string{"a": "apple", "b": "bread", "c": "cheese", "d": "dill"}
	for was, n := range now {
		for _, path := range []string{"base/" + n + "/f", "flat/" + n + ".txt"} {
			if got, want := s.read(path), "name: "+n+"\n1\n2\n3\nabout: "+about[was]+"\nedit-"+was+"\n"; got != want {
				s.Fatalf("%s: got %q, want %q", path, got, want)
			}
		}
		if got := s.read("base/" + n + "/orphan"); !strings.Contains(got, "edit-"+was) {
			s.Fatalf("orphan of %s: %q", n, got)
		}
		if s.exists("base/"+n+"/gone") || s.read("over/x/"+n+"/mine") != "mine-"+was+"\n" || s.exists("base/"+n+"/custom") != (was != "b") {
			s.Fatalf("what belongs to %s is not at %s", was, n)
		}
		if s.read("base/"+n+"/.hidden") != "hidden-"+was+"\n" {
			s.Fatalf("a hidden file of %s is not at %s", was, n)
		}
	}
	if s.exists(".wavewright/parked") || s.exists(archivePath(journalName)) || s.read("flat/mine")+s.read("same/mine") != "mine-flat\nmine-same\n" {
		s.Fatalf("something is left, or went along: %v", slices.Sorted(maps.Keys(s.snapshot())))
	}
}

// round is where everything of the scene belongs.
func round() map[string]string { return map[string]string{"a": "b", "b": "c", "c": "a", "d": "d"} }

func TestSwap(t *testing.T) {
	s := newSandbox(t)
	want := swapScene(s)
	before := s.snapshot()
	plan := s.compare(want)
	s.sameSnapshot(s.snapshot(), before)
	for path, from := range map[string]string{"base/b/f": "base/a/f", "base/a/f": "base/c/f", "base/a/orphan": "base/c/orphan", "base/a/custom": "base/c/custom", "base/b/sub/f": "base/a/sub/f"} {
		if c := plan.change(path); c == nil || c.From != from || c.Action != ActionMove {
			t.Errorf("%s: %+v", path, c)
		}
	}
	s.generate(want)
	s.swappedAs(round())
	after := s.snapshot()
	s.generate(want)
	s.sameSnapshot(s.snapshot(), after)
	if s.swapped(t)["things/a"] != "things/b" {
		t.Errorf("recorded: %v", s.swapped(t))
	}

	// Without the line the record goes, and the line does it once more.
	swaps := s.options.Swaps
	s.options.Swaps = nil
	s.generate(want)
	if len(s.swapped(t)) > 0 {
		t.Errorf("recorded: %v", s.swapped(t))
	}
	s.options.Swaps = swaps
	s.generate(things(map[string]string{"c": "apple", "a": "bread", "b": "cheese", "d": "dill"}, thingTemplates()...))
	s.swappedAs(map[string]string{"a": "c", "b": "a", "c": "b", "d": "d"})
}

func (s *sandbox) swapped(t *testing.T) map[string]string {
	t.Helper()
	names, err := s.Swapped(version)
	s.must(err)
	return names
}

// TestSwapOfNothing records a circle where nothing was generated under its names.
func TestSwapOfNothing(t *testing.T) {
	s := newSandbox(t)
	s.options.Place, s.options.Swap, s.options.Swaps = placeOf, swapIDs, []Swap{circleOf("a", "b")}
	want := things(map[string]string{"a": "apple", "b": "bread"}, thingTemplates()...)
	s.generate(want)
	s.write("base/a/f", s.read("base/a/f")+"edit\n")
	s.generate(want)
	if !strings.Contains(s.read("base/a/f"), "apple\nedit") || s.swapped(t)["things/b"] != "things/a" {
		t.Error("a fresh repository swapped")
	}
}

// TestSwapInterrupted kills a swap at every operation; the next run comes to the same, also when
// it is killed once more, or the lines are taken out in between.
func TestSwapInterrupted(t *testing.T) {
	undisturbed := openSandbox(t, fastDir(t))
	undisturbed.generate(swapScene(undisturbed))
	want := undisturbed.snapshot()
	for again := range 3 {
		step := 1
		if again > 0 || testing.Short() {
			step = 7
		}
		for k := 1; ; k += step {
			s := openSandbox(t, fastDir(t))
			after := swapScene(s)
			f := &failing{k: k, killed: true}
			s.step = f.step
			_ = s.Apply(s.compare(after))
			s.step = nil
			if f.n < k {
				t.Logf("%d operations", f.n)
				break
			}
			s.holdsEdits(k)
			if again > 0 {
				s.step = (&failing{k: 3*k%f.n + again, killed: again == 1}).step
				_ = s.Apply(s.compare(after))
				s.step = nil
				s.holdsEdits(k)
			}
			s.generate(after)
			s.sameSnapshot(s.snapshot(), want)
			s.Close()
		}
	}
}

// holdsEdits holds that everything that people wrote is somewhere.
func (s *sandbox) holdsEdits(k int) {
	s.Helper()
	var all strings.Builder
	for path, text := range s.snapshot() {
		if !strings.HasPrefix(path, stateFolder) {
			all.WriteString(text)
		}
	}
	for _, n := range []string{"a", "b", "c", "d"} {
		for word, times := range map[string]int{"edit-" + n: 3, "mine-" + n: 1, "hidden-" + n: 1} {
			if strings.Count(all.String(), word) < times {
				s.Fatalf("operation %d: %s is lost", k, word)
			}
		}
	}
}

// TestSwapInterruptedAndTakenOut kills a swap, and takes its line out of the spec.
func TestSwapInterruptedAndTakenOut(t *testing.T) {
	for k := 1; k < 120; k += 3 {
		s := openSandbox(t, fastDir(t))
		after := swapScene(s)
		s.step = (&failing{k: k, killed: true}).step
		_ = s.Apply(s.compare(after))
		s.step, s.options.Swaps = nil, nil
		plan := s.compare(after)
		if !plan.blocked() {
			s.must(s.Apply(plan))
		}
		s.holdsEdits(k)
		if plan.shift != nil {
			s.swappedAs(round())
		}
		s.Close()
	}
}

// TestSwapAfterInterruptedRun kills an ordinary run, and swaps in the next one.
func TestSwapAfterInterruptedRun(t *testing.T) {
	for k := 1; k < 60; k += 2 {
		s := openSandbox(t, fastDir(t))
		after := swapScene(s)
		swaps := s.options.Swaps
		s.options.Swaps = nil
		ordinary := things(map[string]string{"a": "apple juice", "b": "bread roll", "c": "cheese cake", "d": "dill"}, thingTemplates()...)
		s.step = (&failing{k: k, killed: true}).step
		_ = s.Apply(s.compare(ordinary))
		s.step, s.options.Swaps = nil, swaps
		s.generate(after)
		s.swappedAs(round())
		s.Close()
	}
}

// TestSwapRefused refuses what nobody can decide, and writes nothing.
func TestSwapRefused(t *testing.T) {
	for name, test := range map[string]struct {
		path, want string
		spoil      func(s *sandbox)
	}{
		"a file of a person's in the way": {"flat/mine.txt", "goes to flat/mine.txt, where something else is as well", func(s *sandbox) {
			s.options.Swaps = []Swap{circleOf("a", "mine")}
			s.write("flat/mine.txt", "mine\n")
		}},
		"left by another run": {parked("base/a/f"), "was left there by a run", func(s *sandbox) { s.write(parked("base/a/f"), "left\n") }},
		"a path of its own":   {"base/a/f", "has a name that changes places with another one", func(s *sandbox) { s.options.Place = func(string) string { return "elsewhere" } }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			want := swapScene(s)
			test.spoil(s)
			before := s.snapshot()
			plan := s.compare(want)
			_, refusals := plan.Blocked()
			if !slices.ContainsFunc(refusals, func(c Change) bool { return strings.Contains(c.Reason, test.want) }) {
				t.Errorf("refusals %v", describe(refusals))
			}
			if err := s.Apply(plan); err == nil {
				t.Error("it was applied")
			}
			s.sameSnapshot(s.snapshot(), before)
		})
	}
}

// TestPropertySwap lets people write into any files, kills runs, and swaps in circles of any length:
// every word ends where the name went.
func TestPropertySwap(t *testing.T) {
	dir := fastDir(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, dir, new([len(counted)]atomic.Int64))
		defer w.close()
		s := w.sandbox
		s.migrations = nil
		names := rapid.Permutation([]string{"a", "b", "c", "d", "e"}).Draw(t, "names")
		length := rapid.IntRange(2, len(names)).Draw(t, "length")
		about := map[string]string{}
		for _, n := range names {
			about[n] = "about-" + n
		}
		s.generate(things(about, thingTemplates()...))
		wrote := map[string][]string{} // name → words
		for i := range rapid.IntRange(0, 8).Draw(t, "edits") {
			n, word := rapid.SampledFrom(names).Draw(t, "name"), fmt.Sprintf("word-%d", i)
			path := rapid.SampledFrom([]string{"base/{n}/f", "base/{n}/sub/f", "flat/{n}.txt", "base/{n}/mine", "base/{n}/custom/mine", "over/x/{n}/mine"}).Draw(t, "path")
			path = strings.ReplaceAll(path, "{n}", n)
			text := ""
			if s.exists(path) {
				text = s.read(path)
			}
			s.write(path, text+word+"\n")
			wrote[n] = append(wrote[n], word)
		}
		s.options.Place, s.options.Swap, s.options.Swaps = placeOf, swapIDs, []Swap{circleOf(names[:length]...)}
		now := map[string]string{}
		for i, n := range names {
			now[n] = n
			if i < length {
				now[n] = names[(i+1)%length]
			}
		}
		after := map[string]string{}
		for was, n := range now {
			after[n] = about[was]
		}
		for range rapid.IntRange(0, 3).Draw(t, "kills") {
			s.step = (&failing{k: rapid.IntRange(1, 120).Draw(t, "k"), killed: true}).step
			_ = s.Apply(s.compare(things(after, thingTemplates()...)))
			s.step = nil
		}
		s.generate(things(after, thingTemplates()...))
		s.generate(things(after, thingTemplates()...))
		for was, words := range wrote {
			for _, word := range words {
				found := false
				for path, text := range s.snapshot() {
					found = found || strings.Contains(text, word) && !strings.HasPrefix(path, ".wavewright") && (strings.Contains(path, "/"+now[was]+"/") || strings.Contains(path, "/"+now[was]+"."))
				}
				if !found {
					t.Fatalf("%s of %s is not at %s", word, was, now[was])
				}
			}
		}
	})
}

package tree

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const journalFile = ".wavewright/state/next.state"

// aJournal returns a journal of a run that was killed before it did anything. A run that only
// fails before it writes a file takes its journal back.
func aJournal(t *testing.T) string {
	s := newSandbox(t)
	_, after := fault(s)
	var killed atomic.Bool
	s.step = func(op, path string) error {
		if killed.Load() || op == "rename" && path != journalFile {
			killed.Store(true)
			return errInjected
		}
		return nil
	}
	_ = s.Apply(s.compare(after))
	return s.read(journalFile)
}

func TestHostileNote(t *testing.T) {
	head, sum := "wavewright-state 1 0.1.0\n", strings.Repeat("0", 64)
	block := func(path, rest string) string { return head + "@@ " + path + " id 644 " + rest + "\n@@ end\n" }
	want := files("a/f", "f\n")
	tests := []struct{ name, journal, say string }{
		{"outside", block("../x", "managed same="+sum+" in=x"), journalFile + ":2: path \"../x\""},
		{"absolute", block("/etc/passwd", "orphan same="+sum+" in=x"), journalFile + ":2: path \"/etc/passwd\""},
		{"state", block(".wavewright/state/applications/a.state", "orphan same="+sum+" in=x"), "which holds the state"},
		{"git", block(".git/config", "managed same="+sum+" in=x"), "lies in .git"},
		{"home outside", block("x", "managed same="+sum+" in=../../x"), "unknown word"},
		{"home is the journal", block("x", "managed same="+sum+" in=next"), "unknown word"},
		{"twice", head + strings.Repeat("@@ x id 644 managed same="+sum+" in=x\n", 2) + "@@ end\n", "each path once"},
		{"truncated", head + "@@ x id 644 man", "delete it: it is only about a run that was interrupted"},
		{"empty", "", "delete it"},
		{"conflict", "<<<<<<< HEAD\n" + head, "generate --remerge"},
		{"newer", "wavewright-state 2 x\n", ErrNewer.Error()},
		{"no words", block("x", "managed"), ""},
		{"unknown", block("x", "managed same="+sum+" in=x"), ""},
		{"orphan unknown", block("x", "orphan same="+sum+" in=x"), ""},
		{"folder's path", block("a", "managed same="+sum+" in=x"), ""},
		{"below a file", block("a/f/x", "managed same="+sum+" in=x"), ""},
		{"ours", block("a/f", "orphan same="+sum+" in=other"), ""},
		{"ours, elsewhere", block("a/f", "managed same="+sum+" in=other"), ""},
		{"deleted", block("a/f", "deleted same="+sum+" in=other"), ""},
		{"ours, as if people wrote it", block("a/f", "managed next="+sum+" in=next"), ""},
		{"not ours, nor the spec", block("mine", "managed next="+sum+" in=next"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, check := canary(t)
			s := newSandbox(t)
			s.generate(want)
			s.write("mine", "mine\n")
			s.must(os.Symlink(dir, s.path("link")))
			s.write(journalFile, test.journal)
			before := s.snapshot()
			_, err := s.Compare(want, Options{Version: version})
			s.sameSnapshot(s.snapshot(), before)
			if test.say != "" {
				if err == nil || !strings.Contains(err.Error(), test.say) {
					t.Errorf("error %v, want %q", err, test.say)
				}
				return
			}
			s.must(err)
			s.generate(want)
			if s.read("a/f") != "f\n" || s.read("mine") != "mine\n" || s.exists(journalFile) {
				t.Errorf("%v", s.snapshot())
			}
			check()
		})
	}
}

// TestJournalOfLinks holds that a journal leads nowhere outside.
func TestJournalOfLinks(t *testing.T) {
	dir, check := canary(t)
	s := newSandbox(t)
	want := files("a/f", "f\n")
	s.generate(want)
	s.must(os.Symlink(dir, s.path("link")))
	s.write(journalFile, "wavewright-state 1 0.1.0\n@@ link/f id 644 managed same="+hash([]byte("canary"), false)+" in=x\n@@ end\n")
	s.generate(want)
	check()
	s.must(os.Symlink(filepath.Join(dir, "f"), s.path(journalFile)))
	if _, err := s.Compare(want, Options{Version: version}); err == nil || !strings.Contains(err.Error(), "a symbolic link is in the place of a state archive") {
		t.Errorf("error %v", err)
	}
	check()
}

// TestTruncatedEverywhere holds that no part of an archive or of a journal passes for the
// whole: it would make strangers of the files that are missing.
func TestTruncatedEverywhere(t *testing.T) {
	for _, src := range []string{string(written(sample())), aJournal(t)} {
		for n := range len(src) {
			if _, err := decode("f", []byte(src[:n])); err == nil {
				t.Fatalf("the first %d bytes are taken for an archive", n)
			}
		}
		if _, err := decode("f", []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHugeLines decodes lines of megabytes in all places.
func TestHugeLines(t *testing.T) {
	huge := strings.Repeat("x", 2<<20)
	head := "wavewright-state 1 0.1.0\n"
	for name, src := range map[string]string{
		"first line": huge, "version": "wavewright-state 1 " + huge + "\n@@ end\n", "path": head + "@@ " + huge + " id 644 managed\n@@ end\n",
		"id": head + "@@ x " + huge + " 644 managed\n@@ end\n", "words": head + "@@ x" + strings.Repeat(" x", 1<<20) + "\n@@ end\n", "no end": head + "@@ x x 644 managed\n " + huge,
	} {
		_, err := decode("f", []byte(src))
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if len(err.Error()) > 1<<10 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}
	entries, err := decode("f", []byte(head+"@@ x x 644 managed\n "+huge+"\n@@ end\n"))
	if err != nil || len(entries) != 1 || len(entries[0].base) != len(huge)+1 {
		t.Errorf("a long line of a file: %v", err)
	}
}

// FuzzJournal holds that a run over any journal at all loses nothing and, where the journal can
// be read, leaves the tree that is rendered.
func FuzzJournal(f *testing.F) {
	sum := strings.Repeat("0", 64)
	head := "wavewright-state 1 0.1.0\n"
	f.Add([]byte(head + "@@ a/f a/f 644 managed next=" + sum + " in=applications/a\n x\n@@ end\n"))
	f.Add([]byte(head + "@@ a/f a/f 644 orphan same=" + sum + " in=applications/a\n@@ b/f a/f 755 managed same=" + sum + " in=x\n@@ end\n"))
	f.Add([]byte(head + "@@ a/f a/f 644 managed same=" + hash([]byte("f\n"), false) + " in=other/archive\n@@ end\n"))
	f.Add([]byte(head + "@@ a/f a/f 644 managed next=" + hash([]byte("f\n"), false) + " in=other/archive\n other\n@@ end\n"))
	f.Add([]byte(head + "@@ a/gone a/gone 644 orphan same=" + sum + " in=x\n@@ end\n"))
	f.Add([]byte(head + "@@ a a 644 deleted same=" + sum + " in=x\n@@ end\n"))
	f.Add([]byte(head + "@@ end"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, src []byte) {
		s := openSandbox(t, fastDir(t))
		defer s.Close()
		want := files("a/f", "f\n", "a/gone", "g\n", "a/edited", lines)
		s.generate(want)
		s.write("a/edited", upper)
		s.write("mine", "mine\n")
		s.remove("a/gone")
		s.write(journalFile, string(src))
		for _, next := range []Tree{want, files("a/f", "new\n", "a/edited", lower)} {
			plan, err := s.Compare(next, Options{Version: version})
			if err == nil && !plan.blocked() {
				s.must(s.Apply(plan))
				if again := s.compare(next); again.Pending() {
					t.Errorf("pending: %v", describe(again.Changes()))
				}
			}
			if text := s.read("a/edited"); s.read("mine") != "mine\n" || !strings.HasPrefix(text, "ONE\n") {
				t.Errorf("lost: %q", text)
			}
		}
	})
}

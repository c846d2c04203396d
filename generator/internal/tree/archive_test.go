package tree

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample holds every kind of block.
func sample() []entry {
	return []entry{
		{path: "a/binary", id: "a/binary", state: managed, base: append(bytes.Repeat([]byte("0123456789"), 8), 0, 0xff)},
		{path: "a/crlf.bat", id: "a/crlf.bat", state: managed, base: []byte("echo\r\n")},
		{path: "a/deleted.yaml", id: "t.tmpl?app=a&env=prod", state: deleted, base: []byte("a: 1\n")},
		{path: "a/empty", id: "a/empty", state: managed},
		{path: "a/lines.yaml", id: "l", state: managed, base: []byte("a:\n\n  b: 1 \n@@ no block\n<<<<<<< no marker\n\n")},
		{path: "a/next.yaml", id: "n", state: managed, next: coming{sum: strings.Repeat("0f", 32), home: "applications/a"}, base: []byte("x\n")},
		{path: "a/noeol", id: "e", state: orphan, base: []byte("one\ntwo")},
		{path: "a/pure.yaml", id: "u", state: managed, next: coming{sum: strings.Repeat("0f", 32), pure: true, home: "x"}},
		{path: "a/run.sh", id: "r", exec: true, state: managed, base: []byte("#!/bin/sh\n")},
		{path: "a/spaces", id: "s", state: managed, base: []byte(" \n\n ")},
		{path: "b", id: "b", state: managed, base: []byte("\n")},
	}
}

func TestArchiveFormat(t *testing.T) {
	got := written(sample())
	golden := filepath.Join("testdata", "sample.state")
	if os.Getenv("GOLDIE_UPDATE") != "" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the format of users' repositories has changed:\n%s", got)
	}
	entries, err := decode("sample", got)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range sample() {
		if !entries[i].equal(&e) {
			t.Errorf("got %+v, want %+v", entries[i], e)
		}
	}
}

func TestArchiveFaults(t *testing.T) {
	head := "wavewright-state 1 0.1.0\n"
	file := "@@ a a 644 managed\n x\n"
	tests := []struct{ name, src, want string }{
		{"empty", "", "f:1: the archive is truncated"},
		{"garbage", "hello\n", "f:1: this is no state archive"},
		{"half a line", head + "@@ a a 644 man", "f:2: the archive is truncated"},
		{"half a file", head + "@@ a a 644 managed\n x\n", "f:4: the archive is truncated"},
		{"only a header", head, "f:2: the archive is truncated"},
		{"text after the end", head + file + "@@ end\nx\n", "f:5: text after the last line"},
		{"conflict at the top", "<<<<<<< HEAD\n" + head, "f:1: git conflict marker"},
		{"conflict in a block", head + "@@ a a 644 managed\n<<<<<<< HEAD\n x\n=======\n y\n>>>>>>> b\n@@ end\n", "f:3: git conflict marker"},
		{"conflict between blocks", head + file + "||||||| base\n@@ end\n", "f:4: git conflict marker"},
		{"format 0", "wavewright-state 0 0.1.0\n@@ end\n", "f:1: \"0\" is no format number"},
		{"no version", "wavewright-state 1\n@@ end\n", "f:1: the first line must be"},
		{"odd version", "wavewright-state 1 latest\n@@ end\n", "f:1: \"latest\" is no version"},
		{"hostile path", head + "@@ ../a a 644 managed\n@@ end\n", "f:2: path \"../a\" is not a clean relative path"},
		{"path in .git", head + "@@ .git/config a 644 managed\n@@ end\n", "f:2: path \".git/config\" lies in .git"},
		{"path in the state", head + "@@ .wavewright/state/x a 644 managed\n@@ end\n", "holds the state"},
		{"no id", head + "@@ a  644 managed\n@@ end\n", "f:2: id \"\" is empty"},
		{"too few words", head + "@@ a a 644\n@@ end\n", "f:2: expected"},
		{"unknown mode", head + "@@ a a 777 managed\n@@ end\n", "f:2: unknown mode \"777\""},
		{"short mode", head + "@@ a a 6 managed\n@@ end\n", "f:2: unknown mode \"6\""},
		{"unknown state", head + "@@ a a 644 stolen\n@@ end\n", "f:2: unknown state \"stolen\""},
		{"unknown word", head + "@@ a a 644 managed colour=red in=x\n@@ end\n", "f:2: unknown word \"colour=red\""},
		{"bad next", head + "@@ a a 644 managed next=XY in=x\n@@ end\n", "f:2: unknown word \"next=XY\""},
		{"no home", head + "@@ a a 644 managed next=XY\n@@ end\n", "f:2: expected"},
		{"hostile home", head + "@@ a a 644 managed next=" + strings.Repeat("0f", 32) + " in=../../x\n@@ end\n", "f:2: unknown word \"in=../../x\""},
		{"home in the journal", head + "@@ a a 644 managed same=" + strings.Repeat("0f", 32) + " in=Next\n@@ end\n", "f:2: unknown word \"in=Next\""},
		{"unsorted", head + "@@ b b 644 managed\n" + file + "@@ end\n", "f:3: a comes after b"},
		{"twice", head + file + file + "@@ end\n", "f:4: a comes after a"},
		{"no space", head + "@@ a a 644 managed\nx\n@@ end\n", "f:3: expected a line that begins with a space"},
		{"blank with space", head + "@@ a a 644 managed\n \n@@ end\n", "f:3: a blank line must be empty"},
		{"carriage return", head + "@@ a a 644 managed\n x\r\n@@ end\n", "f:3: the content does not fit"},
		{"end missing nothing", head + "@@ a a 644,noeol managed\n@@ end\n", "f:2: the content does not fit"},
		{"bad base64", head + "@@ a a 644,base64 managed\n !!!\n@@ end\n", "f:3: the base64 content is damaged"},
		{"base64 of text", head + "@@ a a 644,base64 managed\n eA==\n@@ end\n", "f:3: the base64 content is damaged"},
		{"base64 in odd lines", head + "@@ a a 644,base64 managed\n A\n A==\n@@ end\n", "f:4: the base64 content is damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode("f", []byte(test.src))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestArchiveNewer(t *testing.T) {
	tests := []struct {
		header string
		newer  bool
	}{
		{"1 0.1.0", false},
		{"1 0.0.9", false},
		{"1 0.1.0-rc.1", false},
		{"1 0.1.1-rc.1", true},
		{"1 0.2.0", true},
		{"1 0.10.0", true},
		{"2 0.1.0", true},
		{"2 something else", true},
	}
	for _, test := range tests {
		_, err := decode("f", []byte("wavewright-state "+test.header+"\n@@ end\n"))
		if errors.Is(err, ErrNewer) != test.newer || (err != nil) != test.newer {
			t.Errorf("%s: error %v, newer %v", test.header, err, test.newer)
		}
	}
}

// FuzzDecodeArchive holds that whatever is accepted is written back byte by byte.
func FuzzDecodeArchive(f *testing.F) {
	f.Add(written(sample()))
	f.Add([]byte("wavewright-state 1 0.0.1\n@@ end\n"))
	f.Add([]byte("wavewright-state 1 0.1.0\n@@ a a 644,base64 managed\n eA0K\n@@ end\n"))
	f.Add([]byte("wavewright-state 1 0.1.0\n@@ a a 755,noeol orphan\n\n x\n@@ end\n"))
	f.Add([]byte("wavewright-state 1 0.1.0\n@@ a a 644 managed same=" + strings.Repeat("0f", 32) + " in=x/y\n@@ end\n"))
	f.Add([]byte("wavewright-state 1 0.1.0\n@@ a a 644,noeol orphan next=" + strings.Repeat("0f", 32) + " in=x\n x\n@@ end\n"))
	f.Add([]byte("wavewright-state 1 0.1.0\n@@ a a 644 managed\n<<<<<<< HEAD\n x\n=======\n y\n>>>>>>> b\n@@ end\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		entries, err := decode("f", src)
		if err != nil {
			return
		}
		by := strings.Fields(strings.SplitN(string(src), "\n", 2)[0])[2]
		if again := (format{version: by, steps: migrations()}).encode(entries); !bytes.Equal(again, src) {
			t.Errorf("accepted %q, wrote %q", src, again)
		}
	})
}

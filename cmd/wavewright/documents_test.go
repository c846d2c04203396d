package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentsMentionWhatExists holds the commands and flags in generated documents to
// those that there are.
func TestDocumentsMentionWhatExists(t *testing.T) {
	known, golden, count := commands(), os.DirFS("../../golden"), 0
	err := fs.WalkDir(golden, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		text, err := fs.ReadFile(golden, path)
		for _, match := range mentioned.FindAllStringSubmatch(codeOf(string(text)), -1) {
			command := known[match[1]]
			if command == nil {
				t.Errorf("%s mentions %q, which does not exist", path, match[0])
				continue
			}
			flags := " --help "
			for _, flag := range command.Flags {
				flags += "--" + strings.Join(flag.Names(), " --") + " "
			}
			for _, word := range strings.Fields(match[3]) {
				if strings.HasPrefix(word, "--") && !strings.Contains(flags, " "+strings.Trim(word, ".,;")+" ") {
					t.Errorf("%s: %s has no %s", path, match[1], word)
				}
			}
			count++
		}
		return err
	})
	if err != nil || count < 20 {
		t.Errorf("%d commands found: %v", count, err)
	}
}

// doctorCode is a code of the doctor where it is used.
var doctorCode = regexp.MustCompile(`"(doctor/[a-z-]+)"`)

// TestDoctorCodes holds that every check is documented.
func TestDoctorCodes(t *testing.T) {
	documented, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("../../generator/internal/cluster/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range doctorCode.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(documented), "`"+match[1]+"`") {
				t.Errorf("docs/doctor.md does not explain %s", match[1])
			}
		}
	}
}

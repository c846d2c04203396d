package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pages is the folder of the pages of the codes, and index lists them.
const (
	pages = "../../../docs/checks"
	index = pages + "/README.md"
)

// TestPages wants a page for each code, which begins with the code, no other page, and the index.
// GOLDIE_UPDATE=true writes the index.
func TestPages(t *testing.T) {
	known := map[string]bool{index: true}
	var text strings.Builder
	text.WriteString("# Checks\n\n`wavewright verify` reports findings with these codes. Each code has a page: what the cluster or Argo CD does, an\n" +
		"example, and what to do. [Verify](../verify.md) says what the severities mean, and how a finding is excused.\n")
	area := ""
	for _, code := range Codes() {
		name := filepath.Join(pages, code.Code+".md")
		known[name] = true
		source, err := os.ReadFile(name)
		if err != nil || !strings.HasPrefix(string(source), "# "+code.Code+"\n") {
			t.Errorf("%s has no page that begins with \"# %s\": %v", code.Code, code.Code, err)
		}
		if first, _, _ := strings.Cut(code.Code, "/"); first != area {
			area = first
			fmt.Fprintf(&text, "\n## %s\n\n| code | severity | finds |\n|---|---|---|\n", area)
		}
		fmt.Fprintf(&text, "| [%s](%s.md) | %s | %s |\n", code.Code, code.Code, code.Severity, code.Title)
	}
	found, err := filepath.Glob(pages + "/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if !known[name] {
			t.Errorf("%s is the page of no code", name)
		}
	}
	if os.Getenv("GOLDIE_UPDATE") != "" {
		if err := os.WriteFile(index, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if source, err := os.ReadFile(index); err != nil || string(source) != text.String() {
		t.Errorf("%s is not the index; GOLDIE_UPDATE=true writes it (%v)", index, err)
	}
}

package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentsAreTidy holds generated documents, and those of the product, to what
// linters of Markdown ask for.
func TestDocumentsAreTidy(t *testing.T) {
	for _, name := range cases(t) {
		files := markdown(generate(t, name))
		delete(files, "NOTES.md") // from a template of the user's own
		for path, text := range files {
			tidy(t, name+"/"+path, text)
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages found: %v", err)
	}
	for _, page := range append(pages, "../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md", "../SECURITY.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		tidy(t, page, string(text))
	}
}

// kindOf is what a line of Markdown belongs to.
func kindOf(line string) string {
	switch text := strings.TrimSpace(line); {
	case text == "":
		return "blank"
	case strings.HasPrefix(text, "```"):
		return "fence"
	case strings.HasPrefix(line, "#"):
		return "heading"
	case strings.HasPrefix(text, "|"):
		return "table"
	case strings.HasPrefix(text, "<!-- "):
		return "comment"
	}
	return "text"
}

// tidy wants blank lines around headings, tables and blocks and never two of them, a
// language for each block, one title, no level of heading left out, no space at an end.
func tidy(t *testing.T, name, text string) {
	t.Helper()
	fault := func(i int, what string) { t.Errorf("%s:%d: %s", name, i+1, what) }
	level, titles, inside, before := 0, 0, false, "blank"
	for i, line := range strings.Split(text, "\n") {
		kind := kindOf(line)
		if strings.HasPrefix(line, "<<<<<<< ") || strings.HasPrefix(line, ">>>>>>> ") {
			fault(i, "an unresolved merge")
		}
		if strings.TrimRight(line, " \t") != line {
			fault(i, "a space at the end")
		}
		if kind == "fence" {
			if !inside && strings.HasSuffix(strings.TrimSpace(line), "```") {
				fault(i, "a block without a language")
			}
			inside = !inside
			if inside && before != "blank" {
				fault(i, "no blank line before a block")
			}
			before = kind
			continue
		}
		if inside {
			continue
		}
		apart := kind != "blank" && before != "blank"
		switch {
		case kind == "blank" && before == "blank" && i > 0 && i < len(strings.Split(text, "\n"))-1:
			fault(i, "two blank lines")
		case apart && (kind == "heading" || before == "heading"):
			fault(i, "no blank line beside a heading")
		case apart && (kind == "table") != (before == "table"):
			fault(i, "no blank line beside a table")
		case apart && before == "fence":
			fault(i, "no blank line after a block")
		}
		if kind == "heading" {
			depth := strings.IndexByte(line, ' ')
			if depth == 1 {
				titles++
			}
			if depth > level+1 {
				fault(i, "a level of headings is left out")
			}
			level = depth
		}
		before = kind
	}
	if titles != 1 {
		t.Errorf("%s has %d titles", name, titles)
	}
}

// TestNameServersStandOnce wants the rules for name servers in the policies of namespaces only: those of
// applications apply besides them.
func TestNameServersStandOnce(t *testing.T) {
	servers := []string{"k8s-app: kube-dns", "k8s-app: coredns", "169.254.20.10/32"}
	seen := 0
	for _, name := range cases(t) {
		for path, text := range generate(t, name) {
			for _, server := range servers {
				if !strings.Contains(string(text), server) || !strings.HasSuffix(path, ".yaml") || strings.HasPrefix(path, ".wavewright/") {
					continue
				}
				seen++
				if strings.HasPrefix(path, "base/") || strings.Contains(path, "/apps/") {
					t.Errorf("%s/%s has a rule for %s", name, path, server)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d files have a rule for name servers", seen)
	}
}

// TestNoCommentSaysOnly wants no comment of a file that says that something is so in one environment
// only: the file knows of its own environment and not of the others.
func TestNoCommentSaysOnly(t *testing.T) {
	for _, name := range cases(t) {
		for path, text := range generate(t, name) {
			for line := range strings.Lines(string(text)) {
				comment := strings.TrimSpace(line)
				if strings.HasPrefix(comment, "# Only in ") || strings.HasPrefix(comment, "# For ") && strings.HasSuffix(comment, " only.") {
					t.Errorf("%s/%s says %q", name, path, comment)
				}
			}
		}
	}
}

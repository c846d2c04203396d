package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// coveragePage maps every point of the document that wavewright was made for.
const coveragePage = "../docs/source-coverage.md"

// covered is a row of the page: a point, a link to a golden file, a text of that file in
// backquotes, and a test.
var covered = regexp.MustCompile("^\\| ([^|]+) \\| \\[([^]]+)\\]\\(\\.\\./(golden/[^)]+)\\) \\| `+ ?(.+?) ?`+ \\| (Test\\w+) \\|$")

// open is a row of a point that is not delivered.
var open = regexp.MustCompile(`^\| ([^|]+) \| open: ([^|]+) \| \| \|$`)

// points is how many points the document has.
const points = 110

// TestSourceIsCovered holds every row of the page: the file is generated, the text stands
// in it, the test exists. It names what is open.
func TestSourceIsCovered(t *testing.T) {
	page, err := os.ReadFile(coveragePage)
	if err != nil {
		t.Fatal(err)
	}
	tests, rows, heading := allTests(t), 0, ""
	for i, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "#") {
			heading = line
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| point |") {
			continue
		}
		rows++
		if missing := open.FindStringSubmatch(line); missing != nil {
			t.Logf("%s:%d: %s is open: %s", coveragePage, i+1, missing[1], missing[2])
			continue
		}
		row := covered.FindStringSubmatch(line)
		if row == nil {
			t.Errorf("%s:%d: not a row that can be checked: %s", coveragePage, i+1, line)
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", row[3]))
		switch {
		case err != nil || !strings.HasSuffix(row[3], "/want/"+row[2]):
			t.Errorf("%s:%d: %s is not generated, or called %s: %v", coveragePage, i+1, row[3], row[2], err)
		case !strings.Contains(string(text), strings.ReplaceAll(row[4], `\|`, "|")):
			t.Errorf("%s:%d: %s does not say %q", coveragePage, i+1, row[3], row[4])
		}
		if other := elsewhereIn(heading, row[2]); other != "" && row[1] != "Load testing" { // its evidence is from staging
			t.Errorf("%s:%d: %s is of %s, and not of %s", coveragePage, i+1, row[2], other, strings.Trim(heading, "# "))
		}
		if !tests[row[5]] {
			t.Errorf("%s:%d: there is no %s", coveragePage, i+1, row[5])
		}
	}
	if rows != points {
		t.Errorf("%d points are mapped, there are %d", rows, points)
	}
}

// elsewhereIn names the environment that a path is of, when the heading is about others.
func elsewhereIn(heading, path string) string {
	about := false
	for _, word := range []string{"Development", "Staging", "Production"} {
		about = about || strings.Contains(heading, word)
	}
	for word, env := range map[string]string{"Development": "dev", "Staging": "staging", "Production": "prod"} {
		own := strings.Contains(heading, word)
		if about && !own && regexp.MustCompile(`(^|[/-])`+env+`([-/.]|$)`).MatchString(path) {
			return env
		}
	}
	return ""
}

// allTests are the names of all tests of the project.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	test, names := regexp.MustCompile(`(?m)^func (Test\w+)\(`), map[string]bool{}
	for _, path := range tree(t, "..") {
		if !strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range test.FindAllStringSubmatch(string(text), -1) {
			names[match[1]] = true
		}
	}
	return names
}

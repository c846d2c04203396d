package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// span is code within the prose of CONTRIBUTING.md, link is the target of a link.
var (
	span    = regexp.MustCompile("`([^`\n]+)`")
	link    = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	asPath  = regexp.MustCompile(`^\.?[a-z][\w.{}-]*(/[\w.{}-]+)+/?$|^\.[a-z.-]+\.ya?ml$|^[A-Z][A-Za-z]+\.(md|yml)$`)
	aTest   = regexp.MustCompile(`^Test[A-Z]\w+$`)
	madeUp  = regexp.MustCompile(`[A-Z]{4,}\b(\.yaml|\.txtar|/)|^golden/CASE`)
	runTest = regexp.MustCompile(`go test (?:\./\.\.\.|(\./[a-z/]+|\.)(?: -run '?(\w+)'?)?)`)
)

// TestContributingNamesWhatExists holds each path, task, test and command in
// CONTRIBUTING.md to what there is: someone who has not seen the code follows it.
func TestContributingNamesWhatExists(t *testing.T) {
	root := "../.."
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	tasks, tests := tasksOf(t, root), testsOf(t, root)
	exists := func(path string) bool { _, err := os.Stat(filepath.Join(root, path)); return err == nil }
	paths := 0
	for _, match := range link.FindAllStringSubmatch(string(text), -1) {
		if !exists(match[1]) {
			t.Errorf("link to %s, which does not exist", match[1])
		}
	}
	for _, match := range span.FindAllStringSubmatch(string(text), -1) {
		code := match[1]
		switch {
		case madeUp.MatchString(code):
		case aTest.MatchString(code) && !tests[code]:
			t.Errorf("there is no test %s", code)
		case strings.HasPrefix(code, "task ") && !tasks[strings.Fields(code)[1]]:
			t.Errorf("there is no task %s", code)
		case asPath.MatchString(code):
			paths++
			if !exists(code) {
				t.Errorf("there is no %s", code)
			}
		}
	}
	for _, match := range runTest.FindAllStringSubmatch(string(text), -1) {
		if match[1] != "" && match[1] != "." && !exists(match[1]) || match[2] != "" && !tests[match[2]] {
			t.Errorf("%s runs nothing", match[0])
		}
	}
	if paths < 20 {
		t.Errorf("%d paths found", paths)
	}
}

// tasksOf returns the names of the tasks.
func tasksOf(t *testing.T, root string) map[string]bool {
	t.Helper()
	return namesIn(t, filepath.Join(root, "Taskfile.yml"), `(?m)^  ([a-z0-9:]+):$`)
}

// testsOf returns the names of the tests that CONTRIBUTING.md may name.
func testsOf(t *testing.T, root string) map[string]bool {
	t.Helper()
	var files []string
	for _, dir := range []string{"golden", "generator", "generator/internal/model"} {
		found, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	names := map[string]bool{}
	for _, file := range files {
		maps.Copy(names, namesIn(t, file, `(?m)^func (Test\w+)`))
	}
	return names
}

// namesIn returns what the first group of a pattern matches in a file.
func namesIn(t *testing.T, file, pattern string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		names[match[1]] = true
	}
	return names
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/wavewright/wavewright/generator"
)

// Documents of the product whose commands run, in one shell for each. Comments that
// only the source shows help where a reader would know what to do:
//
//	<!-- run: COMMAND -->      runs a command between the examples
//	<!-- file: PATH -->        writes the next block to a file
//	<!-- not run: REASON -->   leaves the next block out
//
// Lines of a console block that begin with $ are commands, the others what they print;
// … stands for anything.
var executed = []string{"README.md", "docs/getting-started.md", "docs/templates.md", "docs/regeneration.md", "docs/tenant.md", "docs/doctor.md"}

// block is a fenced block of a document, or a command of a comment.
type block struct {
	at   string // file:line
	lang string
	text string
	file string // where to write it
	not  string // why it does not run
}

var directive = regexp.MustCompile(`^<!-- (run|file|not run): (.*) -->$`)

// blocks reads a document.
func blocks(t *testing.T, name string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	var next block
	indent := ""
	for i, line := range strings.Split(string(text), "\n") {
		at := fmt.Sprintf("%s:%d", name, i+1)
		trimmed := strings.TrimSpace(line)
		switch d := directive.FindStringSubmatch(trimmed); {
		case open != nil && trimmed == "```":
			all, open, next = append(all, *open), nil, block{}
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case strings.HasPrefix(trimmed, "```"):
			indent = line[:strings.Index(line, "`")]
			next.at, next.lang = at, strings.TrimPrefix(trimmed, "```")
			b := next
			open = &b
		case d == nil:
		case d[1] == "run":
			all = append(all, block{at: at, lang: "sh", text: d[2] + "\n"})
		case d[1] == "file":
			next.file = d[2]
		default:
			next.not = d[2]
		}
	}
	if open != nil {
		t.Errorf("%s: the block does not end", open.at)
	}
	return all
}

// documents lists the hand-written documents.
func documents(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"README.md"}
	for _, path := range found {
		if name := "docs/" + filepath.Base(path); name != "docs/spec-reference.md" {
			names = append(names, name)
		}
	}
	return names
}

// TestDocumentsRun runs the examples of each document.
func TestDocumentsRun(t *testing.T) {
	for _, name := range executed {
		t.Run(filepath.Base(name), func(t *testing.T) {
			run := newRunner(t)
			for _, b := range blocks(t, name) {
				run.add(b)
			}
			run.run()
		})
	}
}

// runner makes one shell script of a document's examples.
type runner struct {
	t       *testing.T
	dir     string
	script  strings.Builder
	outputs []expectation
}

// expectation is what a command of a console block has to print.
type expectation struct{ at, command, want string }

func newRunner(t *testing.T) *runner {
	r := &runner{t: t, dir: t.TempDir()}
	for _, folder := range []string{"work", "bin", "output", "home"} {
		if err := os.Mkdir(filepath.Join(r.dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// What needs a cluster does nothing here, and nothing leaves the machine.
	for _, name := range []string{"kubectl", "kustomize"} {
		if err := os.WriteFile(filepath.Join(r.dir, "bin", name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.cluster()
	r.script.WriteString("set -eo pipefail\ncd \"$TOP/work\"\ngit init --quiet --bare --initial-branch main \"$TOP/remote.git\"\n")
	return r
}

// cluster writes the spec and the cluster of the script about doctor into a folder. A
// document that has rm "$TOP/bin/kubectl" run asks that cluster from then on.
func (r *runner) cluster() {
	r.t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "script", "doctor.txtar"))
	if err == nil {
		err = txtar.Write(archive, filepath.Join(r.dir, "doctor"))
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) add(b block) {
	switch {
	case b.not != "":
	case b.file != "":
		fmt.Fprintf(&r.script, "mkdir -p \"$(dirname '%[1]s')\"\ncat > '%[1]s' <<'END OF FILE'\n%[2]sEND OF FILE\n", b.file, b.text)
	case b.lang == "sh":
		fmt.Fprintf(&r.script, "echo '== %s'\n%s", b.at, strings.ReplaceAll(b.text, "go run ./cmd/wavewright", program))
	case b.lang == "console":
		r.console(b)
	}
}

func (r *runner) console(b block) {
	for line := range strings.Lines(b.text) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			if len(r.outputs) == 0 {
				r.t.Errorf("%s begins with output", b.at)
				return
			}
			r.outputs[len(r.outputs)-1].want += line
			continue
		}
		r.outputs = append(r.outputs, expectation{at: b.at, command: strings.TrimSpace(command)})
		fmt.Fprintf(&r.script, "echo '== %s'\n{ %s\n} > \"$TOP/output/%d\" 2>&1\n", b.at, strings.TrimSpace(command), len(r.outputs)-1)
	}
}

func (r *runner) run() {
	r.t.Helper()
	cmd := exec.Command("bash", "-c", r.script.String())
	cmd.Env = append(os.Environ(),
		"TOP="+r.dir, "WORLD="+filepath.Join(r.dir, "doctor", "world.json"), "HOME="+filepath.Join(r.dir, "home"), "PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"), "EDITOR=true",
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+filepath.Join(r.dir, "remote.git")+".insteadOf",
		"GIT_CONFIG_VALUE_0=https://git.example.com/acme/hello-gitops.git",
		"GIT_AUTHOR_NAME=Jane Doe", "GIT_AUTHOR_EMAIL=jane@example.com", "GIT_COMMITTER_NAME=Jane Doe", "GIT_COMMITTER_EMAIL=jane@example.com",
	)
	output, err := cmd.CombinedOutput()
	if err != nil {
		failed := ""
		if n := len(r.outputs); n > 0 {
			text, _ := os.ReadFile(filepath.Join(r.dir, "output", fmt.Sprint(n-1)))
			failed = string(text)
		}
		r.t.Fatalf("%v:\n%s%s", err, output, failed)
	}
	for i, o := range r.outputs {
		got, err := os.ReadFile(filepath.Join(r.dir, "output", fmt.Sprint(i)))
		if err != nil {
			r.t.Fatal(err)
		}
		if !o.fits(got) {
			r.t.Errorf("%s: %s prints\n%s\nnot\n%s", o.at, o.command, got, o.want)
		}
	}
}

// fits compares what was printed with what stands in the document.
func (o expectation) fits(got []byte) bool {
	pattern := regexp.QuoteMeta(strings.TrimSpace(o.want))
	pattern = regexp.MustCompile(`(?m)^…$`).ReplaceAllString(pattern, `(?s:.*)`)
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`^` + pattern + `\s*$`).Match(bytes.TrimSpace(got))
}

// TestDocumentsHaveNoUntestedCommands wants the documents that do not run to have no
// commands but those that need a cluster.
func TestDocumentsHaveNoUntestedCommands(t *testing.T) {
	for _, name := range documents(t) {
		if slices.Contains(executed, name) {
			continue
		}
		for _, b := range blocks(t, name) {
			if (b.lang == "sh" || b.lang == "console") && b.not == "" {
				t.Errorf("%s: put %s into executed, or write <!-- not run: REASON --> before the block", b.at, name)
			}
		}
	}
}

// TestDocumentsHaveValidSpecs generates from every YAML block: a whole specification,
// or a part of one where it fits.
func TestDocumentsHaveValidSpecs(t *testing.T) {
	checked := 0
	for _, name := range documents(t) {
		for _, b := range blocks(t, name) {
			if b.lang != "yaml" || b.not != "" || b.file != "" {
				continue
			}
			checked++
			if findings := fragment(t, b.text); findings != "" {
				t.Errorf("%s: %s", b.at, findings)
			}
		}
	}
	if checked < 2 {
		t.Errorf("only %d blocks were checked", checked)
	}
}

// fragment looks for a place in a specification where a text is valid, and returns what
// is wrong with it at the root when there is none.
func fragment(t *testing.T, text string) string {
	t.Helper()
	if strings.HasPrefix(text, "apiVersion: wavewright.dev/") || strings.Contains(text, "\napiVersion: wavewright.dev/") {
		return findings(t, text)
	}
	const head = "apiVersion: wavewright.dev/v1alpha1\nkind: Environments\nmetadata: {name: shop}\nrepository: {url: https://git.example.com/acme/shop.git}\n" +
		"platform:\n  gateway: {name: public, namespace: gateway-system, podLabels: {app: envoy}}\n" +
		"  secrets: {provider: external-secrets, store: {name: vault}}\n" +
		"  metrics: {namespace: monitoring, podLabels: {app.kubernetes.io/name: prometheus}}\n"
	const environments = "environments:\n- {name: dev, profile: development}\n- {name: prod, profile: production}\n"
	const applications = "applications:\n  example:\n    image: ghcr.io/acme/example:1.4.2\n    ports: {http: 8080}\n"
	var fewest string
	for _, spec := range []string{
		head + environments + applications + text,
		head + environments + text,
		head + applications + text,
		head + text,
		head + environments + applications + indented(text, "    "),
		head + environments + "applications:\n" + indented(text, "  "),
		head + "environments:\n" + text + applications,
	} {
		found := findings(t, spec)
		if found == "" {
			return ""
		}
		if fewest == "" || strings.Count(found, "; ") < strings.Count(fewest, "; ") {
			fewest = found
		}
	}
	return fewest
}

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}

// findings generates from a specification in memory and lists its errors.
func findings(t *testing.T, spec string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o755); err != nil {
		t.Fatal(err)
	}
	platform, err := generator.Load(dir)
	if err != nil {
		return err.Error()
	}
	result, err := platform.Render()
	if err != nil {
		return err.Error()
	}
	var found []string
	for _, d := range result.Diagnostics {
		found = append(found, fmt.Sprintf("%d: %s [%s]", d.Subject.Line, d.Summary, d.Code))
	}
	return strings.Join(found, "; ")
}

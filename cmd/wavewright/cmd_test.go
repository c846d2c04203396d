package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/urfave/cli/v2"
	"github.com/wavewright/wavewright/internal/build"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){program: main, "kubectl": kubectl})
}

// TestScript runs testdata/script/*.txtar. The first word of a script's name is the
// command it is about. UPDATE=1 rewrites expected outputs.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               isolate,
		Cmds:                scriptCommands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
	})
}

func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"code": code, "snapshot": snapshot, "unchanged": unchanged, "replace": replace, "resolve": resolve, "pushed": pushed, "push": push,
	}
}

// isolate keeps the machine's settings of git out of the scripts, and lets the go
// command of a script find its caches and this module.
func isolate(env *testscript.Env) error {
	module, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	env.Setenv("MODULE", module)
	env.Setenv("VERSION", build.Read().Version)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir)
	env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(env.WorkDir))
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "Jane Doe")
		env.Setenv("GIT_"+who+"_EMAIL", "jane@example.com")
		env.Setenv("GIT_"+who+"_DATE", "2026-11-23T06:00:00Z")
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GONOSUMDB", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		if err == nil {
			env.Setenv(name, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// code runs a command that has to end with an exit code: code 3 wavewright generate.
// It starts a shell, because exec tells failure from success only.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [arguments]")
	}
	script := `"$@"; got=$?; [ $got -eq ` + args[0] + ` ] || { echo "exit code $got" >&2; exit 1; }`
	if ts.Exec("sh", append([]string{"-c", script, "sh"}, args[1:]...)...) != nil {
		ts.Fatalf("want exit code %s", args[0])
	}
}

// snapshot remembers all files below a folder: snapshot DIR. unchanged fails when
// one of them is different now: unchanged DIR.
func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("SNAPSHOT", contents(ts, args))
}

func unchanged(ts *testscript.TestScript, _ bool, args []string) {
	if got := contents(ts, args); got != ts.Getenv("SNAPSHOT") {
		ts.Fatalf("files have changed:\n%s", got)
	}
}

// contents is the name and the hash of every file below a folder, but for git's own.
func contents(ts *testscript.TestScript, args []string) string {
	if len(args) != 1 {
		ts.Fatalf("usage: snapshot DIR, unchanged DIR")
	}
	var b strings.Builder
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	ts.Check(err)
	return b.String()
}

// resolve takes one side of every conflict marked in a file: resolve SIDE FILE.
func resolve(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: resolve yours|theirs FILE")
	}
	var out strings.Builder
	side := "" // of the conflict that the line is in
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		switch {
		case strings.HasPrefix(line, "<<<<<<< "):
			side = "yours"
		case strings.HasPrefix(line, "||||||| "):
			side = "base"
		case strings.HasPrefix(line, "=======") && side != "":
			side = "theirs"
		case strings.HasPrefix(line, ">>>>>>> "):
			side = ""
		case side == "" || side == args[0]:
			out.WriteString(line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o644))
}

// replace edits a file: replace OLD NEW FILE. \n in OLD and NEW is the end of a line.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace OLD NEW FILE")
	}
	text, old, now := ts.ReadFile(args[2]), strings.ReplaceAll(args[0], `\n`, "\n"), strings.ReplaceAll(args[1], `\n`, "\n")
	if !strings.Contains(text, old) {
		ts.Fatalf("%s does not contain %q:\n%s", args[2], old, text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(text, old, now)), 0o644))
}

// pushed makes a clone of the working directory, generates, and pushes everything.
func pushed(ts *testscript.TestScript, _ bool, _ []string) {
	remote := ts.MkAbs("../remote.git")
	execute(ts, "git", "init", "-q", "--bare", "--initial-branch=main", remote)
	execute(ts, "git", "init", "-q", "--initial-branch=main", ".")
	execute(ts, "git", "remote", "add", "origin", remote)
	push(ts, false, nil)
}

// push generates, commits and pushes.
func push(ts *testscript.TestScript, _ bool, _ []string) {
	execute(ts, program, "generate")
	execute(ts, "git", "add", "-A")
	execute(ts, "git", "commit", "-q", "-m", "a change")
	execute(ts, "git", "push", "-q", "-u", "origin", "HEAD:main")
}

func execute(ts *testscript.TestScript, name string, args ...string) {
	ts.Check(ts.Exec(name, args...))
}

// commands lists every command as it is typed, with its definition.
func commands() map[string]*cli.Command {
	found := map[string]*cli.Command{}
	var walk func(prefix string, commands []*cli.Command)
	walk = func(prefix string, commands []*cli.Command) {
		for _, command := range commands {
			found[prefix+command.Name] = command
			walk(prefix+command.Name+" ", command.Subcommands)
		}
	}
	walk("", newApp(&console{}).Commands)
	return found
}

func TestHelpIsComplete(t *testing.T) {
	for name, command := range commands() {
		if command.Usage == "" || command.UsageText == "" || command.Description == "" {
			t.Errorf("%s has no usage, usage text or description", name)
		}
		if !strings.HasPrefix(command.UsageText, program+" "+name) {
			t.Errorf("the usage text of %s is of another command: %s", name, command.UsageText)
		}
		for _, flag := range command.Flags {
			if documented, ok := flag.(cli.DocGenerationFlag); !ok || documented.GetUsage() == "" {
				t.Errorf("%s --%s has no usage", name, flag.Names()[0])
			}
		}
	}
}

// mentioned finds command lines of wavewright in a text.
var mentioned = regexp.MustCompile("(?m)(?:^|[`$ ])wavewright ([a-z]+)((?: [a-z]+)?)((?:[ =]\\S+)*)")

func TestTextsMentionWhatExists(t *testing.T) {
	known := commands()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Log(err)
	}
	texts := []string{string(readme)}
	for _, command := range known {
		texts = append(texts, command.UsageText, command.Description)
	}
	for _, text := range texts {
		for _, match := range mentioned.FindAllStringSubmatch(codeOf(text), -1) {
			command, sub := match[1], match[1]+match[2]
			if known[command] == nil || len(known[command].Subcommands) > 0 && known[sub] == nil && match[2] != "" {
				t.Errorf("%q mentions a command that does not exist", match[0])
			}
		}
	}
}

// codeOf drops the prose of a Markdown text, where "wavewright is" is no command.
func codeOf(text string) string {
	if !strings.Contains(text, "`") {
		return text
	}
	var code []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			code = append(code, part)
		}
	}
	return strings.Join(code, "\n")
}

func TestArrange(t *testing.T) {
	app := newApp(&console{})
	for line, want := range map[string]string{
		"explain web prod --output json":         "explain --output=json -- web prod",
		"explain --output=json web":              "explain --output=json -- web",
		"generate -C x --check":                  "--C=x generate --check",
		"explain -- --web":                       "explain -- --web",
		"explain web -- --output":                "explain -- web --output",
		"promote a --to prod b --target=t":       "promote --to=prod --target=t -- a b",
		"templates list --functions":             "templates list --functions",
		"templates":                              "templates",
		"help templates list":                    "templates list --help",
		"help":                                   "--help",
		"--version":                              "--version",
		"promote h help --to --infra":            "promote --to=--infra -- h help",
		"explain web --generate-bash-completion": "explain web --generate-bash-completion",
	} {
		got, err := arrange(app, strings.Fields(line))
		if err != nil || !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("arrange(%s) = %v, %v; want %s", line, got, err, want)
		}
	}
}

func TestWantsJSON(t *testing.T) {
	for line, want := range map[string]bool{
		"generate":                      false,
		"generate --output json":        true,
		"generate -o json --check":      true,
		"generate --output=json":        true,
		"generate --output text":        false,
		"explain -- --output json":      false,
		"generate --output json --help": false,
	} {
		if got := wantsJSON(strings.Fields(line)); got != want {
			t.Errorf("wantsJSON(%s) = %v", line, got)
		}
	}
}

func TestPaint(t *testing.T) {
	c := &console{colour: true}
	for line, want := range map[string]string{
		"+a\n": "\x1b[32m+a\x1b[0m\n", "-a": "\x1b[31m-a\x1b[0m", "@@ -1 +1 @@\n": "\x1b[36m@@ -1 +1 @@\x1b[0m\n", " a\n": " a\n",
	} {
		if got := c.paintLine(line); got != want {
			t.Errorf("paintLine(%q) = %q, want %q", line, got, want)
		}
		if got := new(console).paintLine(line); got != line {
			t.Errorf("without colour: %q", got)
		}
	}
}

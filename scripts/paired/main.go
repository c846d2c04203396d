//go:build unix

// Paired measures the wavewright binary against cp -r of the same files, and verify against the kustomize command. Each figure
// is the median of several pairs; a pair runs both one after the other, after a sync,
// in fresh folders, so that noise of the machine hits both alike.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// times is how often each figure is measured.
const times = 7

// pairs is how often a figure is measured whose every run leaves two trees: all of them
// stay to the end, since nothing is measured after a large tree was deleted.
func pairs(applications int) int {
	if applications >= 10000 {
		return 3
	}
	return times
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "paired:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: paired BINARY [APPLICATIONS…] | paired verify BINARY KUSTOMIZE APPLICATIONS")
	}
	if args[0] == "verify" && len(args) == 4 {
		n, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return measureVerify(args[1], args[2], n)
	}
	sizes := []int{10, 100, 1000, 10000}
	if rest := strings.Fields(strings.Join(args[1:], " ")); len(rest) > 0 {
		sizes = nil
		for _, word := range rest {
			n, err := strconv.Atoi(word)
			if err != nil {
				return err
			}
			sizes = append(sizes, n)
		}
	}
	fmt.Printf("%s, %d cores\n\n", runtime.Version(), runtime.NumCPU())
	fmt.Println("| applications | files | run | time | ÷ cp | bar | CPU | RSS |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, n := range sizes {
		b := &bench{binary: args[0], n: n}
		if err := b.measure(); err != nil {
			return fmt.Errorf("%d applications: %w", n, err)
		}
	}
	return nil
}

// bench measures one size.
type bench struct {
	binary string
	n      int
	root   string
	copies int
}

// measured is the median of several runs, and of their ratios to cp -r.
type measured struct {
	usage
	ratio float64
}

// usage is what one process needed.
type usage struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

func (b *bench) measure() error {
	root, err := os.MkdirTemp(".", ".bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	b.root = root
	tree := filepath.Join(root, "tree")
	if err := b.generate(tree); err != nil {
		return err
	}
	files, err := count(tree)
	if err != nil {
		return err
	}
	cold, err := b.paired("cold", func(dir string) error { return b.spec(dir, "1.0.0") }, tree)
	if err != nil {
		return err
	}
	b.row(files, "cold", cold, 3)
	aged := filepath.Join(root, "aged")
	if err := copyTree(tree, aged); err != nil {
		return err
	}
	if err := age(aged); err != nil {
		return err
	}
	changed, err := b.paired("changed", func(dir string) error { return copyTree(aged, dir) }, tree)
	if err != nil {
		return err
	}
	b.row(files, "all changed", changed, 2)
	if err := b.quiet(tree, files, ""); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(tree, deleted)); err != nil {
		return err
	}
	return b.quiet(tree, files, ", one file deleted by the user")
}

// deleted is the file that a user has deleted: it stays away.
const deleted = "overlays/prod/apps/app-00000/availability.yaml"

// quiet measures the runs that find little or nothing to do.
func (b *bench) quiet(tree string, files int, in string) error {
	turn := 0
	change := func() error {
		turn++
		return b.spec(tree, fmt.Sprintf("1.0.%d", turn))
	}
	for _, kind := range []struct {
		name   string
		before func() error
		args   []string
	}{
		{"no-op", nil, []string{"generate"}},
		{"--check", nil, []string{"generate", "--check"}},
		{"one changed", change, []string{"generate"}},
	} {
		measured, err := b.repeat(tree, kind.before, kind.args...)
		if err != nil {
			return err
		}
		b.row(files, kind.name+in, measured, 1)
	}
	return nil
}

// barred is the number of applications at which ratios have a bar.
const barred = 1000

// row prints what a kind of run needed, beside the most that it may need of cp -r.
func (b *bench) row(files int, name string, m measured, bar float64) {
	verdict := ""
	switch {
	case b.n != barred:
	case m.ratio > bar:
		verdict = fmt.Sprintf("≤ %g missed", bar)
	default:
		verdict = fmt.Sprintf("≤ %g met", bar)
	}
	fmt.Printf("| %d | %d | %s | %s | %.2f | %s | %s | %d MB |\n",
		b.n, files, name, round(m.wall), m.ratio, verdict, round(m.cpu), m.rss>>20)
}

func round(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// paired measures a generation into a prepared folder against cp -r of the tree
// into one prepared alike.
func (b *bench) paired(name string, prepare func(dir string) error, tree string) (measured, error) {
	var runs []usage
	var ratios []float64
	for i := range pairs(b.n) {
		ours, theirs := filepath.Join(b.root, fmt.Sprint(name, i)), filepath.Join(b.root, fmt.Sprint(name, i, "cp"))
		for _, dir := range []string{ours, theirs} {
			if err := prepare(dir); err != nil {
				return measured{}, err
			}
		}
		syscall.Sync()
		run, err := b.generateIn(ours)
		if err != nil {
			return measured{}, err
		}
		copied, err := timeCopy(tree, theirs, true)
		if err != nil {
			return measured{}, err
		}
		runs, ratios = append(runs, run), append(ratios, run.wall.Seconds()/copied.Seconds())
	}
	return summary(runs, ratios), nil
}

// repeat measures a command in one folder against cp -r of that folder into a new one.
// The command writes little, so that it has no sync to wait for, and neither has cp.
func (b *bench) repeat(dir string, before func() error, args ...string) (measured, error) {
	var runs []usage
	var ratios []float64
	for range pairs(b.n) {
		if before != nil {
			if err := before(); err != nil {
				return measured{}, err
			}
		}
		syscall.Sync()
		run, err := b.command(dir, args...)
		if err != nil {
			return measured{}, err
		}
		b.copies++
		copied, err := timeCopy(dir, filepath.Join(b.root, fmt.Sprint("copy", b.copies)), false)
		if err != nil {
			return measured{}, err
		}
		runs, ratios = append(runs, run), append(ratios, run.wall.Seconds()/copied.Seconds())
	}
	return summary(runs, ratios), nil
}

// timeCopy says how long cp -r takes, with a sync of the file system if asked for.
func timeCopy(from, to string, synced bool) (time.Duration, error) {
	syscall.Sync()
	start := time.Now()
	if err := copyTree(from, to); err != nil {
		return 0, err
	}
	if synced {
		if err := syncFolder(to); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

func summary(runs []usage, ratios []float64) measured {
	slices.Sort(ratios)
	return measured{median(runs), ratios[len(ratios)/2]}
}

func median(runs []usage) usage {
	slices.SortFunc(runs, func(a, b usage) int { return int(a.wall - b.wall) })
	middle := runs[len(runs)/2]
	for _, run := range runs {
		middle.rss = max(middle.rss, run.rss)
	}
	return middle
}

func (b *bench) generate(dir string) error {
	if err := b.spec(dir, "1.0.0"); err != nil {
		return err
	}
	_, err := b.generateIn(dir)
	return err
}

func (b *bench) generateIn(dir string) (usage, error) { return b.command(dir, "generate") }

func (b *bench) command(dir string, args ...string) (usage, error) {
	cmd := exec.Command(b.binary, args...)
	cmd.Dir = dir
	return measureCommand(cmd)
}

func measureCommand(cmd *exec.Cmd) (usage, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out.String())
	}
	used := usage{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		used.rss = r.Maxrss << 10
	}
	return used, nil
}

// spec writes a spec in which the application in the middle has the tag given.
func (b *bench) spec(dir, tag string) error {
	var s strings.Builder
	s.WriteString("apiVersion: wavewright.dev/v1alpha1\nkind: Environments\nmetadata: {name: bench}\n" +
		"repository: {url: https://git.example.com/acme/bench.git}\nenvironments:\n" +
		"  - {name: dev, profile: development}\n  - {name: staging, profile: staging}\n  - {name: prod, profile: production}\napplications:\n")
	for i := range b.n {
		version := "1.0.0"
		if i == b.n/2 {
			version = tag
		}
		fmt.Fprintf(&s, "  app-%05d:\n    image: ghcr.io/acme/app-%05d:%s\n    ports: {http: 8080}\n"+
			"    probes: {readiness: {http: /ready}, liveness: {http: /live}}\n    env: {LOG_LEVEL: info, GREETING: \"hello: world\"}\n"+
			"    connectsTo: {app-%05d: {}}\n", i, i, version, (i+1)%b.n)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "environments.yaml"), []byte(s.String()), 0o644)
}

// frozen is a file that no version may write anew.
const frozen = ".wavewright/prefix"

// age makes every generated file look as if another version had written it: one more
// line at its end, on disk and in the state.
func age(dir string) error {
	const line = "# written by another version\n"
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "environments.yaml" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(path, ".wavewright/state") {
			blocks := strings.Split(string(src), "\n@@ ")
			for i := 1; i < len(blocks)-1; i++ { // before the first block is the head, the last one is the end
				if !strings.HasPrefix(blocks[i], frozen+" ") {
					blocks[i] += "\n " + strings.TrimSuffix(line, "\n")
				}
			}
			src = []byte(strings.Join(blocks, "\n@@ "))
		} else if !strings.HasSuffix(path, frozen) {
			src = append(src, line...)
		}
		return os.WriteFile(path, src, 0o644)
	})
}

func count(dir string) (int, error) {
	n := 0
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	return n, err
}

// copyTree is cp -r: what anybody would use to write these files.
func copyTree(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return exec.Command("cp", "-r", from+"/.", to).Run()
}

// syncFolder writes the file system of a folder out, as generate does.
func syncFolder(dir string) error { return exec.Command("sync", "-f", dir).Run() }

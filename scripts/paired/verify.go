//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// verifyRow is a run of verify with its bars. A bar of 0 is none.
type verifyRow struct {
	name       string
	used       usage
	wall       time.Duration
	cpu        time.Duration
	memory     int64
	repetition int
}

// measureVerify prints what verify costs in a folder of so many applications, beside the kustomize command
// over the same folders.
func measureVerify(binary, kustomize string, n int) error {
	root, err := os.MkdirTemp(".", ".bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	v := &verifyBench{bench: bench{binary: binary, n: n, root: root}, kustomize: kustomize, tree: filepath.Join(root, "tree")}
	if err := v.generate(v.tree); err != nil {
		return err
	}
	cache, err := filepath.Abs(filepath.Join(root, "cache"))
	if err != nil {
		return err
	}
	if err := os.Setenv("XDG_CACHE_HOME", cache); err != nil {
		return err
	}
	return v.measure()
}

// verifyBench measures verify.
type verifyBench struct {
	bench
	kustomize, tree string
	changes         int
}

func (v *verifyBench) measure() error {
	built, folders, err := v.builds()
	if err != nil {
		return err
	}
	fmt.Printf("| applications | run | time | bar | CPU | bar | RSS | bar |\n|---|---|---|---|---|---|---|---|\n")
	v.row(verifyRow{name: fmt.Sprintf("kustomize build of %d folders", folders), used: built})
	steps := []struct {
		verifyRow
		before func() error
	}{
		{verifyRow{name: "cold", wall: 45 * time.Second, cpu: built.cpu / 2, memory: 1 << 30, repetition: 1}, nil},
		{verifyRow{name: "nothing changed", wall: time.Second, repetition: times}, nil},
		{verifyRow{name: "one application changed", wall: 2 * time.Second, repetition: 3}, v.changeApplication},
		{verifyRow{name: "a component of one environment changed", wall: 15 * time.Second, repetition: 1}, v.changeComponent},
	}
	for _, s := range steps {
		s.used, err = v.repeated(s.repetition, s.before)
		if err != nil {
			return err
		}
		v.row(s.verifyRow)
	}
	return nil
}

// repeated is the median of some runs, each after a change.
func (v *verifyBench) repeated(repetition int, before func() error) (usage, error) {
	var runs []usage
	for range repetition {
		if before != nil {
			if err := before(); err != nil {
				return usage{}, err
			}
		}
		syscall.Sync()
		used, err := v.command(v.tree, "verify")
		if err != nil {
			return usage{}, err
		}
		runs = append(runs, used)
	}
	return median(runs), nil
}

func (v *verifyBench) changeApplication() error {
	v.changes++
	return v.spec(v.tree, fmt.Sprintf("1.0.%d", v.changes))
}

// changeComponent edits a component by hand, as a person may.
func (v *verifyBench) changeComponent() error {
	name := filepath.Join(v.tree, "components", "dev", "workload", "kustomization.yaml")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, "# edited\n"...), 0o644)
}

// builds is what the kustomize command costs over all folders that verify builds, one after the other.
func (v *verifyBench) builds() (sum usage, folders int, err error) {
	all, err := filepath.Glob(filepath.Join(v.tree, "overlays", "*", "*", "*", "kustomization.yaml"))
	if err != nil {
		return usage{}, 0, err
	}
	slices.Sort(all)
	for _, name := range all {
		used, err := measureCommand(exec.Command(v.kustomize, "build", filepath.Dir(name)))
		if err != nil {
			return usage{}, 0, err
		}
		sum.wall, sum.cpu, sum.rss = sum.wall+used.wall, sum.cpu+used.cpu, max(sum.rss, used.rss)
	}
	return sum, len(all), nil
}

func (v *verifyBench) row(r verifyRow) {
	memory := ""
	if r.memory > 0 {
		memory = "≤ 1 GB " + verdict(r.used.rss <= r.memory)
	}
	fmt.Printf("| %d | %s | %s | %s | %s | %s | %d MB | %s |\n", v.n, r.name, round(r.used.wall), within(r.used.wall, r.wall),
		round(r.used.cpu), within(r.used.cpu, r.cpu), r.used.rss>>20, memory)
}

// within says whether a bar is met; nothing without a bar.
func within(used, bar time.Duration) string {
	if bar == 0 {
		return ""
	}
	return fmt.Sprintf("≤ %s %s", bar.Round(100*time.Millisecond), verdict(used <= bar))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

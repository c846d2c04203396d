package tree

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// benchTree is about what 1,000 applications in 3 environments come to: 12,000 small
// files in 5,000 folders for n = 1000.
func benchTree(n int) Tree {
	t := Tree{}
	add := func(archive, path string, lines int) {
		t[path] = File{ID: path, Archive: archive, Content: []byte(strings.Repeat("  key: value of "+path+"\n", lines))}
	}
	for i := range n {
		app := fmt.Sprintf("app-%05d", i)
		archive := "applications/" + app
		add(archive, "base/"+app+"/workload.yaml", 20)
		add(archive, "base/"+app+"/service.yaml", 8)
		add(archive, "base/"+app+"/kustomization.yaml", 4)
		for _, env := range []string{"dev", "staging", "prod"} {
			dir := "overlays/" + env + "/apps/" + app
			add(archive, dir+"/kustomization.yaml", 6)
			add(archive, dir+"/limits.patch.yaml", 12)
			if env == "prod" {
				add(archive, dir+"/availability.yaml", 16)
				add(archive, dir+"/network/policy.yaml", 12)
			}
		}
	}
	return t
}

func benchSize() int {
	if n, err := strconv.Atoi(os.Getenv("TREE_BENCH_APPS")); err == nil {
		return n
	}
	return 1000
}

func BenchmarkCompareNoop(b *testing.B) {
	want := benchTree(benchSize())
	r := openBench(b, b.TempDir())
	defer r.Close()
	applyBench(b, r, want)
	for b.Loop() {
		plan, err := r.Compare(want, Options{Version: "0.1.0"})
		if err != nil || plan.Pending() {
			b.Fatal(err, plan.Counts())
		}
	}
}

func BenchmarkApplyCold(b *testing.B) {
	want := benchTree(benchSize())
	for b.Loop() {
		b.StopTimer()
		r := openBench(b, b.TempDir()) // a fresh folder each time: deleting one slows the next
		b.StartTimer()
		applyBench(b, r, want)
		r.Close()
	}
}

func openBench(b *testing.B, dir string) *Repository {
	r, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func applyBench(b *testing.B, r *Repository, want Tree) {
	plan, err := r.Compare(want, Options{Version: "0.1.0"})
	if err != nil {
		b.Fatal(err)
	}
	if err := r.Apply(plan); err != nil {
		b.Fatal(err)
	}
}

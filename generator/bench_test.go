package generator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
)

// sizes are numbers of applications; each runs in three environments and makes
// twelve files.
var sizes = []int{10, 100, 1000, 10000}

// spec writes a spec with n applications. The changed ones have another image.
func spec(n int, changed func(i int) bool) []byte {
	var b strings.Builder
	b.WriteString(`apiVersion: wavewright.dev/v1alpha1
kind: Environments
metadata: {name: bench}
repository: {url: https://git.example.com/acme/bench.git}
environments:
  - {name: dev, profile: development}
  - {name: staging, profile: staging}
  - {name: prod, profile: production}
applications:
`)
	for i := range n {
		tag := "1.0.0"
		if changed != nil && changed(i) {
			tag = "1.0.1"
		}
		fmt.Fprintf(&b, `  app-%05d:
    image: ghcr.io/acme/app-%05d:%s
    ports: {http: 8080}
    probes: {readiness: {http: /ready}, liveness: {http: /live}}
    env: {LOG_LEVEL: info, GREETING: "hello: world"}
    connectsTo: {app-%05d: {}}
    environments: {dev: {env: {LOG_LEVEL: debug}}}
`, i, i, tag, (i+1)%n)
	}
	return []byte(b.String())
}

// folder returns a folder with the spec in it.
func folder(tb testing.TB, src []byte) string {
	tb.Helper()
	dir := tb.TempDir()
	put(tb, dir, src)
	return dir
}

func put(tb testing.TB, dir string, src []byte) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(dir, "environments.yaml"), src, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// write generates into dir and returns the number of files.
func write(tb testing.TB, dir string) int {
	tb.Helper()
	platform, err := generator.Load(dir)
	if err != nil {
		tb.Fatal(err)
	}
	if len(platform.Diagnostics) > 0 {
		tb.Fatal(platform.Diagnostics[0].Summary)
	}
	plan, err := platform.Write(generator.WriteOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return plan.Owned() + plan.Counts()[generator.StateNew]
}

func BenchmarkRender(b *testing.B) {
	for _, n := range sizes {
		dir := folder(b, spec(n, nil))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				platform, err := generator.Load(dir)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := platform.Render(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCold(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			src := spec(n, nil)
			for b.Loop() {
				b.StopTimer()
				dir := folder(b, src)
				b.StartTimer()
				b.ReportMetric(float64(write(b, dir)), "files")
			}
		})
	}
}

func BenchmarkNoop(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := folder(b, spec(n, nil))
			write(b, dir)
			for b.Loop() {
				write(b, dir)
			}
		})
	}
}

// BenchmarkNoopDeleted measures what a file costs that the user deleted.
func BenchmarkNoopDeleted(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := folder(b, spec(n, nil))
			write(b, dir)
			if err := os.Remove(filepath.Join(dir, "overlays/prod/apps/app-00000/availability.yaml")); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				write(b, dir)
			}
		})
	}
}

func BenchmarkOneChanged(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := folder(b, spec(n, nil))
			write(b, dir)
			for turn := 0; b.Loop(); turn++ {
				b.StopTimer()
				put(b, dir, spec(n, func(i int) bool { return i == n/2 && turn%2 == 0 }))
				b.StartTimer()
				write(b, dir)
			}
		})
	}
}

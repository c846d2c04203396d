package merge

import (
	"fmt"
	"strings"
	"testing"
)

// manifest returns a Deployment with as many lines as asked for, as a map of settings.
func manifest(lines int) []string {
	head := strings.Split(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.0.0
          env:`, "\n")
	for i := 0; len(head) < lines; i++ {
		head = append(head, fmt.Sprintf("            - name: SETTING_%d", i), fmt.Sprintf("              value: %q", "on"))
	}
	return head
}

func BenchmarkMerge(b *testing.B) {
	for _, lines := range []int{60, 5000} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			base := strings.Join(manifest(lines), "\n") + "\n"
			mine := strings.Replace(base, "replicas: 2", "replicas: 5", 1) + "            - name: MINE\n              value: x\n"
			theirs := strings.Replace(base, ":1.0.0", ":1.1.0", 1)
			theirs = strings.Replace(theirs, "SETTING_9\n", "SETTING_NINE\n", 1)
			b.ReportAllocs()
			for b.Loop() {
				if out := merge(base, mine, theirs); out.Text == nil {
					b.Fatal(out.Conflicts)
				}
			}
		})
	}
}

// BenchmarkUnlike merges texts that have next to nothing in common but lines that
// occur often.
func BenchmarkUnlike(b *testing.B) {
	var base, mine, theirs strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&base, "%d\n", i*i%17)
		fmt.Fprintf(&mine, "%d\n", i*i%19)
		fmt.Fprintf(&theirs, "%d\n", i*i%23)
	}
	for b.Loop() {
		merge(base.String(), mine.String(), theirs.String())
	}
}

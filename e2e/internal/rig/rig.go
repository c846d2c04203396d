// Package rig runs a real Argo CD on a real cluster, on one machine and without containers: an
// API server with its etcd, the controllers and the scheduler of Kubernetes, nodes that kwok
// plays, Argo CD's application controller, repo server and ApplicationSet controller, and a Git
// server from which they deploy. A test pushes a repository, applies what a person would apply,
// and sees what happens.
//
// What a rig holds to:
//   - Each rig is a world of its own: its ports are free ones, its files are in the folder of
//     its test, and it shares nothing but the programs.
//   - Nothing outlives the test, however the test ends (package process).
//   - Everything that answers requests listens on loopback; only the metrics of the application
//     controller have no such setting.
//   - What Argo CD is told differs from a new installation in three things only: it asks Git
//     every five seconds, it checks no signatures, and its cluster is the API server of the rig.
//   - Whatever goes wrong with the rig itself ends the test with the last words of the program.
//
// What other controllers would do (External Secrets, a gateway, a provisioner of volumes, the
// metrics server) stand-ins do, as far as anybody waits for it.
//
// What a rig cannot show: containers, probes, images, network policies. Pods are ready as soon
// as they have a node, unless their annotations say otherwise (stages.yaml).
package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wavewright/wavewright/generator/e2e/internal/cluster"
	"github.com/wavewright/wavewright/generator/e2e/internal/process"
)

// Options say what a test needs of its rig.
type Options struct {
	// Nodes of the cluster. Default: three, each in a zone of its own.
	Nodes []Node
}

// Rig is a running cluster with Argo CD.
type Rig struct {
	// API is the API server.
	API *cluster.Server

	t         *testing.T
	dir       string
	begun     time.Time
	processes []*process.Process
	// binary is the wavewright of this source.
	binary string
	// git is the URL of the Git server, cache the address of Argo CD's Redis.
	git, cache string
	// load is what every container uses, in percent of its requests.
	load atomic.Int64
	// done is closed when the test is over.
	done chan struct{}
	// watching are the goroutines that end then.
	watching sync.WaitGroup
}

// Start brings up a rig, which stops with the test. It skips the test where no rig can run.
func Start(t *testing.T, o Options) *Rig {
	t.Helper()
	if !cluster.Runs {
		t.Skip("a rig needs Linux, whose kernel ends its programs when the test is killed")
	}
	r := &Rig{t: t, dir: t.TempDir(), begun: time.Now(), done: make(chan struct{})}
	t.Cleanup(r.stop)
	r.must("build the programs", r.build())
	r.begun = time.Now()
	r.must("start the API server", r.startServer())
	r.must("start the controllers", r.startControllers())
	r.addNodes(o.Nodes)
	r.must("serve metrics", r.startMetrics())
	r.installArgoCD()
	r.must("start Argo CD", r.startArgoCD())
	r.watching.Go(r.watch)
	r.watching.Go(r.standIn)
	return r
}

// Note writes an event into the timeline: the seconds since the programs were built, and what
// has happened.
func (r *Rig) Note(format string, args ...any) {
	fmt.Fprintf(r.t.Output(), "%7.1f s  %s\n", time.Since(r.begun).Seconds(), fmt.Sprintf(format, args...))
}

// Fatal ends the test.
func (r *Rig) Fatal(format string, args ...any) {
	r.t.Helper()
	r.Note("FAILED: "+format, args...)
	r.t.FailNow()
}

// must ends the test when something of the rig has failed, and notes what has succeeded.
func (r *Rig) must(what string, err error) {
	r.t.Helper()
	if err != nil {
		r.Fatal("%s: %v", what, err)
	}
	r.Note("%s", what)
}

// Await waits until what is asked for has come about. A program of the rig that has ended, or
// the end of the test's patience, ends the test.
func (r *Rig) Await(patience time.Duration, what string, ask func() bool) {
	r.t.Helper()
	begun := time.Now()
	for !ask() {
		r.alive()
		if time.Since(begun) > patience {
			r.Fatal("after %s not yet: %s\n%s", patience, what, r.state())
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.Note("%s (%.1f s)", what, time.Since(begun).Seconds())
}

// Throughout asks again and again for a while, and ends the test when the answer is no.
func (r *Rig) Throughout(while time.Duration, what string, ask func() bool) {
	r.t.Helper()
	for begun := time.Now(); time.Since(begun) < while; time.Sleep(100 * time.Millisecond) {
		r.alive()
		if !ask() {
			r.Fatal("no longer: %s\n%s", what, r.state())
		}
	}
	r.Note("%s, for %s", what, while)
}

// alive ends the test when a program of the rig has ended.
func (r *Rig) alive() {
	r.t.Helper()
	for _, p := range r.processes {
		err := p.Ended()
		if err != nil {
			r.Fatal("%v", err)
		}
	}
}

// stop ends everything, in the order that leaves nothing without the one it asks.
func (r *Rig) stop() {
	close(r.done)
	r.watching.Wait()
	r.keepLogs()
	for _, p := range r.processes {
		p.Stop()
	}
	if r.API != nil {
		r.API.Stop()
	}
}

// keepLogs copies the logs of a failed test to the folder that WAVEWRIGHT_RIG_LOGS names.
func (r *Rig) keepLogs() {
	to := os.Getenv("WAVEWRIGHT_RIG_LOGS")
	if to == "" || !r.t.Failed() {
		return
	}
	for _, p := range r.processes {
		content, err := os.ReadFile(p.Log)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(p.Log)), content, 0o644)
		}
		if err != nil {
			r.Note("keep logs: %v", err)
		}
	}
}

// file is a path in the folder of the rig.
func (r *Rig) file(name string) string { return filepath.Join(r.dir, name) }

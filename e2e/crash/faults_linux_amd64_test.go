package crash

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// each runs generate with one call after the other disturbed, every step-th of them, and
// hands each run to check. It returns the number of runs.
func (s *scene) each(t *testing.T, f fault, step int, check func(dir string, run disturbed)) int {
	t.Helper()
	points := 0
	for f.at = 1; ; f.at += step {
		dir := s.copy(t)
		run := s.traced(t, dir, f)
		if run.hit == "" {
			if run.code != 0 {
				t.Fatalf("undisturbed: exit %d: %s", run.code, run.out)
			}
			return points
		}
		points++
		check(dir, run)
		os.RemoveAll(dir)
		if t.Failed() {
			t.FailNow()
		}
	}
}

// step is how many calls lie between those that are disturbed, in a hurry.
func step(n int) int {
	switch {
	case os.Getenv("WAVEWRIGHT_NIGHTLY") != "":
		return 1
	case testing.Short():
		return 7 * n
	}
	return n
}

func TestKilledAtEveryCall(t *testing.T) { newScene(t).killed(t) }

// TestSwapKilledAtEveryCall kills runs while names change places.
func TestSwapKilledAtEveryCall(t *testing.T) { newSwapScene(t).killed(t) }

func (s *scene) killed(t *testing.T) {
	t.Helper()
	points := s.each(t, fault{}, step(1), func(dir string, run disturbed) {
		if run.code != -1 {
			t.Fatalf("%s: it was not killed: exit %d: %s", run.hit, run.code, run.out)
		}
		s.heals(t, dir, run.hit+", killed")
	})
	t.Logf("killed before each of %d calls", points)
	if points < 100 && !testing.Short() {
		t.Errorf("only %d calls: the test shows little", points)
	}
}

// TestSwapFaultAtEveryCall lets calls fail while names change places.
func TestSwapFaultAtEveryCall(t *testing.T) {
	newSwapScene(t).faults(t, "EIO at calls that write", fault{errno: unix.EIO}, step(1))
}

// TestFaultAtEveryCall lets calls fail. The run says so and exits with 1, or the failure
// did not matter.
func TestFaultAtEveryCall(t *testing.T) {
	s := newScene(t)
	s.faults(t, "ENOSPC at calls that write", fault{errno: unix.ENOSPC}, step(1))
	s.faults(t, "EIO at calls that write", fault{errno: unix.EIO}, step(1))
	s.faults(t, "EIO at calls that read", fault{errno: unix.EIO, reads: true}, step(11))
}

func (s *scene) faults(t *testing.T, title string, f fault, step int) {
	t.Helper()
	failed := 0
	points := s.each(t, f, step, func(dir string, run disturbed) {
		switch {
		case run.code == 0:
		case run.code == 1 && strings.Contains(run.out, f.errno.Error()):
			failed++
		default:
			t.Errorf("%s: exit %d: %s", run.hit, run.code, run.out)
		}
		s.heals(t, dir, run.hit)
	})
	t.Logf("%s: %d runs, of which %d failed", title, points, failed)
	if failed == 0 {
		t.Errorf("%s: no run failed: the test shows nothing", title)
	}
}

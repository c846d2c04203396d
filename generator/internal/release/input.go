package release

import (
	"slices"
	"time"

	"github.com/wavewright/wavewright/generator/internal/git"
	"github.com/wavewright/wavewright/schema/diag"
)

// Environment is what promotion needs to know about an environment of the spec.
type Environment struct {
	Name string
	// From is the environment that this one promotes from; it is empty for the
	// first, which follows the branch and has no pins.
	From string
	// Targets are in the order in which they are rolled.
	Targets []string
}

// Request asks for a promotion.
type Request struct {
	// To is the environment whose pins are to move.
	To string
	// Targets narrows the promotion; empty means all targets of the environment.
	Targets []string
	// Applications are the ones to move; empty means everything that the previous
	// environment runs.
	Applications []string
	// Infra also moves the namespaces of the named applications and what the cluster has
	// for the environment.
	Infra bool
	// Revision is the commit to promote from the first environment; empty means the
	// tip of the pushed branch.
	Revision string
}

// RollbackRequest asks for pins to go back to their predecessors.
type RollbackRequest struct {
	// In is the environment whose pins are to move.
	In string
	// Targets narrows the rollback; empty means all targets of the environment.
	Targets []string
	// Applications and Namespaces are the ones to move; both empty, without Cluster,
	// means every pin.
	Applications []string
	Namespaces   []string
	// Cluster moves what the cluster has for the environment.
	Cluster bool
}

// Input holds all facts that [Promote] and [Rollback] decide from. [Load] and [LoadRollback]
// fill it.
type Input struct {
	Environments []Environment
	// By and At are recorded in the pins that move.
	By string
	At time.Time
	// Source is releases/<env>.yaml of the environment to change, as it stands in the
	// working tree, and Current what it says; both nil when there is no such file.
	Source  []byte
	Current *Releases
	// Pushed, Dirty, Ahead and Shallow matter to promotion only.
	Pushed Pushed
	// Dirty lists files with changes that are not committed.
	Dirty []string
	// Ahead is the number of commits of the local branch that are not pushed.
	Ahead   int
	Shallow bool
	// Sources are the files that diagnostics of loading point at, for their printer.
	Sources diag.Sources
}

// Pushed describes the remote branch as of the last fetch or push of this clone.
type Pushed struct {
	// Branch is the branch that the first environment follows, Name its
	// remote-tracking ref as people write it ("origin/main"), Tip its commit; Tip is
	// empty when there is no such ref, and NotPushed then says why.
	Branch    string
	Name      string
	Tip       string
	NotPushed *git.NotPushedError
	// Line is the first-parent line of the branch, newest first.
	Line []string
	// Revision is the commit that a promotion from the first environment takes: the
	// requested one, else Tip. It is empty when the requested one does not exist.
	Revision string
	// Runs is what the first environment could run at Revision; nil when it has no
	// candidates file there.
	Runs *Candidates
	// Previous are the pins of the previous environment at Tip; nil when there are none.
	Previous *Releases
	// Candidates are those of the environment to change, by commit; a commit without
	// such a file is absent.
	Candidates map[string]*Candidates
	// Unreachable holds the commits that are not in the history of Tip.
	Unreachable map[string]bool
}

// environment returns the environment with the given name.
func environment(all []Environment, name string) (Environment, bool) {
	i := slices.IndexFunc(all, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return Environment{}, false
	}
	return all[i], true
}

func environmentNames(all []Environment) []string {
	var names []string
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names
}

// Action says what happens to a pin.
type Action string

// The actions.
const (
	Created   Action = "created"
	Moved     Action = "moved"
	Unchanged Action = "unchanged"
)

// Move is the outcome for one pin.
type Move struct {
	Slot
	Action Action `json:"action"`
	// From is the commit that the pin was at, empty for a new one; To is where it is now.
	From string `json:"from,omitempty"`
	To   string `json:"to"`
}

// Result is what a promotion or rollback would write.
type Result struct {
	Environment string `json:"environment"`
	// File is the path to write below the spec's folder, Source its new bytes. When
	// no pin is created or moved, Source is the bytes that were there.
	File   string `json:"file"`
	Source []byte `json:"-"`
	// Moves are in the order of the targets, and within one in deployment order.
	Moves []Move `json:"moves"`
}

// Changed reports whether the file is to be written.
func (r *Result) Changed() bool {
	return slices.ContainsFunc(r.Moves, func(m Move) bool { return m.Action != Unchanged })
}

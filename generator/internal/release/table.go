package release

import "slices"

// TableInput holds the facts that [Table] shows.
type TableInput struct {
	Environments []Environment
	// Branch is what the first environment follows.
	Branch string
	// Runs are the candidates of the first environment; nil when they are not known.
	Runs *Candidates
	// Releases are the pins by environment; those that have none yet are absent.
	Releases map[string]*Releases
	// Line is the first-parent line of the branch, newest first; empty when not known.
	Line []string
}

// Row says what one slot runs.
type Row struct {
	Environment string `json:"environment"`
	Slot
	// Revision is a commit id, or the name of the branch in the first environment.
	Revision string `json:"revision"`
	At       string `json:"at,omitempty"`
	By       string `json:"by,omitempty"`
	// Behind is the number of first-parent commits by which the slot is behind the
	// previous environment; negative when it is ahead, nil when it is not known.
	Behind *int `json:"behind,omitempty"`
}

// Table lists what every environment runs: environments and targets in the order of
// the spec, slots in deployment order.
func Table(in TableInput) []Row {
	at := make(map[string]int, len(in.Line))
	for i, commit := range in.Line {
		at[commit] = i
	}
	var rows []Row
	for _, env := range in.Environments {
		if env.From == "" {
			rows = append(rows, in.first(env)...)
			continue
		}
		for _, target := range env.Targets {
			for _, pin := range in.Releases[env.Name].Of(target) {
				row := Row{Environment: env.Name, Slot: pin.Slot, Revision: pin.Revision, At: pin.At, By: pin.By}
				row.Behind = distance(at, in.before(env, pin), pin.Revision)
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func (in TableInput) first(env Environment) []Row {
	var rows []Row
	for _, target := range env.Targets {
		for _, c := range in.Runs.All() {
			if c.Target == target {
				rows = append(rows, Row{Environment: env.Name, Slot: c.Slot, Revision: in.Branch})
			}
		}
	}
	return rows
}

// before returns the commit at which the previous environment runs the pinned element, or ""
// when it does not run the element or its targets run different commits.
func (in TableInput) before(env Environment, pin Pin) string {
	from, ok := environment(in.Environments, env.From)
	if !ok || len(in.Line) == 0 {
		return ""
	}
	tip := in.Line[0]
	prev := previous{env: from, push: Pushed{Tip: tip, Revision: tip, Runs: in.Runs, Previous: in.Releases[from.Name], Line: in.Line}}
	found := prev.revisions(pin.Kind, pin.Name)
	if pin.Kind == Namespace {
		found = in.namespaceBefore(env, prev, pin)
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// namespaceBefore finds a namespace of the previous environment through the
// applications that live in it, because its name may differ.
func (in TableInput) namespaceBefore(env Environment, prev previous, pin Pin) []string {
	var found []string
	for _, app := range in.Releases[env.Name].Of(pin.Target) {
		if app.Kind != Application || app.Element.Get("namespace") != pin.Name {
			continue
		}
		found = append(found, prev.hosts(app.Name)...)
	}
	if len(found) == 0 {
		return nil
	}
	return []string{newest(in.Line, slices.Compact(found)...)}
}

// distance counts the commits from a pin forward to another commit of the line.
func distance(at map[string]int, ahead, pinned string) *int {
	i, known := at[ahead]
	j, found := at[pinned]
	if !known || !found {
		return nil
	}
	n := j - i
	return &n
}

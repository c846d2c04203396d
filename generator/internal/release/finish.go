package release

import (
	"slices"
	"time"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

// finish turns the elements of a promotion or rollback into pins and moves, and edits the
// file.
func (p *promotion) finish() (*Result, Refusals) {
	var pins []Pin
	for _, c := range p.wanted {
		pins = append(pins, p.pin(c))
	}
	return result(p.in, p.to, pins)
}

// pin returns the pin that runs a candidate. When the candidate equals the current run, pin
// returns the current pin, so that author and time stay.
func (p *promotion) pin(c Candidate) Pin {
	old, exists := p.in.Current.Find(c.Slot)
	commit := p.revision[c.Slot]
	if exists && old.Revision == commit && slices.Equal(old.Element, c.Element) {
		return old
	}
	next := Pin{Slot: c.Slot, Run: p.in.run(commit, c.Element)}
	if exists {
		next.Previous = append([]Run{old.Run}, old.Previous...)
		next.Previous = next.Previous[:min(len(next.Previous), MaxPrevious)]
	}
	return next
}

// run returns a run that starts now.
func (in *Input) run(commit string, e Element) Run {
	at := in.At.UTC().Truncate(time.Second).Format(timestamp)
	return Run{Revision: commit, By: in.By, At: at, Element: e}
}

// result compares pins with the current ones and edits the file when some differ.
func result(in *Input, env Environment, pins []Pin) (*Result, Refusals) {
	out := &Result{Environment: env.Name, File: layout.Pins(env.Name), Source: in.Source}
	slices.SortStableFunc(pins, func(a, b Pin) int {
		if a.Target != b.Target {
			return slices.Index(env.Targets, a.Target) - slices.Index(env.Targets, b.Target)
		}
		return a.Slot.Compare(b.Slot)
	})
	var changed []Pin
	for _, p := range pins {
		m := move(in.Current, p)
		out.Moves = append(out.Moves, m)
		if m.Action != Unchanged {
			changed = append(changed, p)
		}
	}
	if len(changed) == 0 {
		return out, nil
	}
	source, err := Edit(out.File, in.Source, changed)
	if err != nil {
		return nil, Refusals{{Code: "release/layout", Text: err.Error(), Hint: "Rewrite the file in that layout, then try again."}}
	}
	out.Source = source
	return out, nil
}

func move(current *Releases, p Pin) Move {
	old, exists := current.Find(p.Slot)
	switch {
	case !exists:
		return Move{Slot: p.Slot, Action: Created, To: p.Revision}
	case old.Equal(p):
		return Move{Slot: p.Slot, Action: Unchanged, From: old.Revision, To: p.Revision}
	}
	return Move{Slot: p.Slot, Action: Moved, From: old.Revision, To: p.Revision}
}

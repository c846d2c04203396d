package tree

import "strings"

// follow tells what changes places in the words of a plan: where a file comes from now.
func (p *Plan) follow() {
	if p.shift == nil {
		return
	}
	p.changes = append(p.changes, p.shift.refused...)
	told := map[*item]bool{}
	for at := range p.changes {
		if i := p.shift.tell(&p.changes[at]); i != nil {
			told[i] = true
		}
	}
	for _, i := range p.shift.items {
		switch {
		case i.place == "" || told[i]:
		case i.yours():
			p.changes = append(p.changes, Change{
				Path: i.dest, From: i.origin, Yours: true, swapped: true, State: StateMoved, Action: ActionMove,
				Reason: "yours, in a folder that changes places with another one",
			})
		case i.file.disk.kind == regular:
			c := Change{Path: i.dest, ID: i.id, State: StateUnchanged, Action: ActionNone, Executable: i.file.disk.exec}
			i.turn(&c)
			p.changes = append(p.changes, c)
			p.unchanged--
		}
	}
}

// tell completes a change of something that changes places, and returns that.
func (x *shift) tell(c *Change) *item {
	if c.From != "" { // it goes on from where it has arrived
		for path := c.From; path != ""; path = parent(path) {
			if i := x.arrivals[path]; i != nil {
				c.at, c.From = c.From, i.origin+strings.TrimPrefix(c.From, path)
				return i
			}
		}
		return nil
	}
	i := x.arrivals[c.Path]
	switch {
	case i == nil:
		return nil
	case c.Conflict() || c.Refusal():
		c.Reason += "; until now it is " + i.origin
	case i.yours():
		return nil
	case c.Action == ActionDelete:
		c.at, c.Path = c.Path, i.origin
	default:
		i.turn(c)
	}
	return i
}

// turn makes what becomes of a file at its new path a change that begins at the old one.
func (i *item) turn(c *Change) {
	c.From, c.swapped, c.same = i.origin, true, c.Action != ActionUpdate
	if c.same {
		c.New, c.Disk, c.Base = i.file.disk.data, i.file.disk.data, i.file.base()
	}
	c.Action = ActionMove
	switch c.State {
	case StateMerged, StateUserModified:
		c.State, c.Reason = StateMoved, "moved from "+i.origin+", with what you changed"
	case StateUpdate, StateConverged, StateUnchanged:
		c.State, c.Reason = StateMoved, "moved from "+i.origin
	}
}

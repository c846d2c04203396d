package release

import (
	"fmt"
	"slices"
	"strings"
)

// Promote decides what a promotion changes: the pins of req.To move to what the
// environment before it runs, as pushed. Either the result or the refusals are nil;
// all refusals that can be found are found in one run. It touches no file.
func Promote(in *Input, req Request) (*Result, Refusals) {
	p := &promotion{in: in, req: req}
	if p.environments() {
		p.world()
		if in.Pushed.Revision != "" && !in.Shallow {
			p.plan()
		}
	}
	if len(p.refused) > 0 {
		return nil, p.refused
	}
	return p.finish()
}

// promotion holds the state of one call of [Promote].
type promotion struct {
	in       *Input
	req      Request
	to       Environment
	targets  []string
	previous previous
	wanted   []Candidate
	revision map[Slot]string
	refused  Refusals
}

// environments finds the two environments and the targets; it reports whether the
// rest can be decided.
func (p *promotion) environments() bool {
	to, ok := findEnvironment(p.in, p.req.To, "promote", &p.refused)
	if !ok {
		return false
	}
	p.to, p.targets = to, narrow(to, p.req.Targets, "promote", &p.refused)
	from, ok := environment(p.in.Environments, to.From)
	if !ok {
		p.refused.add("promote/unknown-environment",
			fmt.Sprintf("%s promotes from %s, which is not an environment", to.Name, to.From),
			didYouMean(to.From, environmentNames(p.in.Environments)))
		return false
	}
	p.previous = previous{env: from, push: p.in.Pushed}
	p.revision = map[Slot]string{}
	return true
}

// findEnvironment finds an environment that has pins.
func findEnvironment(in *Input, name, verb string, refused *Refusals) (Environment, bool) {
	env, ok := environment(in.Environments, name)
	switch {
	case !ok:
		refused.add(verb+"/unknown-environment", fmt.Sprintf("there is no environment %q", name),
			didYouMean(name, environmentNames(in.Environments)))
		return env, false
	case env.From == "":
		refused.add(verb+"/first-environment", fmt.Sprintf("%s has no pins: it follows the branch", name),
			"To deploy, commit and push; to roll back, revert the commit and push.")
		return env, false
	}
	return env, true
}

// narrow returns the requested targets, in the order of the environment.
func narrow(env Environment, only []string, verb string, refused *Refusals) []string {
	for _, t := range only {
		if !slices.Contains(env.Targets, t) {
			refused.add(verb+"/unknown-target", fmt.Sprintf("%s has no target %q", env.Name, t), didYouMean(t, env.Targets))
		}
	}
	meant := slices.DeleteFunc(slices.Clone(env.Targets), func(t string) bool { return !slices.Contains(only, t) })
	if len(meant) == 0 {
		return env.Targets // all, or refused: then the rest is still worth checking
	}
	return meant
}

// world refuses the promotion when the clone is shallow, has uncommitted changes or is ahead
// of the remote.
func (p *promotion) world() {
	in, push := p.in, p.in.Pushed
	if push.NotPushed != nil {
		p.refused.add("promote/not-pushed", push.NotPushed.Error(), push.NotPushed.Hint())
	}
	if in.Shallow {
		p.refused.add("promote/shallow", "this clone is shallow: its history does not show which revisions are on the branch", "Run `git fetch --unshallow`.")
	}
	if len(in.Dirty) > 0 {
		p.refused.add("promote/dirty", "these changes are not committed: "+summary(in.Dirty), "Commit and push them, or put them aside with `git stash`.")
	}
	lawful := p.requested()
	if in.Ahead > 0 && !(lawful && p.req.Revision != "") {
		hint := "Push first: `git push`."
		if p.previous.first() {
			hint += fmt.Sprintf(" Or promote what is pushed: --revision %s.", short(push.Tip))
		}
		p.refused.add("promote/not-pushed", fmt.Sprintf("branch %s is %s ahead of %s", push.Branch, commits(in.Ahead), push.Name), hint)
	}
}

func commits(n int) string {
	if n == 1 {
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}

// requested checks the revision of the request and reports whether it may be used.
func (p *promotion) requested() bool {
	push := p.in.Pushed
	switch {
	case p.req.Revision == "" || push.Tip == "":
		return true
	case !p.previous.first():
		p.refused.add("promote/revision",
			fmt.Sprintf("a promotion to %s takes the revisions that %s runs, and no other", p.to.Name, p.previous.env.Name),
			fmt.Sprintf("Leave out --revision, or promote the revision to %s first.", p.previous.env.Name))
	case push.Revision == "":
		p.refused.add("promote/unknown-revision", fmt.Sprintf("there is no commit %q", p.req.Revision), "Run `git fetch`, then try again.")
	case p.in.Shallow: // said already; the line is cut off
	case !slices.Contains(push.Line, push.Revision):
		p.refused.add("promote/off-branch",
			fmt.Sprintf("revision %s is not on the first-parent line of %s", short(push.Revision), push.Name),
			"Merge the revision and push, then promote the merge commit.")
	default:
		return true
	}
	return false
}

// plan decides which elements move, and checks that they belong together.
func (p *promotion) plan() {
	if len(p.req.Applications) == 0 {
		p.everything()
	} else {
		p.named()
	}
	p.reachable()
	p.homes()
	if len(p.wanted)+len(p.refused) == 0 {
		p.refused.add("promote/nothing",
			fmt.Sprintf("nothing that %s runs, as pushed, can be promoted to %s", p.previous.env.Name, p.to.Name),
			fmt.Sprintf("Generate, commit and push; if %[1]s has pins, promote to it first.", p.previous.env.Name))
	}
}

// want records that a slot is to run its candidate at a commit, and reports whether the
// commit has that candidate. For a commit outside the pushed history want reports true:
// reachable refuses such a commit.
func (p *promotion) want(s Slot, commit string) bool {
	element, ok := p.in.Pushed.Candidates[commit].Find(s)
	if ok && p.revision[s] == "" {
		p.wanted = append(p.wanted, Candidate{Slot: s, Element: element})
		p.revision[s] = commit
	}
	return ok || p.in.Pushed.Unreachable[commit]
}

// everything adds all elements that the previous environment runs to the promotion. It ignores
// elements that this environment is not declared to run.
func (p *promotion) everything() {
	upcoming := p.in.Pushed.Candidates[p.in.Pushed.Revision]
	for _, name := range p.previous.names(Application, upcoming) {
		if commit, ok := p.agreed(Application, name); ok {
			for _, target := range p.targets {
				p.want(Slot{Target: target, Kind: Application, Name: name}, commit)
			}
		}
	}
	p.namespaces()
	p.bareNamespaces(upcoming)
	p.clusters()
}

// agreed returns the one commit at which all targets of the previous environment
// run something.
func (p *promotion) agreed(k Kind, name string) (string, bool) {
	found := p.previous.revisions(k, name)
	if len(found) > 1 {
		from := p.previous.env.Name
		p.refused.add("promote/mixed",
			strings.TrimSpace(fmt.Sprintf("the targets of %s run different revisions of %s %s", from, k, name)),
			fmt.Sprintf("Finish the promotion to %s first.", from))
	}
	if len(found) != 1 {
		return "", false
	}
	return found[0], true
}

// named adds the applications of the request to the promotion, and with Infra their
// namespaces.
func (p *promotion) named() {
	for _, name := range p.req.Applications {
		if commit, ok := p.promotable(name); ok {
			p.candidate(name, commit)
		}
	}
	if p.req.Infra {
		p.namespaces()
		p.clusters()
	}
}

// promotable returns the commit at which the previous environment runs a named
// application, or refuses.
func (p *promotion) promotable(name string) (string, bool) {
	from := p.previous.env.Name
	if known := p.knownApplications(); !slices.Contains(known, name) {
		p.refused.add("promote/unknown-application", fmt.Sprintf("there is no application %q", name), didYouMean(name, known))
		return "", false
	}
	if len(p.previous.revisions(Application, name)) == 0 {
		hint := fmt.Sprintf("Promote it to %s first and push.", from)
		if p.previous.first() {
			hint = fmt.Sprintf("Let %s run it first: generate, commit and push.", from)
		}
		p.refused.add("promote/skipped", fmt.Sprintf("%s does not run application %s as pushed", from, name), hint)
		return "", false
	}
	return p.agreed(Application, name)
}

func (p *promotion) knownApplications() []string {
	push := p.in.Pushed
	known := p.previous.names(Application, nil)
	for _, commit := range []string{push.Tip, push.Revision} {
		for _, c := range push.Candidates[commit].All() {
			if c.Kind == Application {
				known = append(known, c.Name)
			}
		}
	}
	for _, pin := range p.in.Current.All() {
		if pin.Kind == Application {
			known = append(known, pin.Name)
		}
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// candidate adds a named application to the promotion in every target that can run it, and
// refuses an application that no target can run.
func (p *promotion) candidate(name, commit string) {
	found := false
	for _, target := range p.targets {
		found = p.want(Slot{Target: target, Kind: Application, Name: name}, commit) || found
	}
	if found {
		return
	}
	hint := fmt.Sprintf("Declare %s for %s in the spec, generate and push, then promote it through %s.", name, p.to.Name, p.previous.env.Name)
	p.refused.add("promote/not-a-candidate",
		fmt.Sprintf("application %s is not a candidate of %s at revision %s", name, strings.Join(p.targets, ", "), short(commit)), hint)
}

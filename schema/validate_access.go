package schema

import (
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// groupName matches group names of identity providers: words, paths, addresses and
// distinguished names without characters that Argo CD's policies interpret.
var groupName = lazyregexp.New(`^[A-Za-z0-9/@_][A-Za-z0-9/@_:=.+ -]{0,252}$`)

// systemGroup begins the names of Kubernetes' own groups.
const systemGroup = "system:"

// access checks the groups that a team or an environment names.
func (v *validator) access(holder *yamltree.Node) {
	access := holder.Get("access")
	if access == nil || access.Kind != yamltree.Map {
		return
	}
	if len(access.Entries) == 0 {
		v.nobody(holder.KeyAt("access"), "access names no group")
	}
	for _, entry := range access.Entries {
		if entry.Value.Kind != yamltree.List || entry.Value.Faulty {
			continue
		}
		if len(entry.Value.Items) == 0 {
			v.nobody(entry.KeyRange, quoted(entry.Key)+" names no group")
		}
		v.groups(entry.Value.Items)
	}
}

func (v *validator) nobody(at diag.Range, summary string) {
	v.list.Error(at, "access/empty", summary).Hint = "List groups, or take the line out: nobody has access unless a group is named."
}

func (v *validator) groups(items []*yamltree.Node) {
	seen := map[string]bool{}
	for _, group := range items {
		switch {
		case group.Kind != yamltree.String: // reported by the decoder
		case strings.HasPrefix(group.Text, systemGroup):
			d := v.list.Error(group.Range, "access/group", quoted(group.Text)+" is a group of Kubernetes itself")
			d.Detail = "Everybody, every service account or every administrator would have this access."
			d.Hint = "Name a group of your identity provider."
		case !groupName.MatchString(group.Text) || strings.TrimSpace(group.Text) != group.Text:
			d := v.list.Error(group.Range, "access/group", quoted(group.Text)+" is not a group")
			d.Detail = "A group has letters, digits, spaces and / @ _ : = . + -, and begins with a letter, a digit, /, @ or _. Placeholders are not replaced here."
			d.Hint = "Write the group as your identity provider sends it to the cluster."
		case seen[group.Text]:
			v.list.Error(group.Range, "name/duplicate", "this group is listed twice").Hint = "Take one of them out."
		}
		seen[group.Text] = true
	}
}

// codeOwner is a user, a team or a group with @, or an e-mail address.
var codeOwner = lazyregexp.New(`^(@[A-Za-z0-9][A-Za-z0-9._/-]{0,200}|[A-Za-z0-9][A-Za-z0-9._+-]{0,100}@[A-Za-z0-9][A-Za-z0-9.-]{0,100})$`)

// owners checks code owners: the forge ignores a line of CODEOWNERS with an invalid owner,
// so that nobody would review.
func (v *validator) owners(n *yamltree.Node) {
	if n == nil || n.Kind != yamltree.List {
		return
	}
	if len(n.Items) == 0 {
		v.list.Error(n.Range, "owner/invalid", "there is no owner in the list").Hint = "Name one, or take the line out."
	}
	for _, owner := range n.Items {
		if isText(owner) && !codeOwner.MatchString(owner.Text) {
			v.list.Error(owner.Range, "owner/invalid", quoted(owner.Text)+" is not a code owner").Hint =
				"Write @user, @organisation/team, @group/subgroup or an e-mail address."
		}
	}
}

package schema

import (
	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/yamltree"
)

var (
	// trigger matches names of triggers of Argo CD.
	trigger = lazyregexp.New(`^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$`)
	// recipient is a service and its channel, without the semicolon that separates recipients.
	recipient = lazyregexp.New(`^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?:[^;\s\x00-\x1f]{1,200}$`)
)

// notifications checks the subscriptions of an environment.
func (v *validator) notifications(n *yamltree.Node) {
	if n == nil {
		return
	}
	for _, entry := range n.Entries {
		if !trigger.MatchString(entry.Key) {
			v.list.Error(entry.KeyRange, "notification/invalid", quoted(entry.Key)+" is not a trigger").Hint =
				"Write the name of a trigger of argocd-notifications-cm without trigger. before it, for example on-sync-failed."
		}
		if entry.Value.Kind == yamltree.List && len(entry.Value.Items) == 0 {
			v.list.Error(entry.KeyRange, "notification/invalid", "nobody is notified by trigger "+quoted(entry.Key)).Hint = "Name a recipient, or take the line out."
		}
		for _, item := range entry.Value.Items {
			if isText(item) && !recipient.MatchString(item.Text) {
				v.list.Error(item.Range, "notification/invalid", quoted(item.Text)+" is not a recipient").Hint =
					"Write SERVICE:CHANNEL, for example slack:deployments."
			}
		}
	}
}

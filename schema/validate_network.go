package schema

import (
	"strings"
	"time"
)

// exceptions checks the exceptions from network policies. Resolve checks that their
// namespaces belong to the environment.
func (v *validator) exceptions(env *Environment) {
	for _, namespace := range sortedKeys(env.Network) {
		e, node := env.Network[namespace], env.Node.Get("network").Get(namespace)
		if strings.TrimSpace(e.Reason) == "" && isText(node.Get("reason")) {
			v.list.Error(node.At("reason"), "reason/missing", "this exception needs a reason").Hint = "Say what has to happen before the policies can be in force."
		}
		if at := node.Get("expires"); isText(at) && !isDate(at.Text) {
			v.list.Error(at.Range, "spec/value", quoted(at.Text)+" is not a date").Hint = "Write year, month and day, for example 2027-03-31."
		}
	}
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

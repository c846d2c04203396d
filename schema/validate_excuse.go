package schema

import "strings"

// excuses checks what the files tell of accepted findings. Which codes there are, only verify knows.
func (v *validator) excuses() {
	for _, e := range v.spec.Verify.Ignore {
		v.filled(e.Node, "code")
		if strings.TrimSpace(e.Reason) == "" && isText(e.Node.Get("reason")) {
			v.list.Error(e.Node.At("reason"), "reason/missing", "this excuse needs a reason").Hint = "Say why the finding is accepted, and what ends that."
		}
		if at := e.Node.Get("expires"); isText(at) && !isDate(at.Text) {
			v.list.Error(at.Range, "spec/value", quoted(at.Text)+" is not a date").Hint = "Write year, month and day, for example 2027-03-31."
		}
	}
}

package generator

import (
	"fmt"
	"time"

	"github.com/wavewright/wavewright/schema/diag"
)

// Expire notes the exceptions whose time is over on a day: as errors when strict, else
// as warnings. What is generated does not depend on the day, only what is said.
func (p *Platform) Expire(day time.Time, strict bool) {
	if p.model == nil {
		return
	}
	for _, e := range p.model.NetworkExceptions() {
		if e.Expires > day.Format(time.DateOnly) {
			continue
		}
		d := diag.Diagnostic{
			Severity: diag.Warning, Code: "network/expired", Subject: e.At,
			Summary: fmt.Sprintf("this exception ended on %s", e.Expires),
			Detail:  "The network policies of the namespace are out of force.",
			Hint:    "Take the line out, after the connections that are needed stand under connectsTo, or give it a new date and a reason why.",
		}
		if strict {
			d.Severity = diag.Error
		}
		p.Diagnostics = append(p.Diagnostics, d)
	}
}

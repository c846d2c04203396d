package render

import (
	"bytes"

	"github.com/wavewright/wavewright/generator/internal/model"
)

var rawFault = fault{codeEscape, "value must be the whole file", "It is a file of the user's own, byte by byte.",
	"Let the template print it and nothing else; comments of the template may stand beside it."}

// whole takes a text that is a file of its own. Nothing may be printed before it.
func (r *recorder) whole(action int, raw model.Raw) error {
	if r.raw != nil || len(bytes.TrimSpace(r.out.Bytes())) > 0 {
		return &emitError{action, rawFault}
	}
	r.raw = append([]byte{}, raw...)
	r.printed = append(r.printed, printed{action: int32(action), class: classText})
	return nil
}

// whole returns the file that a raw text makes. Nothing may be printed after it.
func (w *worker) whole(j *job) *outcome {
	if len(bytes.TrimSpace(w.rec.out.Bytes())) > 0 {
		return &outcome{problems: []problem{w.printedProblem(0, rawFault)}}
	}
	return j.outcome(w.rec.raw)
}

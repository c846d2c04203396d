package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// jsonFrame finds the place of every token in the skeleton of a JSON file. A token
// may stand for a whole value, or, when it is plain, be a part of a string.
func jsonFrame(skeleton string) *frame {
	b := &frameBuilder{text: skeleton, tokens: findTokens(skeleton)}
	sample, inString := jsonSample(skeleton)
	if err := json.Unmarshal([]byte(sample), new(any)); err != nil {
		return &frame{broken: jsonError(sample, err)}
	}
	for i, t := range b.tokens {
		step := op{kind: opJSON, token: i}
		if inString[i] {
			step.kind = opPlain
			if t.char == tokenValue {
				b.out.faults = append(b.out.faults, slotFault{i, fault{codeEscape, "value inside quotes", wholeOnly, "Remove the quotes: they are added."}})
			}
		}
		b.until(t.offset)
		b.out.ops = append(b.out.ops, step)
		b.done = t.offset + len(string(t.char))
	}
	b.until(len(skeleton))
	return &b.out
}

func jsonError(sample string, err error) *yamltree.SkeletonError {
	line := 0
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = strings.Count(sample[:min(int(e.Offset), len(sample))], "\n") + 1
	}
	return &yamltree.SkeletonError{Line: line, Message: err.Error()}
}

// jsonSample replaces every token by what is valid exactly where the token is, and
// reports for each whether it stands inside a string.
func jsonSample(skeleton string) (sample string, inString []bool) {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range skeleton {
		token := r == tokenPlain || r == tokenValue
		if token {
			inString = append(inString, quoted)
		}
		switch {
		case token && quoted:
			b.WriteByte('x')
		case token:
			b.WriteString("null")
		default:
			b.WriteRune(r)
		}
		quoted = quoted != (r == '"' && !escaped)
		escaped = quoted && !escaped && r == '\\'
	}
	return b.String(), inString
}

// appendJSON writes a value as JSON. Maps and lists do not get here.
func appendJSON(dst []byte, v *printed) []byte {
	if v.class == classBare || v.class == classFloat {
		return append(dst, v.text...)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v.text) // a string always has an encoding
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

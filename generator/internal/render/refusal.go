package render

import (
	"github.com/wavewright/wavewright/schema/yamltree"
)

// refusal says why a token cannot stand where it is, or nil. o is the scalar that
// the token is in, nil in a comment.
func refusal(t token, o *owner) *fault {
	marked := o != nil && o.Marked && o.Style == yamltree.Plain
	switch {
	case marked:
		return &fault{codeEscape, "value after an anchor or a tag", "", "Remove the anchor or the tag; a value is written so that its type is right."}
	case t.char == tokenPlain:
		return nil
	case o == nil:
		return &fault{codeEscape, "value in a comment", harmlessOnly, ""}
	case o.Style == yamltree.SingleQuoted || o.Style == yamltree.DoubleQuoted:
		return &fault{codeEscape, "value inside quotes", wholeOnly, "Remove the quotes: they are added when the value needs them."}
	case o.Style == yamltree.Block:
		return &fault{codeEscape, "value inside a block scalar", wholeOnly, "Write key: [[literal .Text]] for a text of several lines."}
	case o.Key:
		return &fault{codeEscape, "value used as a key", harmlessOnly, "Print the whole map: key: [[.Map]]."}
	}
	return &fault{codeEscape, "value beside other text", wholeOnly, besideHint}
}

const (
	wholeOnly    = "A value must fill a whole scalar: key: [[.Value]] or - [[.Value]]. Only names, paths, commit ids, whole numbers and booleans can be a part of one."
	harmlessOnly = "Only names, paths, commit ids, whole numbers and booleans can stand here."
	besideHint   = `Make the whole text in the model, or with [[printf "%s-%s" .A .B]].`
)

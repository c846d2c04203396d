package render

import (
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// patchKey is the field of a kustomization that holds a whole YAML document as a text.
const patchKey = "patch"

// inlinePatches replaces the text of each patch that a kustomization holds by the scalars
// of that text: a value in it is laid out as in a file of its own.
func inlinePatches(scalars []yamltree.Scalar, skeleton string, lines []int) ([]yamltree.Scalar, *yamltree.SkeletonError) {
	var out []yamltree.Scalar
	mappings := 0
	for _, s := range scalars {
		mappings = max(mappings, s.Mapping)
	}
	for i, s := range scalars {
		if i == 0 || !scalars[i-1].Key || scalars[i-1].Text != patchKey || !isLiteral(s, skeleton, lines) {
			out = append(out, s)
			continue
		}
		inner, err := yamltree.Scalars([]byte(s.Text))
		if err != nil {
			return nil, &yamltree.SkeletonError{Line: s.Line + err.Line, Message: err.Message}
		}
		indent, above := literalIndent(s, skeleton, lines), mappings
		for _, in := range inner {
			in.Line, in.Column, in.ParentIndent = in.Line+s.Line, in.Column+indent, in.ParentIndent+indent
			if in.ParentIndent < indent {
				in.ParentIndent = indent - literalStep // the value is the whole document
			}
			if in.Key {
				in.Mapping += above
				mappings = max(mappings, in.Mapping)
			}
			out = append(out, in)
		}
	}
	return out, nil
}

// isLiteral reports whether a scalar is a literal, so that its lines are lines of the
// skeleton.
func isLiteral(s yamltree.Scalar, skeleton string, lines []int) bool {
	line, _, _ := strings.Cut(skeleton[lines[s.Line-1]:], "\n")
	return s.Style == yamltree.Block && !s.Key && strings.HasSuffix(line, ": |-") && strings.TrimSpace(s.Text) != ""
}

// literalIndent is the number of columns before the lines of a literal.
func literalIndent(s yamltree.Scalar, skeleton string, lines []int) int {
	first := 0
	for line := range strings.Lines(s.Text) {
		if text := strings.TrimRight(line, "\n"); text != "" {
			return strings.Index(skeleton[lines[s.Line+first]:], text)
		}
		first++
	}
	return 0
}

package release

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// step is the number of spaces of one level of indentation.
const step = 2

// Encode returns the bytes of releases/<env>.yaml: sorted, and the same for the
// same pins. A file with comments is changed with [Edit] instead.
func (r *Releases) Encode() []byte {
	var b bytes.Buffer
	b.WriteString("# What each Application of " + r.Environment + " runs. " +
		"`wavewright promote` and `wavewright rollback` write this file; review it like code.\n")
	b.WriteString("apiVersion: " + APIVersion + "\nkind: Releases\n")
	b.WriteString("environment: " + yamltree.EncodeScalar(r.Environment) + "\n")
	if len(r.Pins) == 0 {
		b.WriteString("targets: {}\n")
		return b.Bytes()
	}
	pins := slices.Clone(r.Pins)
	sortPins(pins)
	writePins(&b, pins, 0, 0)
	return b.Bytes()
}

// writePins writes sorted pins below a mapping that stands at depth in the path of
// keys and whose keys are indented by indent spaces. Keys that neighbours share are
// written once.
func writePins(b *bytes.Buffer, pins []Pin, depth, indent int) {
	var last []string
	for _, p := range pins {
		keys := p.keys()
		shared := commonPrefix(last, keys)
		for i := max(depth, shared); i < len(keys); i++ {
			writeLine(b, indent+step*(i-depth), encodeKey(keys[i])+":")
		}
		writePin(b, p, indent+step*(len(keys)-depth))
		last = keys
	}
}

// encodeKey writes a name, or the one fixed key that the encoder would quote.
func encodeKey(key string) string {
	if key == Cluster.group() {
		return key
	}
	return yamltree.EncodeScalar(key)
}

// plainAuthor matches the usual spelling of authors. It reads back as written without
// the quotes that the encoder, which also writes flow style, would put around it.
var plainAuthor = lazyregexp.New(`^[A-Za-z][A-Za-z .'-]* <[A-Za-z0-9.@_+-]+>$`)

func encodeAuthor(by string) string {
	if plainAuthor.MatchString(by) {
		return by
	}
	return yamltree.EncodeScalar(by)
}

func commonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func writePin(b *bytes.Buffer, p Pin, indent int) {
	for _, l := range runLines(p.Run) {
		writeLine(b, indent, l)
	}
	if len(p.Previous) == 0 {
		return
	}
	writeLine(b, indent, "previous:")
	for _, r := range p.Previous {
		for i, l := range runLines(r) {
			marker := "  "
			if i == 0 {
				marker = "- "
			}
			writeLine(b, indent+step, marker+l)
		}
	}
}

// runLines returns the lines of a run. Commit ids are always quoted: one that is
// all digits would be read as a number, and a diff should not show quotes come and go.
func runLines(r Run) []string {
	lines := []string{
		"revision: " + quote(r.Revision),
		"by: " + encodeAuthor(r.By),
		"at: " + quote(r.At),
	}
	if len(r.Replaces) > 0 {
		lines = append(lines, `replaces: ["`+strings.Join(r.Replaces, `", "`)+`"]`)
	}
	lines = append(lines, "element:")
	for _, f := range r.Element {
		lines = append(lines, "  "+yamltree.EncodeScalar(f.Name)+": "+yamltree.EncodeScalar(f.Value))
	}
	return lines
}

func writeLine(b *bytes.Buffer, indent int, text string) {
	b.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

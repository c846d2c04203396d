package tree

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

const byteOrderMark = "\xef\xbb\xbf"

// isText reports whether content is UTF-8 without NUL.
func isText(content []byte) bool {
	return bytes.IndexByte(content, 0) < 0 && utf8.Valid(content)
}

// same reports whether two contents are equal but for a byte order mark and the
// kind of line ends: a checkout with CRLF is not an edit. Binary content has to be
// equal byte by byte.
func same(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	if plain(a) && plain(b) || !isText(a) || !isText(b) {
		return false
	}
	return bytes.Equal(normal(a), normal(b))
}

// same is same for the texts of a record. Line ends that are part of what a file holds are never
// taken for those of a checkout.
func (r *record) same(a, b []byte) bool {
	if r.exact() {
		return bytes.Equal(a, b)
	}
	return same(a, b)
}

func (r *record) exact() bool { return r.want != nil && r.want.Exact }

// normal is the text of a record as it is merged.
func (r *record) normal(text []byte) []byte {
	if r.exact() {
		return text
	}
	return normal(text)
}

// restyle is the text of a record as it is written.
func (r *record) restyle(text, disk []byte) []byte {
	if r.exact() {
		return text
	}
	return restyle(text, disk)
}

// plain reports whether normal would return the content itself.
func plain(content []byte) bool {
	return bytes.IndexByte(content, '\r') < 0 && !bytes.HasPrefix(content, []byte(byteOrderMark))
}

// normal returns text without byte order mark and with LF line ends.
func normal(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

// restyle returns text with the line ends and byte order mark that the file on disk
// has, so that an update does not fight the user's editor or git settings. In a file
// with mixed line ends every line that stays keeps its own end.
func restyle(text, disk []byte) []byte {
	if plain(text) && plain(disk) || !isText(text) || !isText(disk) {
		return text
	}
	styled := normal(text)
	lines, crlf := bytes.Count(disk, []byte("\n")), bytes.Count(disk, []byte("\r\n"))
	switch {
	case crlf > 0 && crlf == lines:
		styled = bytes.ReplaceAll(styled, []byte("\n"), []byte("\r\n"))
	case crlf > 0:
		styled = restyleLines(styled, disk)
	}
	if bytes.HasPrefix(disk, []byte(byteOrderMark)) {
		styled = append([]byte(byteOrderMark), styled...)
	}
	if !bytes.Equal(normal(styled), normal(text)) {
		return text // stray CRs or a second mark: the style cannot be told from the text
	}
	return styled
}

// restyleLines gives each line of text the end that the line has on disk, a changed line that of the
// line that it replaces, and a new line that of the line before it.
func restyleLines(text, disk []byte) []byte {
	lines, ends := splitEnds(text)
	known, endsOnDisk := splitEnds(bytes.TrimPrefix(disk, []byte(byteOrderMark)))
	var out bytes.Buffer
	last, next := endsOnDisk[0], 0 // next is the first line on disk that nothing stands for yet
	origins := merge.Origins(known, lines)
	ahead := following(origins, len(known))
	for i, origin := range origins {
		if origin < 0 && next < ahead[i] {
			origin = next
		}
		if origin >= 0 {
			next = origin + 1
		}
		if origin >= 0 && endsOnDisk[origin] != "" {
			last = endsOnDisk[origin]
		}
		if out.WriteString(lines[i]); ends[i] != "" {
			out.WriteString(last)
		}
	}
	return out.Bytes()
}

// following returns for each line the first origin at or after it, or otherwise where there is none.
func following(origins []int, otherwise int) []int {
	ahead := slices.Clone(origins)
	for i, origin := range slices.Backward(origins) {
		if origin >= 0 {
			otherwise = origin
		}
		ahead[i] = otherwise
	}
	return ahead
}

// splitEnds returns the lines of a text, and the end of each: "\n", "\r\n", or nothing at the
// end of the text.
func splitEnds(text []byte) (lines, ends []string) {
	for line := range strings.Lines(string(text)) {
		end := ""
		if strings.HasSuffix(line, "\n") {
			end = "\n"
		}
		if strings.HasSuffix(line, "\r\n") {
			end = "\r\n"
		}
		lines, ends = append(lines, strings.TrimSuffix(line, end)), append(ends, end)
	}
	return lines, ends
}

// unresolved reports whether content holds git conflict markers, in their order.
func unresolved(content []byte) bool {
	markers := []string{"<<<<<<< ", "=======", ">>>>>>> "}
	for line := range bytes.Lines(content) {
		line = bytes.TrimRight(line, "\r\n")
		found := bytes.HasPrefix(line, []byte(markers[0]))
		if markers[0] == "=======" {
			found = string(line) == "======="
		}
		if !found {
			continue
		}
		if markers = markers[1:]; len(markers) == 0 {
			return true
		}
	}
	return false
}

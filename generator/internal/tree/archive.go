package tree

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// An archive is text that git can merge line by line:
//
//	wavewright-state 1 0.1.0
//	@@ base/web/service.yaml base/{app}/service.yaml.tmpl?app=web 644 managed
//	 apiVersion: v1
//	 kind: Service
//	@@ scripts/run.sh scripts/run.sh 755 deleted
//	 #!/bin/sh
//	@@ end
//
// The first line holds the number of the format (migrate.go) and the version that wrote
// the archive. Each block holds path, id, mode and state, then the last pure rendering,
// each line after one space; an empty line stays empty, so that tools that strip
// trailing blanks do no harm. Blocks are sorted by path. The last line tells a
// truncated archive from a whole one.
//
// The mode is 644 or 755, followed by ",noeol" when the last line has no end, or by
// ",base64" when the content is no text or holds carriage returns, which git and
// editors change. There is exactly one way to write a given content. In the journal about
// an unfinished run (journal.go), the SHA-256 of the mode and the bytes about to be written
// follows the state, after "next=" or, when these are the last rendering itself, which is
// left out then, after "same="; and after "in=" the archive that the block is going to.
// "in=next" is a file that people write: it goes nowhere, and the block has its old text.
const (
	formatName  = "wavewright-state"
	blockStart  = "@@ "
	lastLine    = "@@ end"
	nextPrefix  = "next="
	samePrefix  = "same="
	homePrefix  = "in="
	base64Width = 76
)

// entryState is what the state says about a file.
type entryState string

const (
	managed entryState = "managed" // written by us
	deleted entryState = "deleted" // deleted by the user; the base is as it was then
	orphan  entryState = "orphan"  // edited by the user and no longer generated; kept
)

// entry is one file of an archive.
type entry struct {
	path  string
	id    string
	exec  bool
	state entryState
	base  []byte

	next coming // only in the journal
}

// coming is what the journal says about a file beside its entry.
type coming struct {
	sum  string // hex SHA-256 of its mode and its bytes
	pure bool   // these bytes are the base too
	home string // the archive of the entry
}

func (e *entry) equal(o *entry) bool {
	return e.path == o.path && e.id == o.id && e.exec == o.exec && e.state == o.state &&
		e.next == o.next && bytes.Equal(e.base, o.base)
}

// encoding is how an archive holds a content.
type encoding string

const (
	asLines  encoding = ""
	asNoEOL  encoding = ",noeol"
	asBase64 encoding = ",base64"
)

func encodingOf(content []byte) encoding {
	switch {
	case !isText(content) || bytes.IndexByte(content, '\r') >= 0:
		return asBase64
	case len(content) > 0 && content[len(content)-1] != '\n':
		return asNoEOL
	}
	return asLines
}

// encode returns the archive of entries, which are sorted by path.
func (f format) encode(entries []entry) []byte {
	dst := []byte(f.header())
	for i := range entries {
		dst = entries[i].append(dst)
	}
	return append(dst, lastLine+"\n"...)
}

func (f format) header() string {
	return formatName + " " + strconv.Itoa(f.number()) + " " + f.version + "\n"
}

func (e *entry) append(dst []byte) []byte {
	form := encodingOf(e.base)
	mode := "644"
	if e.exec {
		mode = "755"
	}
	for _, part := range []string{blockStart, e.path, " ", e.id, " ", mode, string(form), " ", string(e.state)} {
		dst = append(dst, part...)
	}
	if e.next.sum != "" {
		prefix := nextPrefix
		if e.next.pure {
			prefix = samePrefix
		}
		dst = append(dst, " "+prefix+e.next.sum+" "+homePrefix+e.next.home...)
	}
	dst = append(dst, '\n')
	if form == asBase64 {
		return appendLines(dst, wrapBase64(e.base))
	}
	return appendLines(dst, e.base)
}

func appendLines(dst, content []byte) []byte {
	dst = slices.Grow(dst, len(content)+bytes.Count(content, []byte("\n"))+2)
	for line := range bytes.Lines(content) {
		if line[0] != '\n' {
			dst = append(dst, ' ')
		}
		dst = append(dst, line...)
	}
	if len(content) > 0 && content[len(content)-1] != '\n' {
		dst = append(dst, '\n')
	}
	return dst
}

// wrapBase64 returns content as lines of base64.
func wrapBase64(content []byte) []byte {
	text := base64.StdEncoding.AppendEncode(nil, content)
	lines := make([]byte, 0, len(text)+len(text)/base64Width+1)
	for line := range slices.Chunk(text, base64Width) {
		lines = append(append(lines, line...), '\n')
	}
	return lines
}

// decode reads an archive of this format or of an older one, whose number it returns, else
// 0. Errors name file and line. A newer archive gives ErrNewer whatever follows its first
// line.
func (f format) decode(file string, src []byte) ([]entry, int, error) {
	text, outdated, err := f.migrate(file, src)
	if err != nil {
		return nil, 0, err
	}
	entries, err := f.blocks(file, text)
	if err != nil && outdated > 0 {
		err = fmt.Errorf("%w (in its text as migrated from format %d)", err, outdated)
	}
	return entries, outdated, err
}

// blocks reads an archive of this format.
func (f format) blocks(file string, text []byte) ([]entry, error) {
	d := decoder{file: file, rest: bytes.Clone(text)} // contents take the place of their blocks
	if _, err := d.header(f); err != nil {
		return nil, err
	}
	var entries []entry
	for {
		line, err := d.next()
		if err != nil {
			return nil, err
		}
		if string(line) == lastLine {
			return entries, d.end()
		}
		e, err := d.block(string(line))
		if err != nil {
			return nil, err
		}
		if n := len(entries); n > 0 && entries[n-1].path >= e.path {
			return nil, d.errorAt(e.line, "%s comes after %s: blocks must be sorted by path, each path once", e.path, entries[n-1].path)
		}
		entries = append(entries, e.entry)
	}
}

type decoder struct {
	file string
	line int // of the line that was read last
	rest []byte
}

func (d *decoder) errorAt(line int, format string, args ...any) error {
	for i, arg := range args {
		if word, ok := arg.(string); ok {
			args[i] = brief(word)
		}
	}
	return fmt.Errorf("%s:%d: %w", d.file, line, fmt.Errorf(format, args...))
}

// brief cuts a word that is too long for a message.
func brief(word string) string {
	const most = 200
	if len(word) <= most {
		return word
	}
	return word[:most] + "..."
}

func (d *decoder) errorf(format string, args ...any) error {
	return d.errorAt(d.line, format, args...)
}

// next returns the next line without its end.
func (d *decoder) next() ([]byte, error) {
	d.line++
	line, rest, complete := bytes.Cut(d.rest, []byte("\n"))
	if !complete {
		return nil, d.errorf("the archive is truncated: its last line must be %q; restore the file from git", lastLine)
	}
	if isMarker(line) {
		return nil, d.errorf("git conflict marker %q: the state has merge conflicts; while git is merging, wavewright generate --remerge resolves them; when the merge is committed already, take the state of one side with git checkout HEAD^1 -- "+stateFolder+" and run wavewright generate", line[:7])
	}
	d.rest = rest
	return line, nil
}

// isMarker reports whether a line is one that git leaves in a conflicted file. No
// line of an archive begins like that.
func isMarker(line []byte) bool {
	for _, marker := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if bytes.HasPrefix(line, []byte(marker)) && (len(line) == 7 || line[7] == ' ') {
			return true
		}
	}
	return false
}

// header reads the first line, and returns the number of the archive's format.
func (d *decoder) header(f format) (int, error) {
	line, err := d.next()
	if err != nil {
		return 0, err
	}
	fields := strings.Split(string(line), " ")
	if fields[0] != formatName || len(fields) < 2 {
		return 0, d.errorf("this is no state archive: the first line must be %q; restore the file from git", formatName+" NUMBER VERSION")
	}
	number, err := strconv.ParseUint(fields[1], 10, 32)
	if err != nil || number == 0 || strconv.FormatUint(number, 10) != fields[1] {
		return 0, d.errorf("%q is no format number", fields[1])
	}
	if number > uint64(f.number()) {
		return 0, d.errorf("state format %d, this version knows %d: %w", number, f.number(), ErrNewer)
	}
	if len(fields) != 3 {
		return 0, d.errorf("the first line must be %q", formatName+" NUMBER VERSION")
	}
	return int(number), d.version(fields[2], f.version)
}

// version refuses archives of a later version than ours.
func (d *decoder) version(theirs, ours string) error {
	if theirs == ours {
		return nil
	}
	t, err := semver.StrictNewVersion(theirs)
	if err != nil {
		return d.errorf("%q is no version", theirs)
	}
	o, err := semver.StrictNewVersion(ours)
	if err != nil {
		return fmt.Errorf("version %q: %w", ours, err)
	}
	if t.GreaterThan(o) {
		return d.errorf("state of version %s, this is %s: %w", theirs, ours, ErrNewer)
	}
	return nil
}

// block is an entry and the line at which it begins.
type block struct {
	entry
	line int
}

func (d *decoder) block(line string) (block, error) {
	rest, ok := strings.CutPrefix(line, blockStart)
	if !ok {
		return block{}, d.errorf("expected a line that begins with %q", blockStart)
	}
	fields := strings.Split(rest, " ")
	if len(fields) != 4 && len(fields) != 6 {
		return block{}, d.errorf("expected %q", blockStart+"PATH ID MODE STATE")
	}
	b := block{line: d.line, entry: entry{path: fields[0], id: fields[1], state: entryState(fields[3])}}
	form, err := b.fields(fields)
	if err != nil {
		return block{}, d.errorf("%w", err)
	}
	b.base, err = d.content(form)
	return b, err
}

// fields checks the words of a block's first line.
func (e *entry) fields(fields []string) (encoding, error) {
	if reason := pathProblem(e.path); reason != "" {
		return "", fmt.Errorf("path %q %s", brief(e.path), reason)
	}
	if reason := idProblem(e.id); reason != "" {
		return "", fmt.Errorf("id %q %s", brief(e.id), reason)
	}
	if e.state != managed && e.state != deleted && e.state != orphan {
		return "", fmt.Errorf("unknown state %q", brief(string(e.state)))
	}
	if len(fields) == 6 {
		if err := e.next.words(fields[4], fields[5]); err != nil {
			return "", err
		}
	}
	bits, form := fields[2][:min(3, len(fields[2]))], encoding(fields[2][min(3, len(fields[2])):])
	e.exec = bits == "755"
	if bits != "644" && bits != "755" || form != asLines && form != asNoEOL && form != asBase64 {
		return "", fmt.Errorf("unknown mode %q", brief(fields[2]))
	}
	return form, nil
}

// words reads what only the journal has.
func (c *coming) words(sum, home string) error {
	prefix, rest, _ := strings.Cut(sum, "=")
	c.sum, c.pure = rest, prefix+"=" == samePrefix
	if prefix+"=" != nextPrefix && !c.pure || len(c.sum) != 64 || strings.Trim(c.sum, "0123456789abcdef") != "" {
		return fmt.Errorf("unknown word %q", brief(sum))
	}
	rest, ok := strings.CutPrefix(home, homePrefix)
	if c.home = rest; !ok || archiveProblem(c.home) != "" || fold(c.home) == journalName && (c.home != journalName || c.pure) {
		return fmt.Errorf("unknown word %q", brief(home))
	}
	return nil
}

// content reads the lines of a block. Every form is accepted only as it is written,
// so that a content and its place in the archive are one to one.
func (d *decoder) content(form encoding) ([]byte, error) {
	content := d.rest[:0] // no content is longer than its lines
	for len(d.rest) > 0 && d.rest[0] != '@' {
		line, err := d.next()
		if err != nil {
			return nil, err
		}
		switch {
		case len(line) == 1 && line[0] == ' ':
			return nil, d.errorf("a blank line must be empty")
		case len(line) > 0 && line[0] != ' ':
			return nil, d.errorf("expected a line that begins with a space or with %q", blockStart)
		case len(line) > 0:
			line = line[1:]
		}
		content = append(append(content, line...), '\n')
	}
	content, err := form.decode(slices.Clip(content))
	if err != nil {
		return nil, d.errorf("%w", err)
	}
	return content, nil
}

func (form encoding) decode(content []byte) ([]byte, error) {
	switch form {
	case asBase64:
		return decodeBase64(content)
	case asNoEOL:
		content = content[:max(len(content)-1, 0)]
	}
	if encodingOf(content) != form {
		return nil, errors.New("the content does not fit the block's mode; restore the file from git")
	}
	return content, nil
}

func decodeBase64(lines []byte) ([]byte, error) {
	content, err := base64.StdEncoding.AppendDecode(nil, lines)
	if err != nil || encodingOf(content) != asBase64 || !bytes.Equal(wrapBase64(content), lines) {
		return nil, errors.New("the base64 content is damaged; restore the file from git")
	}
	return content, nil
}

// end checks that nothing follows the last line.
func (d *decoder) end() error {
	if len(d.rest) > 0 {
		d.line++
		return d.errorf("text after the last line %q", lastLine)
	}
	return nil
}

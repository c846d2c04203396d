package git

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// TextRule finds the line that decides whether git converts the line ends of a file, as
// FILE:LINE with the text of the line; "" when there is none in the repository.
func (r *Repo) TextRule(file string) (place, rule string, err error) {
	own, err := r.git(nil, "rev-parse", "--git-path", path.Join("info", "attributes"))
	if err != nil {
		return "", "", err
	}
	own = strings.TrimSpace(own)
	if !filepath.IsAbs(own) {
		own = filepath.Join(r.Dir, own)
	}
	if line, rule, err := textRule(own, r.Prefix+file); line > 0 || err != nil {
		return ".git/info/attributes:" + strconv.Itoa(line), rule, err
	}
	for folder := path.Dir(r.Prefix + file); ; folder = path.Dir(folder) {
		list := path.Join(folder, ".gitattributes")
		rest := strings.TrimPrefix(r.Prefix+file, folder+"/")
		if line, rule, err := textRule(filepath.Join(r.Root, filepath.FromSlash(list)), rest); line > 0 || err != nil {
			return list + ":" + strconv.Itoa(line), rule, err
		}
		if folder == "." {
			return "", "", nil
		}
	}
}

// textRule finds the last line of a list of attributes that sets or unsets text for a file.
func textRule(list, file string) (number int, rule string, err error) {
	content, err := os.ReadFile(list)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, "", nil
	}
	at := 0
	for line := range strings.Lines(string(content)) {
		at++
		if fields := strings.Fields(line); len(fields) > 1 && setsText(fields[1:]) && selects(fields[0], file) {
			number, rule = at, strings.Join(fields, " ")
		}
	}
	return number, rule, err
}

// setsText reports whether one of some attributes is text, or binary, which unsets it.
func setsText(attributes []string) bool {
	for _, a := range attributes {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-!"), "=")
		if name == "text" || name == "binary" {
			return true
		}
	}
	return false
}

// selects reports whether a pattern of attributes matches a file; one without a slash is about the
// last part of its path.
func selects(pattern, file string) bool {
	if !strings.Contains(pattern, "/") {
		file = path.Base(file)
	}
	return doublestar.MatchUnvalidated(strings.TrimPrefix(pattern, "/"), file)
}

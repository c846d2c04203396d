package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/verify/checks"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// Excuse says that somebody accepts some findings for a while, and why.
type Excuse struct {
	// Code is that of the findings.
	Code string
	// Application and Object are patterns of what the findings are about, as in "shop-*" and
	// "Deployment/web"; empty for all.
	Application, Object string
	Reason              string
	// Expires is the day, as 2006-01-02, from which the findings count again.
	Expires string
	// At is where the excuse stands.
	At repo.Origin
}

// Excused is a finding that somebody accepts.
type Excused struct {
	Finding
	Reason, Expires string
}

// covers reports whether an excuse is about a finding.
func (e *Excuse) covers(f Finding) bool {
	return e.Code == f.Code && fits(e.Application, f.Application) && fits(e.Object, f.Object)
}

// about says which findings an excuse means.
func (e *Excuse) about() string {
	return strings.Join(slices.DeleteFunc([]string{e.Code, e.Application, e.Object}, func(s string) bool { return s == "" }), " ")
}

func fits(pattern, name string) bool {
	return pattern == "" || pattern == name || doublestar.MatchUnvalidated(pattern, name)
}

// wants reports whether findings of a code are asked for.
func (o *Options) wants(code string) bool {
	named := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return name == code || strings.HasPrefix(code, name+"/") })
	}
	if !o.Compared && strings.HasPrefix(code, "change/") {
		return false
	}
	return (len(o.Only) == 0 || named(o.Only)) && !named(o.Skip)
}

// excuse takes out what is excused, and reports excuses that have ended or cover nothing.
func (r *Report) excuse(o Options) {
	used := make([]bool, len(o.Excuses))
	var left []Finding
	for _, f := range r.Findings {
		i := slices.IndexFunc(o.Excuses, func(e Excuse) bool { return e.covers(f) })
		if i < 0 {
			left = append(left, f)
			continue
		}
		used[i] = true
		if e := o.Excuses[i]; o.Today >= e.Expires {
			f.Hint = strings.TrimSpace(fmt.Sprintf("%s The excuse in %s:%d ended on %s.", f.Hint, e.At.File, e.At.Line, e.Expires))
			left = append(left, f)
		} else {
			r.Excused = append(r.Excused, Excused{f, e.Reason, e.Expires})
		}
	}
	r.Findings = left
	for i, e := range o.Excuses {
		// Cheap rules and shards see too little to say so.
		if !used[i] && !o.Cheap && r.Parts == 0 && o.wants(e.Code) {
			r.Findings = append(r.Findings, Finding{
				Code: unusedExcuse, Severity: checks.Warning, Origin: e.At,
				Message: fmt.Sprintf("nothing is found that this excuse of %s covers", e.about()), Hint: "Take the excuse out.",
			})
		}
	}
}

// ReadExcuses reads .wavewright/verify.yaml; without the file there are no excuses. What is wrong in it is an
// [ExcuseError].
func ReadExcuses(files fs.FS) ([]Excuse, error) {
	source, err := fs.ReadFile(files, layout.Excuses)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file struct{ Ignore []yaml.Node }
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, &ExcuseError{1, err.Error()}
	}
	var all []Excuse
	for _, node := range file.Ignore {
		e, err := readExcuse(&node)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func readExcuse(node *yaml.Node) (Excuse, error) {
	var fields struct{ Code, Application, Object, Reason, Expires string }
	if err := known(node); err != nil {
		return Excuse{}, err
	}
	if err := node.Decode(&fields); err != nil {
		return Excuse{}, &ExcuseError{node.Line, err.Error()}
	}
	e := Excuse{fields.Code, fields.Application, fields.Object, fields.Reason, fields.Expires, repo.Origin{File: layout.Excuses, Line: node.Line}}
	return e, e.check(node.Line)
}

// known refuses keys that an excuse does not have.
func known(node *yaml.Node) error {
	for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains([]string{"code", "application", "object", "reason", "expires"}, key.Value) {
			return &ExcuseError{key.Line, fmt.Sprintf("unknown key %q: an excuse has code, application, object, reason and expires", key.Value)}
		}
	}
	return nil
}

func (e *Excuse) check(line int) error {
	_, err := time.Parse(time.DateOnly, e.Expires)
	switch {
	case !isCode(e.Code):
		return &ExcuseError{line, fmt.Sprintf("%q is no code of a finding: wavewright verify --list prints all", e.Code)}
	case strings.TrimSpace(e.Reason) == "":
		return &ExcuseError{line, "an excuse needs a reason"}
	case err != nil:
		return &ExcuseError{line, fmt.Sprintf("an excuse needs the day on which it ends, as in expires: \"2027-06-30\"; it has %q", e.Expires)}
	case !doublestar.ValidatePattern(e.Application) || !doublestar.ValidatePattern(e.Object):
		return &ExcuseError{line, "application and object are patterns, as in shop-* and Deployment/web"}
	}
	return nil
}

// ExcuseError says what is wrong in the file of excuses.
type ExcuseError struct {
	Line int
	What string
}

// Error names the file and the line.
func (e *ExcuseError) Error() string { return fmt.Sprintf("%s:%d: %s", layout.Excuses, e.Line, e.What) }

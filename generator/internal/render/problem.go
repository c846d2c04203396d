package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/generator/internal/tree"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// Codes of the findings about templates.
const (
	codeParse     = "template/parse"
	codeExec      = "template/exec"
	codeEscape    = "template/escape"
	codeYAML      = "template/yaml"
	codePath      = "template/path"
	codeCollision = "template/collision"
	codeFunction  = "template/function"
	codeGone      = "template/gone"
)

// advised gives a finding that has no hint of its own the one of its code.
func advised(list diag.List) diag.List {
	for i := range list {
		d := &list[i]
		switch {
		case d.Hint != "":
		case d.Code == codeEscape:
			d.Hint = "Leave the value out here, or print it as a value of its own."
		case d.Code == codeCollision:
			d.Hint = "Rename one of them. A layer's template replaces the one below it that has the same path, placeholders included."
		case d.Code == codeGone:
			d.Hint = "Find where it stands now with wavewright templates list, replace that template, and delete this one. What is your own needs another path."
		case d.Code == codePath:
			d.Hint = "Rename the file; wavewright templates list shows paths that work."
		default:
			d.Hint = "Compare it with a built-in template: wavewright templates export."
		}
	}
	return list
}

// problem is a fault with its place in a template.
type problem struct {
	at diag.Range
	fault
}

func (p problem) diagnostic() diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Code: p.code, Summary: p.summary, Detail: p.detail, Hint: p.hint, Subject: p.at}
}

// report adds the problems of all jobs. It reports equal problems of many instances of a
// template once, for the first instance, with their number.
func report(jobs []job, outcomes []*outcome, list *diag.List) {
	type key struct {
		at   diag.Range
		code string
	}
	first, count := map[key]int{}, map[key]int{}
	for i, o := range outcomes {
		if o == nil {
			continue
		}
		for _, p := range o.problems {
			k := key{p.at, p.code}
			if count[k]++; count[k] > 1 {
				continue
			}
			first[k] = len(*list)
			d := p.diagnostic()
			d.Detail = sentences(d.Detail, "While rendering "+jobs[i].path())
			*list = append(*list, d)
		}
	}
	for k, at := range first {
		if n := count[k] - 1; n > 0 {
			(*list)[at].Detail += fmt.Sprintf(" and in %d more", n)
		}
		(*list)[at].Detail += "."
	}
}

func sentences(a, b string) string { return strings.TrimPrefix(a+"\n"+b, "\n") }

// collect puts the files into a tree and reports paths that two templates produce.
func collect(jobs []job, outcomes []*outcome, list *diag.List) tree.Tree {
	files := tree.Tree{}
	reported := map[[2]*source]bool{}
	for i, o := range outcomes {
		if !o.made() {
			continue
		}
		src := jobs[i].src
		if _, taken := files[o.path]; !taken {
			files[o.path] = o.file
			continue
		}
		owner := jobs[slices.IndexFunc(outcomes, func(first *outcome) bool { return first.made() && first.path == o.path })].src
		if pair := [2]*source{owner, src}; !reported[pair] {
			reported[pair] = true
			list.Error(src.start(), codeCollision, "two templates give the same path").
				Detail = owner.display + " and " + src.display + " both produce " + o.path + "."
		}
	}
	return files
}

// printedProblem is a fault of the value with index i among those printed.
func (w *worker) printedProblem(i int, f fault) problem {
	return problem{w.prog.printed[w.rec.printed[i].action], f}
}

// frameProblems returns the problems of a skeleton, or nil.
func (w *worker) frameProblems(j *job, l *frame) []problem {
	if l.broken != nil {
		return []problem{w.brokenProblem(j, l.broken)}
	}
	var problems []problem
	for _, f := range l.faults {
		p := w.printedProblem(f.token, f.fault)
		if v := w.rec.printed[f.token]; v.class != className && v.class != classBare {
			p.detail = sentences("The value is "+v.describe()+".", p.detail)
		}
		problems = append(problems, p)
	}
	return problems
}

func (p printed) describe() string {
	switch p.class {
	case classText:
		return "a string"
	case classFloat:
		return "a number with a fraction"
	case classLiteral:
		return "a result of literal"
	case classFlow:
		return "a result of flow"
	}
	return describe(p.value)
}

// brokenProblem reports a text that is not YAML or JSON. The text is a rendering, so
// its line is looked up in the template; the nearest printing action is the fallback.
func (w *worker) brokenProblem(j *job, e *yamltree.SkeletonError) problem {
	what := "YAML"
	if w.rec.mode == modeJSON {
		what = "JSON"
	}
	p := problem{at: j.src.start(), fault: fault{code: codeYAML, summary: "rendered text is not " + what, detail: "The reader says: " + e.Message + "."}}
	if e.Line > 0 {
		line, tokens := renderedLine(w.rec.out.Bytes(), e.Line)
		p.detail = sentences(p.detail, fmt.Sprintf("Line %d of the rendering, with … for each value: %s", e.Line, withoutTokens(line)))
		if at, ok := w.templateLine(j.src, line, tokens); ok {
			p.at = at
		}
	}
	return p
}

// templateLine finds the line of a template that gave a rendered line: the one with
// its first value, else the only one with the same text. before is the number of
// values in the lines before.
func (w *worker) templateLine(s *source, line string, before int) (diag.Range, bool) {
	if hasToken(line) {
		at := w.prog.printed[w.rec.printed[before].action]
		return placeLine(at.File, w.prog.sources[at.File].content, at.Line), true
	}
	text := []byte(strings.TrimSpace(line))
	at := bytes.Index(s.content, text)
	if len(text) == 0 || at < 0 || bytes.Contains(s.content[at+1:], text) {
		return diag.Range{}, false
	}
	return placeLine(s.display, s.content, bytes.Count(s.content[:at], []byte("\n"))+1), true
}

// renderedLine returns a line of a rendering and the number of tokens before it.
func renderedLine(text []byte, number int) (line string, tokens int) {
	for ; number > 1; number-- {
		before, rest, found := bytes.Cut(text, []byte("\n"))
		if !found {
			break
		}
		text = rest
		tokens += countTokens(string(before))
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return string(first), tokens
}

func countTokens(s string) int {
	return strings.Count(s, string(tokenPlain)) + strings.Count(s, string(tokenValue))
}

func withoutTokens(line string) string {
	return strings.NewReplacer(string(tokenPlain), "…", string(tokenValue), "…").Replace(line)
}

// place returns the range of the bytes from..to of a text, which ends at the end of
// its first line at the latest.
func place(file string, text []byte, from, to int) diag.Range {
	from = min(max(from, 0), len(text))
	lineStart := bytes.LastIndexByte(text[:from], '\n') + 1
	if end := bytes.IndexByte(text[from:], '\n'); end >= 0 {
		to = min(to, from+end)
	}
	to = min(max(to, from), len(text))
	column := utf8.RuneCount(text[lineStart:from]) + 1
	return diag.Range{
		File: file, Line: bytes.Count(text[:from], []byte("\n")) + 1,
		Column: column, EndColumn: column + utf8.RuneCount(text[from:to]),
	}
}

// placeLine returns the range of a whole line without its indentation. Lines count
// from 1; a line that does not exist gives the last one.
func placeLine(file string, text []byte, line int) diag.Range {
	start := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	for start < len(text) && text[start] == ' ' {
		start++
	}
	return place(file, text, start, len(text))
}

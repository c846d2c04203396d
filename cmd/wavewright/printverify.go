package main

// Findings of verify, for people and for programs, by the rules of print.go.

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/internal/build"
)

// printCodes prints all codes.
func (c *console) printCodes() {
	for _, code := range generator.VerifyCodes() {
		c.printf("%-44s %-8s %s\n", code.Code, code.Severity, code.Title)
	}
}

// printVerify prints findings by target and Application, and what was judged.
func (c *console) printVerify(report *generator.VerifyReport, shown []generator.VerifyFinding, least generator.Severity, shard generator.VerifyShard) {
	heading := ""
	for i, f := range generator.GroupFindings(shown) {
		if at := strings.Trim(f.Target+" "+f.Application, " "); at != heading || i == 0 {
			heading = at
			if heading != "" {
				c.printf("%s\n", heading)
			}
		}
		c.printVerifyFinding(f)
	}
	if report.Parts > 0 {
		c.printf("shard %d of %d, of a repository with %s that can be judged apart\n", shard.Number, shard.Of, count(report.Parts, "part"))
	}
	c.printf("judged: %s\n", judged(report))
	c.printSkipped(report, least == generator.VerifyNote)
	if n := len(report.Excused); n > 0 {
		c.printf("excused: %s\n", count(n, "finding"))
	}
}

// judged says how much was judged, and of how many Applications where that differs.
func judged(report *generator.VerifyReport) string {
	word := "application"
	if report.Standing {
		word = "folder"
	}
	some := count(report.Found, word)
	if report.Applications != report.Found {
		some = fmt.Sprintf("%d of %s", report.Applications, some)
	}
	if some += " with " + count(report.Objects, "object"); report.Standing {
		return some + "; the repository holds no Application of Argo CD that can be judged, so each kustomization, chart and folder of manifests was taken for one"
	}
	return some + " in " + count(report.Targets, "target")
}

func (c *console) printVerifyFinding(f generator.VerifyAlike) {
	word := f.Severity.String()
	if f.Severity == generator.VerifyError {
		word = c.paint(red, word)
	}
	about := f.Object
	if about != "" {
		about += ": "
	}
	c.printf("  %s: %s: %s%s [%s]\n", c.position(f.File, f.Line), word, about, f.Message, f.Code)
	for _, line := range f.Sum {
		c.printf("      %s\n", line)
	}
	if n := len(f.Others); n > 0 {
		c.printf("      also in %s: %s\n", count(n, "other application"), few(f.Others))
	}
	if f.Named.File != "" {
		c.printf("      named at %s\n", c.position(f.Named.File, f.Named.Line))
	}
	if f.Spec.File != "" {
		c.printf("      declared at %s\n", c.position(f.Spec.File, f.Spec.Line))
	}
	if f.Hint != "" {
		c.printf("      hint: %s\n", f.Hint)
	}
}

// reached is a file of the folder as it is reached from the working directory.
func (c *console) reached(file string) string {
	here, _ := relative(c.doc.Folder, file)
	return here
}

// position is a place in such a file.
func (c *console) position(file string, line int) string {
	return fmt.Sprintf("%s:%d", c.reached(file), line)
}

// examples is how many parts that were not judged for one reason are printed.
const examples = 3

// printSkipped says what was not judged, and why: all of it, or examples.
func (c *console) printSkipped(report *generator.VerifyReport, all bool) {
	if len(report.Skipped) == 0 {
		return
	}
	more, groups := "", report.Omissions()
	for _, group := range groups {
		if len(group.Parts) > examples && !all {
			more = "; --min-severity note prints all of them"
		}
	}
	c.printf("not judged: %s%s\n", count(len(report.Skipped), "part"), more)
	for _, group := range groups {
		c.printf("  %d: %s\n", len(group.Parts), group.Topic)
		c.printParts(group, all)
	}
}

// hintFetch names the flag that fetches what was not judged.
func (c *console) hintFetch(report *generator.VerifyReport) {
	if slices.ContainsFunc(report.Skipped, generator.VerifySkipped.Fetchable) {
		c.printf("hint: verify --fetch fetches what other places hold\n")
	}
}

// tellFetched says what could not be fetched, in one line on standard error: the report lists the parts.
func (c *console) tellFetched(p *progress) func(asked int, failed []string) {
	return func(asked int, failed []string) {
		if len(failed) == 0 {
			return
		}
		p.end()
		some := fmt.Sprintf("only %d of %d things", asked-len(failed), asked)
		if len(failed) == asked {
			some = fmt.Sprintf("none of %s", count(asked, "thing"))
		}
		fmt.Fprintf(c.err, "%s: %s that other places hold could be fetched: %s\n", program, some, few(slices.Compact(failed)))
	}
}

// printParts prints what was not judged for one reason.
func (c *console) printParts(group generator.VerifyOmission, all bool) {
	for i, s := range group.Parts {
		if i == examples && !all {
			c.printf("    and %d more\n", len(group.Parts)-examples)
			return
		}
		about := s.Application
		if about != "" {
			about += ": "
		}
		c.printf("    %s: %s%s\n", c.position(s.File, max(s.Line, 1)), about, s.Reason)
	}
}

// printAnnotations prints the commands by which a workflow of GitHub annotates files.
func (c *console) printAnnotations(shown []generator.VerifyFinding) {
	levels := map[generator.Severity]string{generator.VerifyError: "error", generator.VerifyWarning: "warning", generator.VerifyNote: "notice"}
	escape := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, f := range generator.GroupFindings(shown) {
		file, line := inRepository(f.Finding)
		c.printf("::%s file=%s,line=%d,title=%s::%s\n", levels[f.Severity], property.Replace(c.reached(file)), max(line, 1), property.Replace(f.Code), escape.Replace(text(f.Finding)))
	}
}

// inRepository is the place of a finding in the repository: of what was fetched, the one that names it.
func inRepository(f generator.VerifyFinding) (file string, line int) {
	if f.Named.File != "" {
		return f.Named.File, f.Named.Line
	}
	return f.File, f.Line
}

// text is a finding in one text.
func text(f generator.VerifyFinding) string {
	about := strings.Trim(strings.Join([]string{f.Target, f.Application, f.Object}, " "), " ")
	lines := []string{about + ": " + f.Message}
	if f.Named.File != "" {
		lines = append(lines, fmt.Sprintf("at %s:%d", f.File, f.Line))
	}
	return strings.Join(append(lines, append(f.Sum, f.Hint)...), "\n")
}

// verifyDocument is what verify adds to the document of --output json.
type verifyDocument struct {
	Findings     []verifyFinding `json:"findings"`
	Excused      []verifyFinding `json:"excused,omitempty"`
	Targets      int             `json:"targets"`
	Applications int             `json:"applications"`
	Found        int             `json:"applicationsFound"`
	Objects      int             `json:"objects"`
	// Parts is into how many parts a repository falls that is divided over several machines.
	Parts     int         `json:"parts,omitempty"`
	NotJudged []notJudged `json:"notJudged,omitempty"`
}

type verifyFinding struct {
	Code        string     `json:"code"`
	Severity    string     `json:"severity"`
	Target      string     `json:"target,omitempty"`
	Application string     `json:"application,omitempty"`
	Namespace   string     `json:"namespace,omitempty"`
	Object      string     `json:"object,omitempty"`
	Path        string     `json:"path,omitempty"`
	Message     string     `json:"message"`
	Sum         []string   `json:"sum,omitempty"`
	Hint        string     `json:"hint,omitempty"`
	File        string     `json:"file"`
	Line        int        `json:"line"`
	Declared    *specPlace `json:"declared,omitempty"`
	Named       *specPlace `json:"named,omitempty"`
	Reason      string     `json:"reason,omitempty"`
	Expires     string     `json:"expires,omitempty"`
}

// specPlace is where the spec declares an application, or the repository names what was fetched.
type specPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type notJudged struct {
	Application string `json:"application,omitempty"`
	File        string `json:"file"`
	Line        int    `json:"line"`
	Topic       string `json:"topic"`
	Reason      string `json:"reason"`
}

func newVerifyFinding(f generator.VerifyFinding) verifyFinding {
	out := verifyFinding{
		Code: f.Code, Severity: f.Severity.String(), Target: f.Target, Application: f.Application, Namespace: f.Namespace,
		Object: f.Object, Path: f.Path, Message: f.Message, Sum: f.Sum, Hint: f.Hint, File: f.File, Line: f.Line,
	}
	if f.Spec.File != "" {
		out.Declared = &specPlace{f.Spec.File, f.Spec.Line}
	}
	if f.Named.File != "" {
		out.Named = &specPlace{f.Named.File, f.Named.Line}
	}
	return out
}

func newVerifyDocument(report *generator.VerifyReport, shown []generator.VerifyFinding) *verifyDocument {
	out := &verifyDocument{Findings: []verifyFinding{}, Targets: report.Targets, Applications: report.Applications, Found: report.Found, Objects: report.Objects, Parts: report.Parts}
	for _, f := range shown {
		out.Findings = append(out.Findings, newVerifyFinding(f))
	}
	for _, e := range report.Excused {
		f := newVerifyFinding(e.Finding)
		f.Reason, f.Expires = e.Reason, e.Expires
		out.Excused = append(out.Excused, f)
	}
	for _, s := range report.Skipped {
		out.NotJudged = append(out.NotJudged, notJudged{s.Application, s.File, max(s.Line, 1), s.Topic(), s.Reason})
	}
	return out
}

// printSARIF prints findings as a SARIF 2.1.0 log, which code scanners read.
func (c *console) printSARIF(shown []generator.VerifyFinding) error {
	type object = map[string]any
	levels := map[generator.Severity]string{generator.VerifyError: "error", generator.VerifyWarning: "warning", generator.VerifyNote: "note"}
	rules, results := []object{}, []object{}
	for _, code := range generator.VerifyCodes() {
		rules = append(rules, object{
			"id": code.Code, "shortDescription": object{"text": code.Title}, "helpUri": codePage(code.Code),
			"defaultConfiguration": object{"level": levels[code.Severity]},
		})
	}
	for _, f := range shown {
		file, line := inRepository(f)
		results = append(results, object{
			"ruleId": f.Code, "level": levels[f.Severity], "message": object{"text": text(f)},
			"locations": []object{{"physicalLocation": object{
				"artifactLocation": object{"uri": filepath.ToSlash(c.reached(file))}, "region": object{"startLine": max(line, 1)},
			}}},
		})
	}
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{
			"tool":    object{"driver": object{"name": program, "version": build.Read().Version, "informationUri": "https://github.com/wavewright/wavewright", "rules": rules}},
			"results": results,
		}},
	})
}

// codePage is the address of the page of a code.
func codePage(code string) string {
	return "https://github.com/wavewright/wavewright/blob/main/docs/checks/" + code + ".md"
}

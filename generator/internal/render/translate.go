package render

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/wavewright/wavewright/internal/lazyregexp"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

var (
	parseMessage    = lazyregexp.New(`(?s)^template: .*?:(\d+): (.*)$`)
	execMessage     = lazyregexp.New(`(?s)^template: (.*?):(\d+):(\d+): executing .*? at <(.*?)>: (.*)$`)
	unclosedAction  = lazyregexp.New(`^unclosed action started at .*:(\d+)$`)
	unknownFunction = lazyregexp.New(`^function "(.*)" not defined$`)
	missingField    = lazyregexp.New(`^can't evaluate field (\w+) in type (.*)$`)
	callingFunction = lazyregexp.New(`^error calling (\w+): (.*)$`)
	wrongArguments  = lazyregexp.New(`^wrong (?:number of args|type) `)
)

// parseProblem translates an error of the template parser, which knows the line.
func parseProblem(s *source, err error) problem {
	m := parseMessage.FindStringSubmatch(strings.Replace(err.Error(), s.display+":", ":", 1))
	if m == nil {
		return problem{s.start(), fault{codeParse, "template does not parse", err.Error(), ""}}
	}
	line, _ := strconv.Atoi(m[1])
	if u := unclosedAction.FindStringSubmatch(m[2]); u != nil {
		line, _ = strconv.Atoi(u[1])
		m[2] = "unclosed action"
	}
	at := placeLine(s.display, s.content, line)
	if f := unknownFunction.FindStringSubmatch(m[2]); f != nil {
		return problem{narrow(at, s, f[1]), functionFault(f[1])}
	}
	return problem{at, fault{codeParse, "template does not parse", "The parser says: " + m[2] + ".", parseHint(m[2])}}
}

func parseHint(message string) string {
	switch {
	case strings.Contains(message, `unexpected "["`), strings.Contains(message, `unexpected "]"`):
		return "Actions stand between [[ and ]]. Leave a space where a YAML list begins or ends: [ [[.A]], [[.B]] ]."
	case strings.Contains(message, "unclosed action"):
		return "Actions stand between [[ and ]]."
	}
	return ""
}

// functionFault explains why a function of sprig or of Go is not available.
func functionFault(name string) fault {
	f := fault{code: codeFunction, summary: fmt.Sprintf("unknown function %q", cut(name, 30))}
	switch name {
	case "toYaml", "toJson", "toPrettyJson", "toRawJson", "indent", "nindent":
		f.hint = "Print the value alone, key: [[.Value]]; it is laid out at the right indent."
	case "quote", "squote", "html", "js", "urlquery":
		f.hint = "Print the value alone, key: [[.Value]]; it is quoted when it needs to be."
	case "keys":
		f.hint = "Use sortedKeys; keys has no fixed order."
	case "now", "date", "env", "expandenv", "getHostByName", "uuidv4", "randInt", "randAlphaNum":
		f.detail = "A rendering must not depend on the time, on chance or on the machine."
		f.hint = "State what you need in the specification, or write it into the template."
	case emitName:
		f.hint = "Remove it; every value passes through emit anyway."
	default:
		var names []string
		for _, known := range Functions() {
			names = append(names, known.Name)
		}
		if guess := yamltree.Suggest(name, names); guess != "" {
			f.hint = "Did you mean " + guess + "?"
		} else {
			f.hint = "wavewright templates list --functions prints all functions."
		}
	}
	return f
}

// narrow reduces the range of a line to a word in it.
func narrow(at diag.Range, s *source, word string) diag.Range {
	line, _ := renderedLine(s.content, at.Line)
	text := string([]rune(line)[at.Column-1:])
	m := regexp.MustCompile(`\b` + regexp.QuoteMeta(word) + `\b`).FindStringIndex(text)
	if m == nil {
		return at
	}
	at.Column += len([]rune(text[:m[0]]))
	at.EndColumn = at.Column + len([]rune(word))
	return at
}

// execProblem translates an error of the execution of a template.
func (p *program) execProblem(err error, data any) problem {
	var refused *emitError
	if errors.As(err, &refused) {
		return problem{p.printed[refused.action], refused.fault}
	}
	m := execMessage.FindStringSubmatch(err.Error())
	if m == nil || p.sources[m[1]] == nil {
		return problem{fault: fault{codeExec, "template fails", err.Error(), ""}}
	}
	at := p.execPlace(m[1], m[2], m[3], m[4])
	var own *funcError
	if errors.As(err, &own) {
		return problem{at, fault{codeFunction, own.summary, own.detail, own.hint}}
	}
	return problem{at, execFault(m[5], data)}
}

// execPlace returns the place that text/template names: its column counts bytes from
// 0, and its context is cut when it is long.
func (p *program) execPlace(name, line, column, context string) diag.Range {
	s := p.sources[name]
	number, _ := strconv.Atoi(line)
	offset, _ := strconv.Atoi(column)
	start := 0
	for range number - 1 {
		start += strings.IndexByte(string(s.content[start:]), '\n') + 1
	}
	width := len(strings.TrimSuffix(context, "..."))
	return place(s.display, s.content, start+offset, start+offset+width)
}

func execFault(message string, data any) fault {
	if m := missingField.FindStringSubmatch(message); m != nil {
		f := fault{code: codeExec, summary: "no field " + cut(m[1], 30), detail: "The value is of type " + m[2] + "."}
		if guess := yamltree.Suggest(m[1], fieldsOf(data, m[2])); guess != "" {
			f.hint = "Did you mean " + guess + "?"
		}
		return f
	}
	if m := callingFunction.FindStringSubmatch(message); m != nil {
		return fault{codeFunction, m[1] + " fails", "It says: " + m[2] + ".", ""}
	}
	if wrongArguments.MatchString(message) {
		return fault{codeFunction, "function is not called right", "The executor says: " + message + ".", ""}
	}
	return fault{codeExec, "template fails", "The executor says: " + message + ".", ""}
}

// maxTypes bounds the search for a type below the data of a template.
const maxTypes = 2000

// fieldsOf returns the exported fields and the methods of the type that text/template
// calls name, when it can be reached from data. It is used for hints only.
func fieldsOf(data any, name string) []string {
	if data == nil {
		return nil
	}
	queue, seen := []reflect.Type{reflect.TypeOf(data)}, map[reflect.Type]bool{}
	for len(queue) > 0 && len(seen) < maxTypes {
		t := queue[0]
		queue = queue[1:]
		if seen[t] {
			continue
		}
		seen[t] = true
		if t.String() == name {
			return members(t)
		}
		queue = append(queue, neighbours(t)...)
	}
	return nil
}

// neighbours returns the types that a template can reach from a value of type t.
func neighbours(t reflect.Type) []reflect.Type {
	var found []reflect.Type
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		found = append(found, t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			found = append(found, t.Field(i).Type)
		}
		found = append(found, reflect.PointerTo(t))
	}
	for i := range t.NumMethod() {
		if m := t.Method(i).Type; m.NumOut() > 0 {
			found = append(found, m.Out(0))
		}
	}
	return found
}

func members(t reflect.Type) []string {
	var names []string
	for i := range t.NumMethod() {
		names = append(names, t.Method(i).Name)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

const (
	leftDelim  = "[["
	rightDelim = "]]"
	emitName   = "emit" // not in the functions of the parser: authors cannot call it
)

// program is the compiled set of all templates. Workers clone it.
type program struct {
	set     *template.Template
	printed []diag.Range       // place of each printing action; emit gets the index
	sources map[string]*source // by the name under which the template was parsed
}

// compiler fills a program and collects the mistakes in templates.
type compiler struct {
	*program
	list    *diag.List
	known   map[string]any
	defined map[string]*source // named templates
	calls   []call
}

// call is one [[template "name"]].
type call struct {
	src  *source
	name string
	at   diag.Range
}

// compile parses all templates. Each reports its first fault.
func compile(sources []*source, list *diag.List) *program {
	c := &compiler{
		program: &program{set: template.New("").Option("missingkey=error"), sources: map[string]*source{}},
		list:    list, known: parserFuncs(), defined: map[string]*source{},
	}
	c.set.Funcs(execFuncs()).Funcs(template.FuncMap{emitName: (&recorder{}).emit, siblingsName: (&recorder{}).siblings})
	for _, s := range sources {
		if s.isTemplate() {
			c.source(s)
		}
	}
	c.checkCalls()
	return c.program
}

func (c *compiler) source(s *source) {
	c.sources[s.display] = s
	trees, err := parse.Parse(s.display, string(s.content), leftDelim, rightDelim, c.known)
	if err != nil {
		*c.list = append(*c.list, parseProblem(s, err).diagnostic())
		return
	}
	for name, t := range trees { // order does not matter: names are distinct
		if name == s.display {
			if s.isLibrary() && !parse.IsEmptyTree(t.Root) {
				c.list.Error(s.start(), codeParse, "text outside of define below _lib/").
					Hint = `Put everything between [[define "name"]] and [[end]].`
			}
		} else if !c.define(s, name) {
			continue
		}
		if t.Root != nil {
			c.instrument(s, t.Root)
		}
		if _, err := c.set.AddParseTree(name, t); err != nil {
			c.list.Error(s.start(), codeParse, "unusable template").Detail = err.Error()
		}
	}
}

func (c *compiler) define(s *source, name string) bool {
	if other := c.defined[name]; other != nil {
		first, second := other.display, s.display
		if second < first {
			first, second = second, first
		}
		c.list.Error(s.start(), codeCollision, fmt.Sprintf("template %q is defined twice", cut(name, 30))).
			Detail = first + " and " + second + " both define it."
		return false
	}
	c.defined[name] = s
	return true
}

// instrument appends emit to every action that prints.
func (c *compiler) instrument(s *source, list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				c.appendEmit(s, n)
			}
		case *parse.IfNode:
			c.branch(s, &n.BranchNode)
		case *parse.RangeNode:
			c.branch(s, &n.BranchNode)
		case *parse.WithNode:
			c.branch(s, &n.BranchNode)
		case *parse.TemplateNode:
			at := int(n.Pos)
			c.calls = append(c.calls, call{s, n.Name, place(s.display, s.content, at, at+len(n.Name)+2)})
		}
	}
}

func (c *compiler) branch(s *source, n *parse.BranchNode) {
	c.instrument(s, n.List)
	c.instrument(s, n.ElseList)
}

func (c *compiler) appendEmit(s *source, n *parse.ActionNode) {
	index := len(c.printed)
	c.printed = append(c.printed, actionPlace(s, int(n.Pos)))
	name := parse.NewIdentifier(emitName).SetPos(n.Pos)
	number := &parse.NumberNode{NodeType: parse.NodeNumber, Pos: n.Pos, IsInt: true, Int64: int64(index), Text: fmt.Sprint(index)}
	n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{name, number},
	})
}

// actionPlace returns the place of the action whose first word begins at from.
func actionPlace(s *source, from int) diag.Range {
	rest := string(s.content[from:])
	text, _, _ := strings.Cut(rest, rightDelim)
	text = strings.TrimRight(strings.TrimSuffix(text, "-"), " \t\n")
	return place(s.display, s.content, from, from+len(text))
}

// checkCalls finds calls of undefined templates.
func (c *compiler) checkCalls() {
	names := slices.Sorted(maps.Keys(c.defined))
	for _, call := range c.calls {
		if c.defined[call.name] != nil {
			continue
		}
		d := c.list.Error(call.at, codeParse, fmt.Sprintf("unknown template %q", cut(call.name, 30)))
		if guess := yamltree.Suggest(call.name, names); guess != "" {
			d.Hint = fmt.Sprintf("Did you mean %q?", guess)
		}
	}
}

package render

import (
	"reflect"
	"strconv"
	"text/template/parse"
)

// script is a template made ready to be run by quick.
type script struct {
	steps []step
	slots int // for its variables
}

// step carries out a node of a template.
type step func(q *quick, dot reflect.Value)

// eval evaluates a part of a pipeline.
type eval func(q *quick, dot reflect.Value) reflect.Value

func (s *script) run(q *quick, dot reflect.Value) { walk(s.steps, q, dot) }

func walk(steps []step, q *quick, dot reflect.Value) {
	for _, do := range steps {
		do(q, dot)
	}
}

// script returns the script of the template name.
func (q *quick) script(name string) *script {
	if s := q.scripts[name]; s != nil {
		return s
	}
	s := &script{slots: 1}
	q.scripts[name] = s // it may call itself
	w := writer{quick: q, script: s, names: []string{"$"}}
	s.steps = w.list(q.trees[name])
	return s
}

// writer makes a template into a script. What it does not know becomes a step that gives
// up: it may never be reached.
type writer struct {
	*quick
	script *script
	names  []string // of the variables that there are at a place of the template, by slot
}

// declare returns the slot of a new variable.
func (w *writer) declare(name string) int {
	w.names = append(w.names, name)
	w.script.slots = max(w.script.slots, len(w.names))
	return len(w.names) - 1
}

// list makes steps of nodes. Variables that they declare end with them.
func (w *writer) list(list *parse.ListNode) []step {
	if list == nil {
		return nil
	}
	mark := len(w.names)
	defer func() { w.names = w.names[:mark] }()
	var steps []step
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			steps = append(steps, func(q *quick, _ reflect.Value) { q.rec.out.Write(n.Text) })
		case *parse.ActionNode:
			steps = append(steps, w.action(n.Pipe))
		case *parse.IfNode:
			steps = append(steps, w.branch(&n.BranchNode, false))
		case *parse.WithNode:
			steps = append(steps, w.branch(&n.BranchNode, true))
		case *parse.RangeNode:
			steps = append(steps, w.rangeOver(n))
		case *parse.TemplateNode:
			steps = append(steps, w.template(n))
		case *parse.CommentNode:
		default:
			steps = append(steps, unusual)
		}
	}
	return steps
}

func unusual(*quick, reflect.Value) { giveUp() }

func unusualValue(*quick, reflect.Value) reflect.Value {
	giveUp()
	panic("not reached")
}

// action prints, or sets variables. What prints ends with a call of emit.
func (w *writer) action(pipe *parse.PipeNode) step {
	if len(pipe.Decl) > 0 {
		set := w.pipeline(pipe)
		return func(q *quick, dot reflect.Value) { set(q, dot) }
	}
	last := len(pipe.Cmds) - 1
	index := int(pipe.Cmds[last].Args[1].(*parse.NumberNode).Int64)
	value := w.commands(pipe.Cmds[:last])
	return func(q *quick, dot reflect.Value) { q.emit(index, value(q, dot)) }
}

func (q *quick) emit(index int, value reflect.Value) {
	text, done := q.rec.emitText(index, value)
	if !done {
		var err error
		if text, err = q.rec.emit(index, value.Interface()); err != nil {
			giveUp()
		}
	}
	q.rec.out.WriteString(text)
}

func (w *writer) branch(n *parse.BranchNode, with bool) step {
	mark := len(w.names)
	value, list, elseList := w.pipeline(n.Pipe), w.list(n.List), w.list(n.ElseList)
	w.names = w.names[:mark]
	return func(q *quick, dot reflect.Value) {
		switch v := value(q, dot); {
		case !isTrue(v):
			walk(elseList, q, dot)
		case with:
			walk(list, q, v)
		default:
			walk(list, q, dot)
		}
	}
}

func (w *writer) rangeOver(n *parse.RangeNode) step {
	value := w.commands(n.Pipe.Cmds)
	if n.Pipe.IsAssign {
		return unusual
	}
	mark := len(w.names)
	for _, v := range n.Pipe.Decl {
		w.declare(v.Ident[0])
	}
	variables := len(n.Pipe.Decl)
	list, elseList := w.list(n.List), w.list(n.ElseList)
	w.names = w.names[:mark]
	return func(q *quick, dot reflect.Value) {
		found := value(q, dot)
		whole := indirect(found)
		if whole.Kind() != reflect.Slice && whole.Kind() != reflect.Array {
			giveUp()
		}
		vars := q.frame + mark
		if whole.Len() == 0 {
			for i := range variables {
				q.vars[vars+i] = found
			}
			walk(elseList, q, dot)
		}
		for i := range whole.Len() {
			elem := whole.Index(i)
			if variables > 0 {
				q.vars[vars+variables-1] = elem
			}
			if variables > 1 {
				q.vars[vars] = reflect.ValueOf(i)
			}
			walk(list, q, elem)
		}
	}
}

func (w *writer) template(n *parse.TemplateNode) step {
	if w.trees[n.Name] == nil || n.Pipe == nil {
		return unusual
	}
	s, dot := w.quick.script(n.Name), w.pipeline(n.Pipe)
	return func(q *quick, outer reflect.Value) { q.template(s, dot(q, outer)) }
}

// pipeline returns the value of a pipeline and declares its variables.
func (w *writer) pipeline(pipe *parse.PipeNode) eval {
	value := w.commands(pipe.Cmds)
	if pipe.IsAssign || len(pipe.Decl) > 1 {
		return unusualValue
	}
	if len(pipe.Decl) == 0 {
		return value
	}
	slot := w.declare(pipe.Decl[0].Ident[0])
	return func(q *quick, dot reflect.Value) reflect.Value {
		v := value(q, dot)
		q.vars[q.frame+slot] = v
		return v
	}
}

// commands hands the value of each command to the next one, as its last argument.
func (w *writer) commands(cmds []*parse.CommandNode) eval {
	var value eval
	for _, cmd := range cmds {
		var args []eval
		for _, arg := range cmd.Args[1:] {
			args = append(args, w.value(arg))
		}
		if value != nil {
			args = append(args, value)
		}
		command := w.command(cmd.Args[0], args)
		if word, ok := cmd.Args[0].(*parse.IdentifierNode); ok && value != nil && (word.Ident == "and" || word.Ident == "or") {
			command = unusualValue // what comes through the pipe is evaluated first
		}
		value = func(q *quick, dot reflect.Value) reflect.Value { return inside(command(q, dot)) }
	}
	return value
}

// command evaluates a word with its arguments.
func (w *writer) command(word parse.Node, args []eval) eval {
	switch n := word.(type) {
	case *parse.IdentifierNode:
		return w.function(n.Ident, args)
	case *parse.FieldNode:
		return chain(theDot, n.Ident, args)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			return chain(w.variable(n.Ident[0]), n.Ident[1:], args)
		}
	case *parse.ChainNode:
		return chain(w.value(n.Node), n.Field, args)
	}
	if len(args) > 0 {
		return unusualValue
	}
	return w.value(word)
}

func theDot(_ *quick, dot reflect.Value) reflect.Value { return dot }

// value evaluates a word that stands alone.
func (w *writer) value(n parse.Node) eval {
	switch n := n.(type) {
	case *parse.DotNode:
		return theDot
	case *parse.FieldNode, *parse.ChainNode, *parse.IdentifierNode:
		return w.command(n, nil)
	case *parse.VariableNode:
		if len(n.Ident) == 1 {
			return w.variable(n.Ident[0])
		}
		return w.command(n, nil)
	case *parse.PipeNode:
		if len(n.Decl) == 0 { // else the variable outlives the argument, if that is evaluated at all
			return w.pipeline(n)
		}
	case *parse.StringNode:
		return constant(n.Text)
	case *parse.BoolNode:
		return constant(n.True)
	case *parse.NumberNode:
		if n.Text == strconv.FormatInt(n.Int64, 10) {
			return constant(int(n.Int64))
		}
	}
	return unusualValue
}

func constant(value any) eval {
	v := reflect.ValueOf(value)
	return func(*quick, reflect.Value) reflect.Value { return v }
}

func (w *writer) variable(name string) eval {
	for slot := len(w.names) - 1; slot >= 0; slot-- {
		if w.names[slot] == name {
			return func(q *quick, _ reflect.Value) reflect.Value { return q.vars[q.frame+slot] }
		}
	}
	return unusualValue
}

// chain follows names from a value. The last one may be a method with arguments.
func chain(value eval, names []string, args []eval) eval {
	last := len(names) - 1
	for _, name := range names[:last] {
		value = field(value, name, nil)
	}
	return field(value, names[last], args)
}

// field evaluates a field or method. It remembers what the name meant last.
func field(of eval, name string, args []eval) eval {
	var key memberKey
	var known member
	return func(q *quick, dot reflect.Value) reflect.Value {
		value := indirect(of(q, dot))
		if value.Type() != key.of || value.CanAddr() != key.address {
			key = memberKey{value.Type(), value.CanAddr(), name}
			known = q.member(key)
		}
		return known.of(value, values(q, dot, args))
	}
}

// values evaluates arguments.
func values(q *quick, dot reflect.Value, args []eval) []reflect.Value {
	if len(args) == 0 {
		return nil
	}
	out := make([]reflect.Value, len(args))
	for i, arg := range args {
		out[i] = arg(q, dot)
	}
	return out
}

// function calls one of ours, or one of those of Go templates that are usual.
func (w *writer) function(name string, args []eval) eval {
	if fn, ok := w.funcs[name]; ok {
		return func(q *quick, dot reflect.Value) reflect.Value { return fn.apply(fn.call, values(q, dot, args)) }
	}
	switch {
	case name == siblingsName && len(args) == 0:
		return siblings
	case (name == "and" || name == "or") && len(args) > 0:
		return shortCircuit(args, name == "or")
	}
	return func(q *quick, dot reflect.Value) reflect.Value {
		found := values(q, dot, args)
		for i := range found {
			found[i] = inside(found[i])
		}
		return builtin(name, found)
	}
}

func siblings(q *quick, _ reflect.Value) reflect.Value {
	if _, err := q.rec.siblings(); err != nil {
		giveUp()
	}
	return reflect.ValueOf(q.rec.found).Elem()
}

// shortCircuit returns the first argument whose truth decides, or the last one.
func shortCircuit(args []eval, decides bool) eval {
	return func(q *quick, dot reflect.Value) (value reflect.Value) {
		for _, arg := range args {
			if value = arg(q, dot); isTrue(value) == decides {
				break
			}
		}
		return value
	}
}

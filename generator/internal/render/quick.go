package render

import (
	"reflect"
	"strconv"
	"text/template/parse"
)

// quick carries out templates like text/template, for a quarter of the cost: it looks
// up what a name means once for each type, and emits without a call by reflection. It
// knows what templates are made of most of the time. At anything else, and at every
// fault, it gives up, and text/template does the job from the start: what that says
// and does holds. Functions have no effects, so nothing can happen twice.
//
// The rules are those of text/template; each method here is named after its part of
// that package's exec.go.
type quick struct {
	rec     *recorder
	trees   map[string]*parse.ListNode
	funcs   map[string]function
	members map[memberKey]member
	vars    []variable
	depth   int
}

// variable is a variable of a template; the innermost is the last.
type variable struct {
	name  string
	value reflect.Value
}

// maxDepth of templates that call templates; text/template has a limit of its own.
const maxDepth = 100

// newQuick returns a quick for the templates of a program that prints into rec.
func newQuick(p *program, rec *recorder) *quick {
	q := &quick{rec: rec, trees: map[string]*parse.ListNode{}, funcs: map[string]function{}, members: map[memberKey]member{}}
	for _, t := range p.set.Templates() {
		q.trees[t.Name()] = t.Root
	}
	for name, f := range execFuncs() {
		fn := functionOf(reflect.TypeOf(f), 0)
		fn.call = reflect.ValueOf(f)
		q.funcs[name] = fn
	}
	return q
}

// run executes the template name and reports whether it got to the end.
func (q *quick) run(name string, data any) (done bool) {
	defer func() { done = recover() == nil }()
	dot := reflect.ValueOf(data)
	q.vars, q.depth = append(q.vars[:0], variable{"$", dot}), 0
	q.walk(dot, q.trees[name])
	return true
}

// giveUp ends run.
func giveUp() { panic("text/template must do this") }

func (q *quick) walk(dot reflect.Value, list *parse.ListNode) {
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			q.rec.out.Write(n.Text)
		case *parse.ActionNode:
			q.action(dot, n.Pipe)
		case *parse.IfNode:
			q.branch(dot, &n.BranchNode, false)
		case *parse.WithNode:
			q.branch(dot, &n.BranchNode, true)
		case *parse.RangeNode:
			q.rangeOver(dot, n)
		case *parse.TemplateNode:
			q.template(dot, n)
		case *parse.CommentNode:
		default:
			giveUp()
		}
	}
}

// action prints, or sets variables. What prints ends with a call of emit.
func (q *quick) action(dot reflect.Value, pipe *parse.PipeNode) {
	if len(pipe.Decl) > 0 {
		q.pipeline(dot, pipe)
		return
	}
	last := len(pipe.Cmds) - 1
	index := int(pipe.Cmds[last].Args[1].(*parse.NumberNode).Int64)
	value := q.commands(dot, pipe.Cmds[:last])
	text, done := q.rec.emitText(index, value)
	if !done {
		var err error
		if text, err = q.rec.emit(index, value.Interface()); err != nil {
			giveUp()
		}
	}
	q.rec.out.WriteString(text)
}

func (q *quick) branch(dot reflect.Value, n *parse.BranchNode, with bool) {
	mark := len(q.vars)
	value := q.pipeline(dot, n.Pipe)
	switch {
	case isTrue(value) && with:
		q.walk(value, n.List)
	case isTrue(value):
		q.walk(dot, n.List)
	case n.ElseList != nil:
		q.walk(dot, n.ElseList)
	}
	q.vars = q.vars[:mark]
}

func (q *quick) rangeOver(dot reflect.Value, n *parse.RangeNode) {
	value := indirect(q.commands(dot, n.Pipe.Cmds))
	if n.Pipe.IsAssign || value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
		giveUp()
	}
	mark := len(q.vars)
	for i := range value.Len() {
		elem := value.Index(i)
		switch decl := n.Pipe.Decl; len(decl) {
		case 1:
			q.vars = append(q.vars, variable{decl[0].Ident[0], elem})
		case 2:
			q.vars = append(q.vars, variable{decl[0].Ident[0], reflect.ValueOf(i)}, variable{decl[1].Ident[0], elem})
		}
		q.walk(elem, n.List)
		q.vars = q.vars[:mark]
	}
	if value.Len() == 0 && n.ElseList != nil {
		q.walk(dot, n.ElseList)
	}
}

func (q *quick) template(dot reflect.Value, n *parse.TemplateNode) {
	root := q.trees[n.Name]
	if q.depth++; root == nil || n.Pipe == nil || q.depth > maxDepth {
		giveUp()
	}
	dot = q.pipeline(dot, n.Pipe)
	mark := len(q.vars)
	q.vars = append(q.vars, variable{"$", dot})
	q.walk(dot, root)
	q.vars, q.depth = q.vars[:mark], q.depth-1
}

// pipeline returns the value of a pipeline and declares its variables.
func (q *quick) pipeline(dot reflect.Value, pipe *parse.PipeNode) reflect.Value {
	value := q.commands(dot, pipe.Cmds)
	if pipe.IsAssign {
		giveUp()
	}
	for _, v := range pipe.Decl {
		q.vars = append(q.vars, variable{v.Ident[0], value})
	}
	return value
}

// commands hands the value of each command to the next one.
func (q *quick) commands(dot reflect.Value, cmds []*parse.CommandNode) (value reflect.Value) {
	var piped []reflect.Value
	for i, cmd := range cmds {
		if i > 0 {
			piped = []reflect.Value{value}
		}
		value = inside(q.command(dot, cmd.Args[0], cmd.Args[1:], piped))
	}
	return value
}

// inside returns what an interface holds.
func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// command evaluates a word with its arguments and what was piped into it, if anything.
func (q *quick) command(dot reflect.Value, word parse.Node, args []parse.Node, piped []reflect.Value) reflect.Value {
	switch n := word.(type) {
	case *parse.IdentifierNode:
		return q.function(dot, n.Ident, args, piped)
	case *parse.FieldNode:
		return q.chain(dot, dot, n.Ident, args, piped)
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			return q.chain(dot, q.variable(n.Ident[0]), n.Ident[1:], args, piped)
		}
	case *parse.ChainNode:
		return q.chain(dot, q.value(dot, n.Node), n.Field, args, piped)
	}
	if len(args)+len(piped) > 0 {
		giveUp()
	}
	return q.value(dot, word)
}

// value evaluates a word that stands alone.
func (q *quick) value(dot reflect.Value, n parse.Node) reflect.Value {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode, *parse.ChainNode, *parse.IdentifierNode:
		return q.command(dot, n, nil, nil)
	case *parse.VariableNode:
		if len(n.Ident) == 1 {
			return q.variable(n.Ident[0])
		}
		return q.command(dot, n, nil, nil)
	case *parse.PipeNode:
		return q.pipeline(dot, n)
	case *parse.StringNode:
		return reflect.ValueOf(n.Text)
	case *parse.BoolNode:
		return reflect.ValueOf(n.True)
	case *parse.NumberNode:
		if n.Text == strconv.FormatInt(n.Int64, 10) {
			return reflect.ValueOf(int(n.Int64))
		}
	}
	giveUp()
	panic("not reached")
}

func (q *quick) variable(name string) reflect.Value {
	for i := len(q.vars) - 1; i >= 0; i-- {
		if q.vars[i].name == name {
			return q.vars[i].value
		}
	}
	giveUp()
	panic("not reached")
}

// chain follows names from a value. The last one may be a method with arguments.
func (q *quick) chain(dot, value reflect.Value, names []string, args []parse.Node, piped []reflect.Value) reflect.Value {
	last := len(names) - 1
	for _, name := range names[:last] {
		value = q.field(dot, value, name, nil, nil)
	}
	return q.field(dot, value, names[last], args, piped)
}

// member is what a name means for a type: a method, when there is one, or a field.
type member struct {
	method int // -1 for a field
	function
	field []int
}

// function is a function or method with the types of its parameters.
type function struct {
	call     reflect.Value
	in       []reflect.Type
	variadic bool
}

// functionOf describes a function, whose first parameters may be bound already.
func functionOf(t reflect.Type, bound int) function {
	f := function{variadic: t.IsVariadic()}
	for i := bound; i < t.NumIn(); i++ {
		f.in = append(f.in, t.In(i))
	}
	return f
}

type memberKey struct {
	of   reflect.Type
	name string
}

func (q *quick) field(dot, value reflect.Value, name string, args []parse.Node, piped []reflect.Value) reflect.Value {
	value = indirect(value)
	receiver := value
	if value.CanAddr() {
		receiver = value.Addr()
	}
	key := memberKey{receiver.Type(), name}
	m, known := q.members[key]
	if !known {
		m = memberOf(receiver.Type(), value, name)
		q.members[key] = m
	}
	if m.method >= 0 {
		m.call = receiver.Method(m.method)
		return q.call(dot, m.function, args, piped)
	}
	if m.field == nil || len(args)+len(piped) > 0 {
		giveUp()
	}
	return value.FieldByIndex(m.field)
}

// memberOf finds out what a name means; nothing at all means to give up.
func memberOf(receiver reflect.Type, value reflect.Value, name string) member {
	if m, ok := receiver.MethodByName(name); ok {
		return member{method: m.Index, function: functionOf(m.Type, 1)}
	}
	if value.Kind() == reflect.Struct {
		if f, ok := value.Type().FieldByName(name); ok && f.IsExported() {
			return member{method: -1, field: f.Index}
		}
	}
	return member{method: -1}
}

// function calls one of ours, or one of those of Go templates that are usual.
func (q *quick) function(dot reflect.Value, name string, args []parse.Node, piped []reflect.Value) reflect.Value {
	if fn, ok := q.funcs[name]; ok {
		return q.call(dot, fn, args, piped)
	}
	switch {
	case name == siblingsName && len(args)+len(piped) == 0:
		if _, err := q.rec.siblings(); err != nil {
			giveUp()
		}
		return reflect.ValueOf(q.rec.found).Elem()
	case (name == "and" || name == "or") && len(piped) == 0 && len(args) > 0:
		return q.shortCircuit(dot, args, name == "or")
	}
	values := make([]reflect.Value, 0, 2)
	for _, arg := range args {
		values = append(values, inside(q.value(dot, arg)))
	}
	return builtin(name, append(values, piped...))
}

// shortCircuit returns the first argument whose truth decides, or the last one.
func (q *quick) shortCircuit(dot reflect.Value, args []parse.Node, decides bool) (value reflect.Value) {
	for _, arg := range args {
		if value = q.value(dot, arg); isTrue(value) == decides {
			break
		}
	}
	return value
}

// builtin calls a function of Go templates, for the kinds that are usual.
func builtin(name string, args []reflect.Value) reflect.Value {
	switch {
	case name == "not" && len(args) == 1:
		return reflect.ValueOf(!isTrue(args[0]))
	case name == "len" && len(args) == 1 && (args[0].Kind() == reflect.Slice || args[0].Kind() == reflect.Map):
		return reflect.ValueOf(args[0].Len())
	case name == "gt" && len(args) == 2 && args[0].CanInt() && args[1].CanInt():
		return reflect.ValueOf(args[0].Int() > args[1].Int())
	case name == "eq" && len(args) == 2 && args[0].CanInt() && args[1].CanInt():
		return reflect.ValueOf(args[0].Int() == args[1].Int())
	case name == "eq" && len(args) == 2 && args[0].Kind() == reflect.String && args[1].Kind() == reflect.String:
		return reflect.ValueOf(args[0].String() == args[1].String())
	}
	giveUp()
	panic("not reached")
}

// call calls a function or method whose arguments fit as they are.
func (q *quick) call(dot reflect.Value, f function, args []parse.Node, piped []reflect.Value) reflect.Value {
	n := len(args) + len(piped)
	if n != len(f.in) && !(f.variadic && n >= len(f.in)-1) {
		giveUp()
	}
	values := make([]reflect.Value, 0, n)
	for _, arg := range args {
		values = append(values, q.value(dot, arg))
	}
	values = append(values, piped...)
	for i, v := range values {
		if !v.Type().AssignableTo(f.parameter(i)) {
			giveUp()
		}
	}
	results := f.call.Call(values)
	if len(results) > 1 && !results[1].IsNil() {
		giveUp()
	}
	return results[0]
}

// parameter returns the type of argument i.
func (f *function) parameter(i int) reflect.Type {
	if last := len(f.in) - 1; f.variadic && i >= last {
		return f.in[last].Elem()
	}
	return f.in[i]
}

// indirect follows pointers and interfaces. Nil means to give up.
func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			giveUp()
		}
		v = v.Elem()
	}
	return v
}

// isTrue is the truth of text/template: not the zero of its type, and not empty.
func isTrue(v reflect.Value) bool {
	switch v = inside(v); v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() > 0
	case reflect.Struct:
		return true
	case reflect.Bool, reflect.Pointer, reflect.Func,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return !v.IsZero()
	}
	giveUp()
	panic("not reached")
}

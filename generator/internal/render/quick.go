package render

import (
	"reflect"
	"slices"
	"text/template/parse"
)

// quick carries out templates like text/template, for a fraction of the cost: each is
// made into a script of Go functions when it is first run (script.go), which know where
// a variable is, and what a name meant for the type that they saw last. It knows what
// templates are made of most of the time. At anything else, and at every fault, it
// gives up, and text/template does the job from the start: what that says and does
// holds. Functions have no effects, so nothing can happen twice.
//
// The rules are those of text/template; what is here is named after its part of that
// package's exec.go.
type quick struct {
	rec     *recorder
	trees   map[string]*parse.ListNode
	funcs   map[string]function
	scripts map[string]*script
	members map[memberKey]member
	// vars holds the variables of the templates that are being run, one after the other;
	// those of the innermost begin at frame.
	vars  []reflect.Value
	frame int
	depth int
}

// maxDepth of templates that call templates; text/template has a limit of its own.
const maxDepth = 100

// newQuick returns a quick for the templates of a program that prints into rec.
func newQuick(p *program, rec *recorder) *quick {
	q := &quick{rec: rec, trees: map[string]*parse.ListNode{}, funcs: map[string]function{}, scripts: map[string]*script{}, members: map[memberKey]member{}}
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
	q.vars, q.frame, q.depth = q.vars[:0], 0, 0
	q.template(q.script(name), reflect.ValueOf(data))
	return true
}

// giveUp ends run.
func giveUp() { panic("text/template must do this") }

// template runs a script with variables of its own.
func (q *quick) template(s *script, dot reflect.Value) {
	if q.depth++; q.depth > maxDepth {
		giveUp()
	}
	outer := q.frame
	q.frame = len(q.vars)
	q.vars = slices.Grow(q.vars, s.slots)[:q.frame+s.slots]
	q.vars[q.frame] = dot // $
	s.run(q, dot)
	q.vars, q.frame, q.depth = q.vars[:q.frame], outer, q.depth-1
}

// inside returns what an interface holds.
func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
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

// memberKey is a name asked of a value: only one that has an address has the methods of
// its pointer.
type memberKey struct {
	of      reflect.Type
	address bool
	name    string
}

// member finds out what a name means.
func (q *quick) member(key memberKey) member {
	m, known := q.members[key]
	if !known {
		m = memberOf(key)
		q.members[key] = m
	}
	return m
}

// memberOf finds out what a name means; nothing at all means to give up.
func memberOf(key memberKey) member {
	receiver := key.of
	if key.address {
		receiver = reflect.PointerTo(key.of)
	}
	if m, ok := receiver.MethodByName(key.name); ok {
		if n := m.Type.NumOut(); n != 1 && (n != 2 || m.Type.Out(1) != errorType) {
			return member{method: -1}
		}
		return member{method: m.Index, function: functionOf(m.Type, 1)}
	}
	if key.of.Kind() == reflect.Struct {
		if f, ok := key.of.FieldByName(key.name); ok && f.IsExported() {
			return member{method: -1, field: f.Index}
		}
	}
	return member{method: -1}
}

// of returns the member of a value; args are those of a method.
func (m *member) of(value reflect.Value, args []reflect.Value) reflect.Value {
	switch {
	case m.method < 0 && (m.field == nil || len(args) > 0):
		giveUp()
	case m.method < 0 && len(m.field) == 1:
		return value.Field(m.field[0])
	case m.method < 0:
		return value.FieldByIndex(m.field)
	}
	if value.CanAddr() {
		value = value.Addr()
	}
	return m.apply(value.Method(m.method), args)
}

// apply calls a function or method whose arguments fit as they are.
func (f *function) apply(call reflect.Value, args []reflect.Value) reflect.Value {
	if len(args) != len(f.in) && !(f.variadic && len(args) >= len(f.in)-1) {
		giveUp()
	}
	for i, v := range args {
		if !v.Type().AssignableTo(f.parameter(i)) {
			giveUp()
		}
	}
	results := call.Call(args)
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
	case reflect.Bool:
		return v.Bool()
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() > 0
	case reflect.Struct:
		return true
	case reflect.Pointer, reflect.Func,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return !v.IsZero()
	}
	giveUp()
	panic("not reached")
}

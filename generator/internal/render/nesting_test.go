package render

import (
	"testing"
	"text/template/parse"

	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/templates"
)

// maxNesting is how many conditions and loops may stand in each other: a template that
// needs more decides something, which is for a field or method of the model.
const maxNesting = 3

// TestTemplatesDecideNothing walks every built-in template and helper.
func TestTemplatesDecideNothing(t *testing.T) {
	var list diag.List
	prog := compile(load(Input{Builtin: templates.FS()}, &list), &list)
	if len(list) > 0 {
		t.Fatal(reportText(list))
	}
	for _, tmpl := range prog.set.Templates() {
		if deepest, depth := nesting(tmpl.Root, 0); depth > maxNesting {
			location, _ := tmpl.ErrorContext(deepest)
			t.Errorf("%s: %d conditions and loops stand in each other", location, depth)
		}
	}
	if len(prog.set.Templates()) < 100 {
		t.Errorf("only %d templates", len(prog.set.Templates()))
	}
}

// nesting returns the deepest condition or loop of a list, and its depth. What follows
// an else if is not deeper than the if.
func nesting(list *parse.ListNode, depth int) (deepest parse.Node, most int) {
	if list == nil {
		return nil, depth
	}
	deepest, most = list, depth
	try := func(branch *parse.BranchNode) {
		lists := []*parse.ListNode{branch.List}
		for branch.ElseList != nil && len(branch.ElseList.Nodes) == 1 {
			next, ok := branch.ElseList.Nodes[0].(*parse.IfNode)
			if !ok {
				break
			}
			branch = &next.BranchNode
			lists = append(lists, branch.List)
		}
		for _, inner := range append(lists, branch.ElseList) {
			if at, n := nesting(inner, depth+1); n > most {
				deepest, most = at, n
			}
		}
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.IfNode:
			try(&n.BranchNode)
		case *parse.WithNode:
			try(&n.BranchNode)
		case *parse.RangeNode:
			try(&n.BranchNode)
		}
	}
	return deepest, most
}

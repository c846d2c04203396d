package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wavewright/wavewright/generator/internal/layout"
	"github.com/wavewright/wavewright/generator/internal/verify/repo"
	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// DeclaredExcuses are the excuses of a spec. Codes that no finding has, texts that are no patterns, and the
// file of excuses that only repositories without a spec have are noted. An error means that the file system
// does not say whether there is such a file.
func DeclaredExcuses(files fs.FS, spec *schema.Spec, list *diag.List) ([]Excuse, error) {
	switch _, err := fs.Stat(files, layout.Excuses); {
	case err == nil:
		list.Error(diag.Range{File: layout.Excuses}, "excuse/place", "excuses stand in the spec of this repository").Hint =
			"Move the entries to verify: {ignore: […]} in " + schema.FileName + ", and delete this file."
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("look for %s: %w", layout.Excuses, err)
	}
	var all []Excuse
	for _, e := range spec.Verify.Ignore {
		checkDeclared(&e, list)
		at := e.Node.At()
		all = append(all, Excuse{e.Code, e.Application, e.Object, e.Reason, e.Expires, repo.Origin{File: at.File, Line: at.Line}})
	}
	return all, nil
}

func checkDeclared(e *schema.Excuse, list *diag.List) {
	if e.Code != "" && !isCode(e.Code) {
		d := list.Error(e.Node.At("code"), "excuse/code", fmt.Sprintf("no finding has the code %q", e.Code))
		d.Hint = "wavewright verify --list prints all codes."
		if near := yamltree.Suggest(e.Code, codeNames()); near != "" {
			d.Hint = fmt.Sprintf("Did you mean %q?", near)
		}
	}
	checkPattern(e.Node.At("application"), e.Application, "Write a name, or a glob such as shop-cart-*.", list)
	checkPattern(e.Node.At("object"), e.Object, "Write a kind and a name, such as Deployment/cart, or a glob.", list)
}

func checkPattern(at diag.Range, pattern, hint string, list *diag.List) {
	if !doublestar.ValidatePattern(pattern) {
		list.Error(at, "excuse/pattern", "this is not a pattern").Hint = hint
	}
}

// isCode reports whether there are findings of a code. An excuse that covers nothing cannot be excused.
func isCode(code string) bool { return slices.Contains(codeNames(), code) }

// codeNames are the codes that can be excused.
func codeNames() []string {
	var names []string
	for _, code := range Codes() {
		if code.Code != unusedExcuse {
			names = append(names, code.Code)
		}
	}
	return names
}

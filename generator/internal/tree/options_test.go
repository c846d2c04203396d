package tree

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator/internal/merge"
)

const (
	lines  = "one\ntwo\nthree\nfour\nfive\n"
	upper  = "ONE\ntwo\nthree\nfour\nfive\n" // as the user edits lines
	lower  = "one\ntwo\nthree\nfour\nFIVE\n" // as the generator changes lines
	joined = "ONE\ntwo\nthree\nfour\nFIVE\n"
	other  = "uno\ntwo\nthree\nfour\nFIVE\n" // as the generator changes what the user edits, and more

	marked = "<<<<<<< yours\nONE\n||||||| last rendering\none\n=======\nuno\n>>>>>>> new rendering\ntwo\nthree\nfour\nFIVE\n"
)

func policy(p Policy) Options { return Options{Policy: func(string) Policy { return p }} }

func accept(side merge.Side) Options {
	return Options{Accept: func(string) merge.Side { return side }}
}

func set(paths ...string) map[string]bool {
	chosen := map[string]bool{}
	for _, path := range paths {
		chosen[path] = true
	}
	return chosen
}

func withCRLF(text string) string { return strings.ReplaceAll(text, "\n", crlf) }

// renamedFrom is the option that files known as old are known as now.
func renamedFrom(old, now string) Options {
	return Options{Renamed: func(id string) string {
		if id == old {
			return now
		}
		return id
	}}
}

// optionRow is a row of the table of states, generated with options.
type optionRow struct {
	o Options
	row
}

func mergeRows() []optionRow {
	before, after, clash := files("a/f", lines), files("a/f", lower), files("a/f", other)
	binary := strings.Replace(lines, "three", "\x00", 1)
	big := strings.Repeat("0123456789abcde\n", 5<<16+1)
	mine, theirs, both := "ONE\n"+big+"x\n", "one\n"+big+"X\n", Options{Markers: true}
	return []optionRow{
		{Options{}, row{"merge", before, edit("a/f", upper), after, []string{"a/f: merge update"}, "what you changed is kept", map[string]string{"a/f": joined}}},
		{both, row{"merge with markers asked for", before, edit("a/f", upper), after, []string{"a/f: merge update"}, "", map[string]string{"a/f": joined}}},
		{Options{}, row{"merge with CRLF", before, edit("a/f", withCRLF(upper)), after, []string{"a/f: merge update"}, "", map[string]string{"a/f": withCRLF(joined)}}},
		{Options{}, row{"merge with a mark", before, edit("a/f", mark+upper), after, []string{"a/f: merge update"}, "", map[string]string{"a/f": mark + joined}}},
		{Options{}, row{"merge with both", before, edit("a/f", mark+withCRLF(upper)), after, []string{"a/f: merge update"}, "", map[string]string{"a/f": mark + withCRLF(joined)}}},
		{Options{}, row{"merge without the last end, by the user", before, edit("a/f", strings.TrimSuffix(upper, "\n")), after, []string{"a/f: merge update"}, "", map[string]string{"a/f": strings.TrimSuffix(joined, "\n")}}},
		{Options{}, row{"merge without the last end, by us", before, edit("a/f", upper), files("a/f", strings.TrimSuffix(lower, "\n")), []string{"a/f: merge update"}, "", map[string]string{"a/f": strings.TrimSuffix(joined, "\n")}}},
		{Options{}, row{"merge to the new text", before, edit("a/f", lower), after, []string{"a/f: converged record"}, "", map[string]string{"a/f": lower}}},
		{Options{}, row{"merge of what we did and more", before, edit("a/f", joined), after, []string{"a/f: user-modified record"}, "", map[string]string{"a/f": joined}}},
		{Options{}, row{"conflict", before, edit("a/f", upper), clash, []string{"a/f: conflict none"}, "changed by you", map[string]string{"a/f": upper}}},
		{both, row{"marked", before, edit("a/f", upper), clash, []string{"a/f: marked update"}, "markers", map[string]string{"a/f": marked}}},
		{both, row{"marked with CRLF", before, edit("a/f", withCRLF(upper)), clash, []string{"a/f: marked update"}, "markers", map[string]string{"a/f": withCRLF(marked)}}},
		{both, row{"marked with a mark", before, edit("a/f", mark+upper), clash, []string{"a/f: marked update"}, "markers", map[string]string{"a/f": mark + marked}}},
		{both, row{"marked already", before, edit("a/f", marked), clash, []string{"a/f: unresolved none"}, "resolve them first", map[string]string{"a/f": marked}}},
		{accept(merge.Mine), row{"accept mine", before, edit("a/f", upper), clash, []string{"a/f: merge update"}, "", map[string]string{"a/f": joined}}},
		{accept(merge.Theirs), row{"accept theirs", before, edit("a/f", "ONE\ntwo\nTHREE\nfour\nfive\n"), clash, []string{"a/f: merge update"}, "", map[string]string{"a/f": "uno\ntwo\nTHREE\nfour\nFIVE\n"}}},
		{accept(merge.Theirs), row{"accept theirs, and nothing else is edited", before, edit("a/f", upper), clash, []string{"a/f: update update"}, "", map[string]string{"a/f": other}}},
		{accept(merge.Theirs), row{"accept theirs with CRLF", before, edit("a/f", withCRLF(upper)), clash, []string{"a/f: update update"}, "", map[string]string{"a/f": withCRLF(other)}}},
		{both, row{"binary, edited", before, edit("a/f", "ONE\x00\n"), after, []string{"a/f: conflict none"}, "", map[string]string{"a/f": "ONE\x00\n"}}},
		{both, row{"binary, rendered", before, edit("a/f", upper), files("a/f", binary), []string{"a/f: conflict none"}, "", map[string]string{"a/f": upper}}},
		{accept(merge.Mine), row{"binary, mine", before, edit("a/f", upper), files("a/f", binary), []string{"a/f: user-modified record"}, "", map[string]string{"a/f": upper}}},
		{accept(merge.Theirs), row{"binary, theirs", before, edit("a/f", upper), files("a/f", binary), []string{"a/f: update update"}, "", map[string]string{"a/f": binary}}},
		{Options{}, row{"binary, not edited", files("a/f", binary), nothing, after, []string{"a/f: update update"}, "", map[string]string{"a/f": lower}}},
		{both, row{"large", files("a/f", "one\n"+big+"x\n"), edit("a/f", mine), files("a/f", theirs), []string{"a/f: conflict none"}, "", map[string]string{"a/f": mine}}},
		{accept(merge.Theirs), row{"large, theirs", files("a/f", "one\n"+big+"x\n"), edit("a/f", mine), files("a/f", theirs), []string{"a/f: update update"}, "", map[string]string{"a/f": theirs}}},
		{Options{}, row{"emptied", before, edit("a/f", ""), after, []string{"a/f: conflict none"}, "", nil}},
		{Options{}, row{"rendered empty", before, edit("a/f", upper), files("a/f", ""), []string{"a/f: conflict none"}, "", map[string]string{"a/f": upper}}},
		{accept(merge.Theirs), row{"rendered empty, theirs", before, edit("a/f", upper), files("a/f", ""), []string{"a/f: update update"}, "", nil}},
	}
}

func policyRows() []optionRow {
	before, after := files("a/f", lines, "a/g", "g\n"), files("a/f", other, "a/g", "g\n")
	without := files("a/g", "g\n")
	markers := "x\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n"
	keep, once, overwrite := policy(PolicyKeep), policy(PolicyCreateOnly), policy(PolicyOverwrite)
	return []optionRow{
		{keep, row{"keep, new", without, nothing, before, []string{"a/f: kept none"}, "not there, and not written", map[string]string{"a/f": ""}}},
		{keep, row{"keep, foreign", without, edit("a/f", upper), before, []string{"a/f: kept none"}, "left as it is", map[string]string{"a/f": upper}}},
		{keep, row{"keep, clean", before, nothing, after, []string{"a/f: kept none"}, "its rendering has changed since", map[string]string{"a/f": lines}}},
		{keep, row{"keep, unchanged", before, nothing, before, nil, "", nil}},
		{keep, row{"keep, edited", before, edit("a/f", upper), after, []string{"a/f: kept none"}, "changed since", map[string]string{"a/f": upper}}},
		{keep, row{"keep, edited and not rendered anew", before, edit("a/f", upper), before, []string{"a/f: kept none"}, "left as it is", map[string]string{"a/f": upper}}},
		{keep, row{"keep, deleted", before, del("a/f"), after, []string{"a/f: kept none"}, "not there", map[string]string{"a/f": ""}}},
		{keep, row{"keep, markers", before, edit("a/f", markers), after, []string{"a/f: kept none"}, "", map[string]string{"a/f": markers}}},
		{keep, row{"keep, orphan", before, nothing, without, []string{"a/f: dropped record"}, "makes it yours", map[string]string{"a/f": lines}}},
		{keep, row{"keep, link", before, func(s *sandbox) { s.remove("a/f"); s.must(os.Symlink("g", s.path("a/f"))) }, after, []string{"a/f: obstructed none"}, "a symbolic link", nil}},
		{keep, row{"keep, moved", files("a/f", lines), edit("a/f", upper), moved("a/f", "b/f", lower), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": upper}}},
		{once, row{"createOnly, new", without, nothing, before, []string{"a/f: new create"}, "", map[string]string{"a/f": lines}}},
		{once, row{"createOnly, foreign", without, edit("a/f", upper), before, []string{"a/f: kept none"}, "", map[string]string{"a/f": upper}}},
		{once, row{"createOnly, clean", before, nothing, after, []string{"a/f: kept none"}, "changed since", map[string]string{"a/f": lines}}},
		{once, row{"createOnly, edited", before, edit("a/f", upper), after, []string{"a/f: kept none"}, "", map[string]string{"a/f": upper}}},
		{once, row{"createOnly, deleted", before, del("a/f"), after, []string{"a/f: kept none"}, "not there", map[string]string{"a/f": ""}}},
		{once, row{"createOnly, orphan", before, edit("a/f", upper), without, []string{"a/f: dropped record"}, "makes it yours", map[string]string{"a/f": upper}}},
		{overwrite, row{"overwrite, new", without, nothing, before, []string{"a/f: new create"}, "", map[string]string{"a/f": lines}}},
		{overwrite, row{"overwrite, foreign", without, edit("a/f", upper), before, []string{"a/f: overwritten update"}, "gives way", map[string]string{"a/f": lines}}},
		{overwrite, row{"overwrite, foreign with its text", without, edit("a/f", lines), before, []string{"a/f: adopted record"}, "", map[string]string{"a/f": lines}}},
		{overwrite, row{"overwrite, clean", before, nothing, after, []string{"a/f: update update"}, "", map[string]string{"a/f": other}}},
		{overwrite, row{"overwrite, edited", before, edit("a/f", upper), after, []string{"a/f: overwritten update"}, "gives way", map[string]string{"a/f": other}}},
		{overwrite, row{"overwrite, edited, not rendered anew", before, edit("a/f", upper), before, []string{"a/f: overwritten update"}, "", map[string]string{"a/f": lines}}},
		{overwrite, row{"overwrite, CRLF", before, edit("a/f", withCRLF(lines)), before, nil, "", map[string]string{"a/f": withCRLF(lines)}}},
		{overwrite, row{"overwrite, CRLF, rendered anew", before, edit("a/f", withCRLF(lines)), after, []string{"a/f: update update"}, "", map[string]string{"a/f": withCRLF(other)}}},
		{overwrite, row{"overwrite, deleted", before, del("a/f"), after, []string{"a/f: new create"}, "though you deleted it", map[string]string{"a/f": other}}},
		{overwrite, row{"overwrite, markers", before, edit("a/f", markers), after, []string{"a/f: overwritten update"}, "", map[string]string{"a/f": other}}},
		{overwrite, row{"overwrite, orphan edited", before, edit("a/f", upper), without, []string{"a/f: orphan-edited record"}, "", map[string]string{"a/f": upper}}},
		{overwrite, row{"overwrite, link", before, func(s *sandbox) { s.remove("a/f"); s.must(os.Symlink("g", s.path("a/f"))) }, after, []string{"a/f: obstructed none"}, "", map[string]string{"a/g": "g\n"}}},
		{overwrite, row{"overwrite, moved", files("a/f", lines), edit("a/f", upper), moved("a/f", "b/f", lower), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": lower}}},
	}
}

func settledRows() []optionRow {
	before, after := files("a/f", lines, "a/g", "g\n"), files("a/f", other, "a/g", "g\n")
	without := files("a/g", "g\n")
	adopt, restore, drop := Options{Adopt: set("a/f")}, Options{Restore: set("a/f")}, Options{Drop: set("a/f")}
	return []optionRow{
		{adopt, row{"adopt", without, edit("a/f", upper), before, []string{"a/f: adopted record"}, "counts as your edit", map[string]string{"a/f": upper}}},
		{adopt, row{"adopt what is not there", without, nothing, before, []string{"a/f: new create"}, "", map[string]string{"a/f": lines}}},
		{adopt, row{"adopt a folder", without, edit("a/f/x", upper), before, []string{"a/f: obstructed none"}, "", map[string]string{"a/f/x": upper}}},
		{adopt, row{"adopt what is ours", before, edit("a/f", upper), after, []string{"a/f: conflict none"}, "", map[string]string{"a/f": upper}}},
		{restore, row{"restore, deleted", before, del("a/f"), after, []string{"a/f: new create"}, "though you deleted it", map[string]string{"a/f": other}}},
		{restore, row{"restore, edited", before, edit("a/f", upper), before, []string{"a/f: overwritten update"}, "restored", map[string]string{"a/f": lines}}},
		{restore, row{"restore, conflict", before, edit("a/f", upper), after, []string{"a/f: overwritten update"}, "restored", map[string]string{"a/f": other}}},
		{restore, row{"restore, foreign", without, edit("a/f", upper), before, []string{"a/f: foreign none"}, "", map[string]string{"a/f": upper}}},
		{restore, row{"restore, as it is", before, nothing, before, nil, "", nil}},
		{Options{Restore: set("a/f"), Policy: policy(PolicyKeep).Policy}, row{"restore, kept", before, del("a/f"), after, []string{"a/f: new create"}, "", map[string]string{"a/f": other}}},
		{restore, row{"restore, not generated", before, edit("a/f", upper), without, []string{"a/f: orphan-edited record"}, "", map[string]string{"a/f": upper}}},
		{drop, row{"drop", before, edit("a/f", upper), without, []string{"a/f: dropped record"}, "yours from now on", map[string]string{"a/f": upper}}},
		{drop, row{"drop what is clean", before, nothing, without, []string{"a/f: dropped record"}, "", map[string]string{"a/f": lines}}},
		{drop, row{"drop what is gone", before, del("a/f"), without, []string{"a/f: forgotten record"}, "", map[string]string{"a/f": ""}}},
		{drop, row{"drop what is generated", before, nothing, after, []string{"a/f: update update"}, "", map[string]string{"a/f": other}}},
	}
}

// policyOf is a rule for one path.
func policyOf(path string, p Policy) Options {
	return Options{Policy: func(of string) Policy {
		if of == path {
			return p
		}
		return PolicyMerge
	}}
}

func movedRows() []optionRow {
	before := files("a/f", lines)
	renamed := files("b/f", lower)
	renamed = renamed.with("b/f", func(f *File) { f.ID = "new" })
	markers := func(o Options) Options { o.Markers = true; return o }
	rename := renamedFrom("a/f", "new")
	markedWithLower := "<<<<<<< yours\nONE\n||||||| last rendering\none\n=======\nuno\n>>>>>>> new rendering\ntwo\nthree\nfour\nFIVE\n"
	return []optionRow{
		{Options{}, row{"renamed id, not said", before, nothing, renamed, []string{"a/f: orphan delete", "b/f: new create"}, "", map[string]string{"a": "", "b/f": lower}}},
		{Options{}, row{"renamed id, not said, edited", before, edit("a/f", upper), renamed, []string{"a/f: orphan-edited record", "b/f: new create"}, "", map[string]string{"a/f": upper, "b/f": lower}}},
		{rename, row{"renamed id", before, nothing, renamed, []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": lower}}},
		{rename, row{"renamed id, merged", before, edit("a/f", upper), renamed, []string{"b/f: moved move from a/f"}, "with what you changed", map[string]string{"a": "", "b/f": joined}}},
		{rename, row{"renamed id, deleted", before, del("a/f"), renamed, []string{"b/f: user-deleted record from a/f"}, "", map[string]string{"b": ""}}},
		{renamedFrom("a/f", "new"), row{"renamed id, same path", before, edit("a/f", upper), files("a/f", lower).with("a/f", func(f *File) { f.ID = "new" }), []string{"a/f: merge update"}, "", map[string]string{"a/f": joined}}},
		{Options{}, row{"moved, merged", before, edit("a/f", upper), moved("a/f", "b/f", lower), []string{"b/f: moved move from a/f"}, "with what you changed", map[string]string{"a": "", "b/f": joined}}},
		{Options{}, row{"moved, merged, CRLF", before, edit("a/f", withCRLF(upper)), moved("a/f", "b/f", lower), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": withCRLF(joined)}}},
		{Options{}, row{"moved, conflict", before, edit("a/f", upper), moved("a/f", "b/f", other), []string{"b/f: conflict none from a/f"}, "", map[string]string{"a/f": upper, "b": ""}}},
		{markers(Options{}), row{"moved, marked", before, edit("a/f", upper), moved("a/f", "b/f", other), []string{"b/f: marked move from a/f"}, "", map[string]string{"a": "", "b/f": markedWithLower}}},
		{accept(merge.Mine), row{"moved, mine", before, edit("a/f", upper), moved("a/f", "b/f", other), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": joined}}},
		{accept(merge.Theirs), row{"moved, theirs", before, edit("a/f", upper), moved("a/f", "b/f", other), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": other}}},
		{Options{}, row{"moved, unresolved", before, edit("a/f", marked), moved("a/f", "b/f", other), []string{"b/f: unresolved none from a/f"}, "", map[string]string{"a/f": marked, "b": ""}}},
		{Options{Adopt: set("b/f")}, row{"moved onto what is adopted", before, edit("b/f", "mine\n"), moved("a/f", "b/f", lower), []string{"a/f: orphan delete", "b/f: adopted record"}, "", map[string]string{"a": "", "b/f": "mine\n"}}},
		{Options{Adopt: set("b/f")}, row{"moved onto what is adopted, edited", before, func(s *sandbox) { s.write("a/f", upper); s.write("b/f", "mine\n") }, moved("a/f", "b/f", lower), []string{"a/f: orphan-edited record", "b/f: adopted record"}, "", map[string]string{"a/f": upper, "b/f": "mine\n"}}},
		{policy(PolicyKeep), row{"moved onto what is kept", before, func(s *sandbox) { s.write("b/f", "mine\n") }, moved("a/f", "b/f", lower), []string{"a/f: dropped record", "b/f: kept none"}, "", map[string]string{"a/f": lines, "b/f": "mine\n"}}},
		{policy(PolicyOverwrite), row{"moved onto what is overwritten", before, func(s *sandbox) { s.write("a/f", upper); s.write("b/f", "mine\n") }, moved("a/f", "b/f", lower), []string{"a/f: orphan-edited record", "b/f: overwritten update"}, "", map[string]string{"a/f": upper, "b/f": lower}}},
		{Options{Restore: set("b/f")}, row{"moved, restored", before, edit("a/f", upper), moved("a/f", "b/f", lower), []string{"b/f: moved move from a/f"}, "", map[string]string{"a": "", "b/f": lower}}},
	}
}

// strayRows are about edits at the former path of a file that is generated at its new one already.
func strayRows() []optionRow {
	now := func(text string) Tree { return files("b/f", text).with("b/f", func(f *File) { f.ID = "a/f" }) }
	before, as, anew := files("a/f", lines, "b/f", lines), now(lines), now(other)
	both := func(there string) func(*sandbox) {
		return func(s *sandbox) { s.write("a/f", upper); s.write("b/f", there) }
	}
	clash, apart := strings.Replace(lines, "one", "eins", 1), strings.Replace(lines, "three", "THREE", 1)
	here := map[string]string{"a/f": upper, "b/f": clash}
	conflict, merged := []string{"b/f: conflict none"}, []string{"a/f: orphan delete", "b/f: merge update"}
	with := func(text, three string) map[string]string {
		return map[string]string{"a": "", "b/f": strings.Replace(text, "three", three, 1)}
	}
	return []optionRow{
		{Options{}, row{"strays, merged", before, both(apart), as, merged, "with what you changed in a/f", with(upper, "THREE")}},
		{Options{}, row{"strays onto edits that collide", before, both(clash), as, conflict, "bring them here", here}},
		{accept(merge.Mine), row{"strays onto edits that collide, mine", before, both(clash), as, conflict, "bring them here", here}},
		{accept(merge.Theirs), row{"strays onto edits that collide, theirs", before, both(clash), as, conflict, "bring them here", here}},
		{Options{}, row{"strays, conflict", before, edit("a/f", upper), anew, conflict, "", map[string]string{"a/f": upper, "b/f": lines}}},
		{Options{Markers: true}, row{"strays, marked", before, edit("a/f", upper), anew, []string{"a/f: orphan delete", "b/f: marked update"}, "", map[string]string{"a": "", "b/f": marked}}},
		{accept(merge.Mine), row{"strays, mine", before, edit("a/f", upper), anew, merged, "", with(joined, "three")}},
		{accept(merge.Mine), row{"strays onto edits elsewhere, mine", before, both(apart), anew, merged, "", with(joined, "THREE")}},
		{policy(PolicyOverwrite), row{"strays, overwritten", before, both(apart), anew, []string{"a/f: orphan-edited record", "b/f: overwritten update"}, "", map[string]string{"a/f": upper, "b/f": other}}},
		{policyOf("b/f", PolicyKeep), row{"strays, kept", before, both(apart), anew, []string{"a/f: orphan-edited record", "b/f: kept record"}, "bring your edits there yourself", map[string]string{"a/f": upper, "b/f": apart}}},
		{policyOf("b/f", PolicyCreateOnly), row{"strays, created once", before, both(apart), as, []string{"a/f: orphan-edited record", "b/f: kept record"}, "bring your edits there yourself", map[string]string{"a/f": upper, "b/f": apart}}},
		{policy(PolicyKeep), row{"strays, both kept", before, both(apart), anew, []string{"a/f: dropped record", "b/f: kept record"}, "bring your edits there yourself", map[string]string{"a/f": upper, "b/f": apart}}},
		{Options{Restore: set("b/f")}, row{"strays, restored", before, both(apart), anew, []string{"a/f: orphan-edited record", "b/f: overwritten update"}, "", map[string]string{"a/f": upper, "b/f": other}}},
		{accept(merge.Theirs), row{"strays, theirs", before, edit("a/f", upper), anew, []string{"a/f: orphan delete", "b/f: update update"}, "", with(other, "three")}},
		{accept(merge.Theirs), row{"strays onto edits elsewhere, theirs", before, both(apart), anew, merged, "", with(other, "THREE")}},
	}
}

// TestOptions is the table of states for files that are merged, for the user's rules
// and for what is said about single files.
func TestOptions(t *testing.T) {
	for group, rows := range map[string][]optionRow{"merge": mergeRows(), "policy": policyRows(), "settled": settledRows(), "moved": movedRows(), "strays": strayRows()} {
		for _, test := range rows {
			t.Run(group+"/"+test.name, func(t *testing.T) { test.run(t, test.o) })
		}
	}
}

// TestOneSidedModes holds that text and execute bit are merged each by itself.
func TestMergedModes(t *testing.T) {
	for _, test := range []struct {
		name             string
		base, mine, ours bool
		want             bool
	}{
		{"set by the user", false, true, false, true}, {"cleared by the user", true, false, true, false},
		{"set by us", false, false, true, true}, {"cleared by us", true, true, false, false}, {"set by both", false, true, true, true},
	} {
		for _, to := range []string{"a/f", "b/f"} {
			t.Run(test.name+" "+to, func(t *testing.T) {
				s := newSandbox(t)
				s.generate(files("a/f", lines).with("a/f", func(f *File) { f.Executable = test.base }))
				s.write("a/f", upper)
				s.must(os.Chmod(s.path("a/f"), map[bool]os.FileMode{false: 0o644, true: 0o755}[test.mine]))
				s.generate(moved("a/f", to, lower).with(to, func(f *File) { f.Executable = test.ours }))
				info, err := os.Stat(s.path(to))
				s.must(err)
				if got := info.Mode()&0o100 != 0; got != test.want || s.read(to) != joined {
					t.Errorf("executable %v, text %q", got, s.read(to))
				}
			})
		}
	}
}

// TestConflictHunks holds what a conflict and a marked file say about the places.
func TestConflictHunks(t *testing.T) {
	s := newSandbox(t)
	s.generate(files("a/f", lines))
	s.write("a/f", withCRLF(upper))
	want := []merge.Conflict{{
		Reason: "both changed these lines",
		Base:   merge.Excerpt{Line: 1, Text: []byte("one\n")}, Mine: merge.Excerpt{Line: 1, Text: []byte("ONE\n")}, Theirs: merge.Excerpt{Line: 1, Text: []byte("uno\n")},
	}}
	for _, marking := range []bool{false, true} {
		s.options.Markers = marking
		c := s.compare(files("a/f", other)).Changes()[0]
		if len(c.Conflicts) != 1 || c.Conflict() == marking {
			t.Fatalf("%+v", c)
		}
		got, w := c.Conflicts[0], want[0]
		if got.Reason != w.Reason || string(got.Base.Text) != string(w.Base.Text) || string(got.Mine.Text) != string(w.Mine.Text) || string(got.Theirs.Text) != string(w.Theirs.Text) || got.Mine.Line != 1 {
			t.Errorf("%+v, want %+v", got, w)
		}
	}
}

// TestMarkersAreResolved follows a conflict from markers to their resolution.
func TestMarkersAreResolved(t *testing.T) {
	for _, to := range []string{"a/f", "b/f"} {
		s := newSandbox(t)
		s.generate(files("a/f", lines))
		s.write("a/f", upper)
		after := moved("a/f", to, other)
		s.options.Markers = true
		plan := s.compare(after)
		if !plan.Marked() {
			t.Fatal("not marked")
		}
		s.must(s.Apply(plan))
		s.options.Markers = false
		if got := describe(s.compare(after).Changes()); !slices.Equal(got, []string{to + ": unresolved none"}) {
			t.Errorf("%v", got)
		}
		s.write(to, "both\ntwo\nthree\nfour\nFIVE\n")
		if got := describe(s.generate(after).Changes()); !slices.Equal(got, []string{to + ": user-modified none"}) {
			t.Errorf("%v", got)
		}
		s.generate(moved("a/f", to, other+"six\n"))
		if got := s.read(to); got != "both\ntwo\nthree\nfour\nFIVE\nsix\n" {
			t.Errorf("%q", got)
		}
	}
}

// TestRuleIsLifted merges what a frozen file missed once its rule is gone.
func TestRuleIsLifted(t *testing.T) {
	for _, p := range []Policy{PolicyKeep, PolicyCreateOnly} {
		s := newSandbox(t)
		s.generate(files("a/f", lines))
		s.write("a/f", upper)
		s.options = policy(p)
		s.generate(files("a/f", "one\ntwo\nthree\nfour\nfünf\n"))
		s.generate(files("a/f", lower))
		s.options = Options{}
		s.generate(files("a/f", lower))
		if got := s.read("a/f"); got != joined {
			t.Errorf("%s: %q", p, got)
		}
	}
}

// TestAdoptedIsMerged merges into an adopted file what changes after it was adopted.
func TestAdoptedIsMerged(t *testing.T) {
	s := newSandbox(t)
	s.write("a/f", upper)
	s.options.Adopt = set("a/f")
	s.generate(files("a/f", lines))
	s.options = Options{}
	s.generate(files("a/f", lower))
	if got := s.read("a/f"); got != joined {
		t.Errorf("%q", got)
	}
}

// TestOptionsOfOneFile holds that what is said about one path leaves the others alone.
func TestOptionsOfOneFile(t *testing.T) {
	before, after := files("a/f", lines, "a/g", lines), files("a/f", other, "a/g", other)
	for name, o := range map[string]Options{
		"accept":    {Accept: func(path string) merge.Side { return map[string]merge.Side{"a/f": merge.Mine}[path] }},
		"overwrite": {Policy: func(path string) Policy { return map[string]Policy{"a/f": PolicyOverwrite}[path] }},
		"restore":   {Restore: set("a/f")},
	} {
		s := newSandbox(t)
		s.generate(before)
		s.write("a/f", upper)
		s.write("a/g", upper)
		s.options = o
		snapshot := maps.Clone(s.snapshot())
		plan := s.compare(after)
		conflicts, _ := plan.Blocked()
		if len(conflicts) != 1 || conflicts[0].Path != "a/g" {
			t.Errorf("%s: %v", name, describe(plan.Changes()))
		}
		checkApply(s, plan, snapshot, after)
	}
}

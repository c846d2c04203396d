// Package merge joins two changes of one text file: the user's, made by hand on
// disk, and the generator's, made by its new rendering. What both started from, the
// last rendering, is the base. The line is
//
//	base × mine × theirs ─script→ hunks ─weave→ regions ─settle→ text ─verify→ Outcome
//
// It merges line by line as "git merge-file --diff3" does. YAML is only ever read:
// to verify that a merge that is clean line by line kept every change, and to
// recognise the conflicts that everyone has, both sides having added to a list such as
// resources, or one to a list and the other something behind it. No text is ever written by a YAML library.
//
// Invariants:
//   - Merge is pure: no files, no clock, no global state, the same result for the
//     same input.
//   - A clean merge holds every line that one side alone added. Whoever is in doubt
//     reports a conflict: a false conflict costs a minute, a lost change an outage.
//   - There is either a text or at least one conflict, never both, never neither.
//   - Inputs are not modified; a result may share memory with them.
package merge

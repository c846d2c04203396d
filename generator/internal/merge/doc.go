// Package merge merges two changes of one text file: the user's edit on disk and the
// generator's new rendering. The base of both is the last rendering. The steps are
//
//	base × mine × theirs ─script→ hunks ─weave→ regions ─settle→ text ─verify→ Outcome
//
// Merge merges line by line as "git merge-file --diff3" does. It reads YAML only to verify
// that a clean merge kept every change, and to resolve two everyday conflicts: both sides
// added to a list such as resources, or one side added to a list and the other behind it.
// No YAML library ever writes text.
//
// Invariants:
//   - Merge is pure: no files, no clock, no global state, the same result for the
//     same input.
//   - A clean merge holds every line that one side alone added. Whoever is in doubt
//     reports a conflict: a false conflict costs a minute, a lost change an outage.
//   - There is either a text or at least one conflict, never both, never neither.
//   - Inputs are not modified; a result may share memory with them.
package merge

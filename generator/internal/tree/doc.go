// Package tree holds a rendered repository in memory and writes it over a folder
// in which people edit files by hand, without ever losing what they wrote.
//
// It knows bytes and paths, nothing about YAML or Kubernetes. The line is
//
//	committed state × disk ─Scan→ Scan
//	Scan × Tree (path → bytes) ─Decide→ Plan ─Apply→ files, state last
//
// Three versions of each file meet: B, the last pure rendering, which the state
// keeps; D, what is on disk; N, the new rendering. Scan reads B and D before N is
// rendered, so that rendering can ask which files are missing; Decide compares all three.
// Neither writes anything: both work on a read-only file system. Apply carries out a plan.
//
// Invariants:
//   - A file that is not in the state is never overwritten and never deleted.
//   - A file whose text differs from B is never overwritten and never deleted.
//   - Symbolic links are never followed and never replaced; everything goes through
//     os.Root, so nothing outside the folder can be reached at all.
//   - The state is untrusted input and is checked like a rendered tree.
//   - A state entry is written only after its file; an Apply that was interrupted
//     anywhere is completed by the next run.
//   - Archives of older formats are migrated step by step before they are read (migrate.go),
//     and written anew by the next Apply. Archives of several formats may lie side by side.
//   - Plans and state do not depend on the clock, the machine or scheduling.
package tree

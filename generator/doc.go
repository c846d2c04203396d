// Package generator is the façade of wavewright: the straight line from a spec to a
// written repository, and the commands' view of it.
//
//	environments.yaml (+ teams, releases)
//	  → schema.Read        bytes to trees with a position for every key and value
//	  → schema.Migrate     texts of an older apiVersion to those of today
//	  → schema.Load        every layer checked strictly against its type
//	  → model.Resolve      layers merged per application and target, everything derived
//	  → tree.Scan          state × disk: what a person edited, deleted and owns
//	  → render.Render      platform × templates × what is missing to a tree.Tree, all in memory
//	  → tree.Decide        tree × scan to a plan
//	  → tree.Apply         the plan written through os.Root, the state last
//
// Each step runs once in a run, and what it returns is the input of the next: [Load] gives a
// [Platform], which gives a [Tree] or a [Plan]. Only Read runs again, on the texts that Migrate
// returns. A command that writes holds the lock of the folder from the scan on. Everything before Apply only reads: generate --check,
// --dry-run, diff and explain are prefixes of the same line. The user's mistakes are
// diagnostics and come all at once; an error means that the world failed. With any error
// nothing is written.
//
// Output depends on the spec, the templates, the pins, the user's custom folders and
// the version, and on nothing else: no clock, no environment, no network, no order
// of maps or folders.
package generator

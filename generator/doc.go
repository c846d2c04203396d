// Package generator is the façade of wavewright: the straight line from a spec to a
// written repository, and the commands' view of it.
//
//	environments.yaml (+ teams, releases)
//	  → yamltree.Parse     bytes to a tree with a position for every key and value
//	  → schema.Migrate     texts of an older apiVersion to those of today
//	  → schema.Load        every layer checked strictly against its type
//	  → model.Resolve      layers merged per application and target, everything derived
//	  → render.Render      platform × templates to a tree.Tree, all in memory
//	  → tree.Compare       tree × disk × state to a plan
//	  → tree.Apply         the plan written through os.Root, the state last
//
// Everything left of Apply only reads: generate --check, --dry-run, diff and explain
// are prefixes of the same line. The user's mistakes are diagnostics and come all at
// once; an error means that the world failed. With any error nothing is written.
//
// Output depends on the spec, the templates, the pins, the user's custom folders and
// the version, and on nothing else: no clock, no environment, no network, no order
// of maps or folders.
package generator

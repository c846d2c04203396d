// Package schema defines the spec: the types of environments.yaml, its strict
// decoding, the rules that need only the files, and the built-in profiles.
//
// Read reads the spec and the files that it includes, and Load checks every layer
// against its type, so that all faults show in one run. It merges nothing:
// layers stay trees with positions, in the order that Layers gives, and
// generator/internal/model resolves them.
//
// Types hold the fields of the spec. Load refuses a field that this version of
// wavewright does not implement, which has the tag later: no field is ignored.
package schema

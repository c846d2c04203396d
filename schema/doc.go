// Package schema is what users may write: the types of environments.yaml, its
// strict decoding, the rules that can be read off the files alone, and the
// built-in profiles.
//
// Load reads the spec and the files that it includes and checks every layer
// against its type, so that all faults show in one run. It merges nothing:
// layers stay trees with positions, in the order that Layers gives, and
// generator/internal/model resolves them.
//
// Types hold what the design's spec may state. A field that this version of
// wavewright cannot deliver yet is tagged later and refused when it is present:
// no field is ever ignored.
package schema

// Package yamltree parses YAML files into trees with a position for each key and value, and
// encodes Go values as YAML text.
//
// Parse reads one document and refuses what a configuration file has no use for:
// duplicate keys, a second document, anchors, aliases, merge keys, explicit tags,
// keys that are not text, tabs as indentation, bytes that are not UTF-8. Merge
// layers trees. Decode walks a tree into Go structs, strictly, and reports all
// faults in one run. EncodeScalar, EncodeFlow and EncodeBlock write text that
// every YAML 1.1 and 1.2 reader takes for the same value.
//
// Invariants: a Node never changes after Parse, so trees may share sub-trees and several
// goroutines may read them; every Range of a parsed node lies inside its file; no text of a
// user causes a panic. The API exposes no type of the YAML library.
package yamltree

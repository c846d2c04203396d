// Package yamltree turns YAML files into trees whose every key and value knows
// its place, and Go values back into YAML text.
//
// Parse reads one document and refuses what a configuration file has no use for:
// duplicate keys, a second document, anchors, aliases, merge keys, explicit tags,
// keys that are not text, tabs as indentation, bytes that are not UTF-8. Merge
// layers trees. Decode walks a tree into Go structs, strictly, and reports all
// faults in one run. EncodeScalar, EncodeFlow and EncodeBlock write text that
// every YAML 1.1 and 1.2 reader takes for the same value.
//
// Invariants: a Node never changes after Parse, so trees may share sub-trees and
// may be read from several goroutines; every Range of a parsed node lies inside
// its file; what a user wrote never causes a panic. This is the only package that
// knows the YAML library, and none of its types shows in the API.
package yamltree

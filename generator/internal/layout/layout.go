// Package layout knows where things lie in a generated repository, as far as the program
// itself and not a template has to know: each path is written here and nowhere else.
package layout

// SpecSchema is where editors find the schema of the spec.
const SpecSchema = ".wavewright/environments.schema.json"

// Prefix is a generated file that holds the prefix of the platform. Its entry in the
// state says which one the names in the cluster begin with, whatever becomes of the file.
const Prefix = ".wavewright/prefix"

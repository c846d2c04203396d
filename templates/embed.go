// Package templates holds the built-in templates. The folder repo is the generated
// repository: the path of a template, with {env}, {cluster}, {target}, {team},
// {namespace} and {app} in it, is where and how often it is rendered. The file
// moved.txt records templates that changed their path.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:repo
var files embed.FS

//go:embed moved.txt
var moved string

// Moved returns the templates that changed their path: the old and the new one, a line
// each. Lines that begin with # say nothing.
func Moved() string { return moved }

// FS returns the templates with the root of the generated repository as root.
func FS() fs.FS {
	root, err := fs.Sub(files, "repo")
	if err != nil {
		panic("templates: the embedded folder repo is missing")
	}
	return root
}

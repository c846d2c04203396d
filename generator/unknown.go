package generator

import (
	"fmt"
	"strings"

	"github.com/wavewright/wavewright/schema/yamltree"
)

// UnknownError says that a command was asked about something that does not exist.
type UnknownError struct {
	// What kind of thing, for example "application".
	What string
	Name string
	// Known are the names that exist.
	Known []string
}

// Error returns what does not exist.
func (e *UnknownError) Error() string { return fmt.Sprintf("there is no %s %q", e.What, e.Name) }

// Hint says what was probably meant, or what there is.
func (e *UnknownError) Hint() string {
	const shown = 12
	switch near := Suggest(e.Name, e.Known); {
	case near != "":
		return fmt.Sprintf("did you mean %q?", near)
	case len(e.Known) == 0:
		return "there are none"
	case len(e.Known) > shown:
		return fmt.Sprintf("known are %s and %d more", strings.Join(e.Known[:shown], ", "), len(e.Known)-shown)
	}
	return "known are " + strings.Join(e.Known, ", ")
}

// Suggest returns the known word that word was probably meant to be, or "".
func Suggest(word string, known []string) string { return yamltree.Suggest(word, known) }

package model

// Placeholders is the table for the page that the tests generate.
func Placeholders() []Placeholder { return placeholders }

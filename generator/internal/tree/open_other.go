//go:build !unix

package tree

// unpolled is a flag that is of use on Unix only.
const unpolled = 0

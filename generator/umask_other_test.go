//go:build !unix

package generator

// umask does nothing: there are no modes.
func umask(mask int) int { return mask }

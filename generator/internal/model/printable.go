package model

import "strings"

// The types below are the only strings that a template may print inside other
// text: in the middle of a scalar, in a comment, in a shell script. Their
// characters cannot start, end or escape anything in those places. The renderer
// checks every value again when it prints it, so a conversion such as
// Name(untrusted) is not a way around the rule.

// Name is a DNS label, as an application, an environment or a target has it. It
// matches ^[a-z]([-a-z0-9]*[a-z0-9])?$.
type Name string

// Path is a slash-separated path of letters, digits, dots, underscores and
// hyphens. It does not begin with a hyphen, and no segment is only three or more
// dots, so it is neither an option of a command nor a YAML document marker.
type Path string

// Commit is a Git object name: 7 to 64 lower-case hexadecimal digits.
type Commit string

// URL is the address of a repository, restricted to characters that mean nothing
// to a shell, to Markdown tables or to YAML: no quotes, spaces, ?, # or &.
type URL string

// Owner is a code owner: a user, a team, a group or an e-mail address, such as
// @acme/storefront.
type Owner string

// Raw is a text that is a file of its own, such as a configuration file. It prints
// as the whole of a file, byte by byte, and nowhere else.
type Raw string

// Longest texts that print freely. The sum of two stays below the 1,024
// characters that YAML allows for a key.
const (
	maxName = 253
	maxText = 500
)

// Valid reports whether n is a name.
func (n Name) Valid() bool {
	if n == "" || len(n) > maxName || !isLower(n[0]) || n[len(n)-1] == '-' {
		return false
	}
	return every(string(n), func(c byte) bool { return isLower(c) || isDigit(c) || c == '-' })
}

// Valid reports whether p is a path that prints freely.
func (p Path) Valid() bool {
	if p == "" || len(p) > maxText || p[0] == '-' {
		return false
	}
	return every(string(p), isPath) && !hasDotsSegment(string(p))
}

// Valid reports whether c is a Git object name.
func (c Commit) Valid() bool {
	return len(c) >= 7 && len(c) <= 64 && every(string(c), func(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' })
}

// Valid reports whether u is an address that prints freely.
func (u URL) Valid() bool {
	if u == "" || len(u) > maxText || !isLetter(u[0]) || u[len(u)-1] == ':' {
		return false
	}
	return every(string(u), func(c byte) bool { return isPath(c) || strings.IndexByte(":@%+~", c) >= 0 })
}

// Valid reports whether o is a code owner that prints freely.
func (o Owner) Valid() bool {
	name := strings.TrimPrefix(string(o), "@")
	if name == "" || len(o) > maxText || !isLetter(name[0]) && !isDigit(name[0]) {
		return false
	}
	return every(name, func(c byte) bool { return isPath(c) || c == '@' || c == '+' })
}

func hasDotsSegment(p string) bool {
	if !strings.Contains(p, "...") {
		return false
	}
	for segment := range strings.SplitSeq(p, "/") {
		if len(segment) > 2 && strings.Trim(segment, ".") == "" {
			return true
		}
	}
	return false
}

func every(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func isLower(c byte) bool  { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return isLower(c | 0x20) }
func isPath(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '/' || c == '-'
}

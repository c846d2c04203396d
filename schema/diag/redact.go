package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

// credentials finds what stands before the host of a URL.
var credentials = lazyregexp.New(`[A-Za-z][A-Za-z0-9+.-]*://[^/\s'"<>]*@`)

// Redact returns a text with stars in the place of credentials in URLs, as long as they are. The name
// of a user alone stays, unless it looks like a token.
func Redact(text string) string {
	return credentials.ReplaceAllStringFunc(text, func(found string) string {
		scheme, user, _ := strings.Cut(strings.TrimSuffix(found, "@"), "://")
		if !strings.Contains(user, ":") && !IsToken(user) {
			return found
		}
		return scheme + "://" + strings.Repeat("*", utf8.RuneCountInString(user)) + "@"
	})
}

// tokenLength is as long as hardly a name of a user is, and as every token at least.
const tokenLength = 20

// IsToken reports whether the user in a URL is a token of a forge rather than a name.
func IsToken(user string) bool {
	long := len(user) >= tokenLength && strings.ContainsAny(user, "0123456789") && !strings.ContainsAny(user, "-.")
	return long || tokens.MatchString(user)
}

// tokens begin so: those of GitHub and of GitLab.
var tokens = lazyregexp.New(`^(gh[a-z]_|github_pat_|gl[a-z]+-)`)

package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/wavewright/wavewright/internal/lazyregexp"
)

var (
	// beforeHost finds what stands before the host of a URL. A password that is not encoded may
	// hold anything.
	beforeHost = lazyregexp.New(`[A-Za-z][A-Za-z0-9+.-]*://(?:[^/\s'"<>]*|[^/:\s'"<>]+:(?:[^\s]*|[^\s][^"\n]*))@`)
	// port stands behind a host, and what follows is no password.
	port = lazyregexp.New(`^[^:]*:[0-9]{1,5}([/'"<>?#,\s]|$)`)
	// shortAddress is one of SSH, or a URL without its scheme, that holds a password.
	shortAddress = lazyregexp.New(`(?:^|[\s'"<({,=])[^\s/:@'"<>({,=]+:[^\s/@'"<>]+@[A-Za-z0-9.-]+[:/]`)
	// digest is the end of an image, which looks like a host.
	digest = lazyregexp.New(`@sha[0-9]+:$`)
	// afterPath finds query and fragment of a URL.
	afterPath = lazyregexp.New(`[A-Za-z][A-Za-z0-9+.-]*://[^\s?#'"<>]*[?#][^\s'"<>]*`)
	// parameter is one of a query or a fragment.
	parameter = lazyregexp.New(`[?&#;][^?&#;]*`)
	// commitID is the whole name of a commit.
	commitID = lazyregexp.New(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	// secretName is that of a parameter that holds a credential.
	secretName = lazyregexp.New(`(?i)token|secret|pass|pwd|key|auth|sig|cred|session|jwt|[?&#;]pat$`)
)

// Redact returns a text with stars in the place of credentials in URLs, as long as they are: before
// the host, and whatever query and fragment hold. The name of a user alone stays, unless it looks
// like a token.
func Redact(text string) string {
	return redact(text, func(string, string) bool { return true })
}

// RedactValue is Redact for values of a spec, in which a query has other parameters than
// credentials: these stay.
func RedactValue(text string) string {
	return redact(text, func(name, value string) bool { return secretName.MatchString(name) || IsToken(value) })
}

// RedactSource is RedactValue for the address of a source, in which the id of a commit stays, long as it is.
func RedactSource(text string) string {
	return redact(text, func(name, value string) bool {
		return secretName.MatchString(name) || IsToken(value) && !commitID.MatchString(value)
	})
}

func redact(text string, hide func(name, value string) bool) string {
	text = beforeHost.ReplaceAllStringFunc(text, withoutUser)
	text = shortAddress.ReplaceAllStringFunc(text, withoutPassword)
	return afterPath.ReplaceAllStringFunc(text, func(url string) string {
		at := strings.IndexAny(url, "?#")
		return url[:at] + parameter.ReplaceAllStringFunc(url[at:], func(p string) string { return withoutValue(p, hide) })
	})
}

// withoutUser replaces what stands between scheme and host.
func withoutUser(found string) string {
	scheme, user, _ := strings.Cut(strings.TrimSuffix(found, "@"), "://")
	if port.MatchString(user) || !strings.Contains(user, ":") && !IsToken(user) {
		return found
	}
	return scheme + "://" + stars(user) + "@"
}

// withoutPassword replaces what stands before the host of a short address.
func withoutPassword(found string) string {
	if digest.MatchString(found) {
		return found
	}
	at := strings.LastIndex(found, "@")
	from := 0
	if strings.ContainsAny(found[:1], "\t '\"<({,=") {
		from = 1
	}
	return found[:from] + stars(found[from:at]) + found[at:]
}

// withoutValue replaces the value of a parameter, whose first character separates it from others.
func withoutValue(found string, hide func(name, value string) bool) string {
	name, value, named := strings.Cut(found, "=")
	if !named {
		name, value = found[:1], found[1:]
	}
	if value == "" || !hide(name, value) {
		return found
	}
	return found[:len(found)-len(value)] + stars(value)
}

// stars are as long as a text.
func stars(text string) string { return strings.Repeat("*", utf8.RuneCountInString(text)) }

// tokenLength is as long as hardly a name of a user is, and as every token at least.
const tokenLength = 20

// IsToken reports whether the user in a URL is a token of a forge rather than a name.
func IsToken(user string) bool {
	long := len(user) >= tokenLength && strings.ContainsAny(user, "0123456789") && !strings.ContainsAny(user, "-.")
	return long || tokens.MatchString(user)
}

// tokens begin so: those of GitHub and of GitLab.
var tokens = lazyregexp.New(`^(gh[a-z]_|github_pat_|gl[a-z]+-)`)

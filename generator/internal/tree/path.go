package tree

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"

	"github.com/wavewright/wavewright/generator/internal/layout"
)

const (
	stateFolder   = layout.State
	archiveEnding = ".state"
	tempPrefix    = ".wavewright-tmp-"

	maxPath    = 1024
	maxSegment = 200 // well below 255 bytes, the limit of common file systems
	maxID      = 2048
)

// pathProblem says why path cannot be a generated path, or "". Generated names are
// ASCII on purpose: no Unicode normal form can then make two names one.
func pathProblem(path string) string {
	switch {
	case path == "" || path == "." || !fs.ValidPath(path):
		return "is not a clean relative path"
	case len(path) > maxPath:
		return fmt.Sprintf("is longer than %d bytes", maxPath)
	}
	if reason := characterProblem(path); reason != "" {
		return reason
	}
	for segment := range strings.SplitSeq(path, "/") {
		if reason := segmentProblem(segment); reason != "" {
			return reason
		}
	}
	if p := fold(path); p == stateFolder || strings.HasPrefix(p, stateFolder+"/") {
		return "lies in " + stateFolder + ", which holds the state"
	}
	return ""
}

func characterProblem(path string) string {
	for _, r := range path {
		if r < 0x80 && (isAlphanumeric(byte(r)) || r == '-' || r == '/' || r == '.') {
			continue // nearly all
		}
		if !printable(r) || strings.ContainsRune(`<>:"|?*\`, r) {
			return fmt.Sprintf("holds the character %q (allowed is printable ASCII that works on Windows, without spaces)", r)
		}
	}
	return ""
}

func isAlphanumeric(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }

func printable(r rune) bool { return r > ' ' && r < 0x7f }

func segmentProblem(segment string) string {
	lower := fold(segment)
	switch {
	case len(segment) > maxSegment:
		return fmt.Sprintf("has a name longer than %d bytes", maxSegment)
	case lower == ".git" || lower == "git~1":
		return "lies in .git"
	case strings.HasSuffix(segment, "."):
		return "has a name that ends with a dot, which Windows drops"
	case reservedOnWindows(lower):
		return fmt.Sprintf("uses the name %q, which is a device on Windows", segment)
	case isTemp(lower):
		return "has the name of a temporary file"
	}
	return ""
}

// reservedOnWindows reports whether a lower-case name is a device, with or without
// an ending.
func reservedOnWindows(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	digit, isPort := strings.CutPrefix(stem, "com")
	if !isPort {
		digit, isPort = strings.CutPrefix(stem, "lpt")
	}
	return isPort && len(digit) == 1 && digit[0] >= '0' && digit[0] <= '9'
}

// isTemp reports whether a name is that of a temporary file of Apply.
func isTemp(name string) bool {
	number, ok := strings.CutPrefix(name, tempPrefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

func idProblem(id string) string {
	switch {
	case id == "":
		return "is empty"
	case len(id) > maxID:
		return fmt.Sprintf("is longer than %d bytes", maxID)
	case strings.ContainsFunc(id, func(r rune) bool { return !printable(r) }):
		return "holds more than printable ASCII without spaces"
	}
	return ""
}

func archiveProblem(archive string) string {
	if strings.ContainsFunc(archive, func(r rune) bool {
		return r != '/' && r != '-' && r != '_' && r != '.' && !(r < 0x80 && isAlphanumeric(byte(r)))
	}) {
		return "may hold only letters, digits and - _ . /"
	}
	return pathProblem(archive + archiveEnding)
}

// archivePath returns where an archive is kept.
func archivePath(archive string) string {
	return stateFolder + "/" + archive + archiveEnding
}

// fold maps names that differ only in letter case to one name. Names on disk may
// hold any character, some of which fold to ASCII (the Kelvin sign to k).
func fold(name string) string {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return strings.Map(foldRune, name)
		}
	}
	return strings.ToLower(name)
}

// foldRune returns the smallest rune of r's folding orbit, in lower case for ASCII.
func foldRune(r rune) rune {
	smallest := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		smallest = min(smallest, o)
	}
	if smallest < 0x80 {
		return unicode.ToLower(smallest)
	}
	return smallest
}

package yamltree

import (
	"slices"
	"strings"
)

// Suggest returns the known word that is most similar to word, for "did you mean", or ""
// when none is near. The order of known does not matter.
func Suggest(word string, known []string) string {
	best, bestCost := "", suggestLimit(word)+1
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		if cost := suggestCost(word, candidate); cost < bestCost {
			best, bestCost = candidate, cost
		}
	}
	return best
}

// suggestLimit is the number of typing errors that a word of this length may have.
func suggestLimit(word string) int {
	return min(max((len([]rune(word))+2)/4, 1), 3)
}

// abbreviation is the number of letters from which the start of a word suggests it.
const abbreviation = 3

// suggestCost accepts typing errors and abbreviations, the latter as a last resort.
func suggestCost(word, candidate string) int {
	cost, limit := typoCost(word, candidate), suggestLimit(word)
	if cost > limit && len(word) >= abbreviation && strings.HasPrefix(fold(candidate), fold(word)) {
		return limit
	}
	return cost
}

// longestWord is the length above which words are not compared.
const longestWord = 100

// typoCost is 0 for words that differ in case or in dashes only, else the distance.
func typoCost(a, b string) int {
	x, y := []rune(fold(a)), []rune(fold(b))
	if len(x) > longestWord || len(y) > longestWord {
		return longestWord
	}
	// A short word shares too little with its neighbours: "a" is not "b".
	if d := distance(x, y); d < max(len(x), len(y)) {
		return d
	}
	return longestWord
}

func fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(s))
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours cost one each.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

package verify

import (
	"cmp"
	"slices"
)

// Alike is a finding with the Applications, beside its own, in which the same place has the same
// finding: clusters and environments share bases.
type Alike struct {
	Finding
	Others []string
}

// Group puts findings together that say the same about the same place. The order stays.
func Group(findings []Finding) []Alike {
	type key struct {
		severity                                       Severity
		code, file, object, path, message, hint, terms string
		line                                           int
	}
	var all []Alike
	at := map[key]int{}
	for _, f := range findings {
		k := key{f.Severity, f.Code, f.File, f.Object, f.Path, f.Message, f.Hint, terms(f), f.Line}
		i, known := at[k]
		if !known {
			at[k] = len(all)
			all = append(all, Alike{Finding: f})
			continue
		}
		other := cmp.Or(f.Application, f.Target)
		if other != "" && other != cmp.Or(all[i].Application, all[i].Target) && !slices.Contains(all[i].Others, other) {
			all[i].Others = append(all[i].Others, other)
		}
	}
	return all
}

func terms(f Finding) string {
	text := ""
	for _, line := range f.Sum {
		text += line + "\n"
	}
	return text
}

// Omission is what was not judged for one reason.
type Omission struct {
	Topic string
	Parts []Skipped
}

// Omissions are the parts that were not judged by their reasons, the most frequent one first.
func (r *Report) Omissions() []Omission {
	var all []Omission
	for _, s := range r.Skipped {
		i := slices.IndexFunc(all, func(o Omission) bool { return o.Topic == s.Topic() })
		if i < 0 {
			i, all = len(all), append(all, Omission{Topic: s.Topic()})
		}
		all[i].Parts = append(all[i].Parts, s)
	}
	slices.SortStableFunc(all, func(a, b Omission) int {
		return cmp.Or(cmp.Compare(len(b.Parts), len(a.Parts)), cmp.Compare(a.Topic, b.Topic))
	})
	return all
}

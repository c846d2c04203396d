package release

import (
	"fmt"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	in := func(p Pin, namespace string) Pin {
		p.Element = Element{{"namespace", namespace}}
		return p
	}
	runs, list := ParseCandidates("overlays/dev/applications.yaml", []byte(candidatesText(lifeEnvironments[0], "vote")))
	if len(list) > 0 {
		t.Fatal(list)
	}
	rows := Table(TableInput{
		Environments: lifeEnvironments, Branch: "main", Runs: runs, Line: []string{shaC, shaB, shaA},
		Releases: map[string]*Releases{
			"staging": (*Releases)(nil).With("staging", []Pin{
				in(pinOf("staging", Application, "vote", shaB), "vote-staging"), pinOf("staging", Namespace, "vote-staging", shaA),
			}),
			"prod": (*Releases)(nil).With("prod", []Pin{
				in(pinOf("prod-eu", Application, "vote", shaC), "vote-prod"), pinOf("prod-eu", Namespace, "vote-prod", shaA),
				pinOf("prod-us", Application, "vote", shaA), pinOf("prod-us", Application, "gone", shaA),
			}),
		},
	})
	var b strings.Builder
	for _, r := range rows {
		behind := "?"
		if r.Behind != nil {
			behind = fmt.Sprint(*r.Behind)
		}
		fmt.Fprintf(&b, "%s %s %s %s %s\n", r.Environment, r.Slot, short(r.Revision), r.At, behind)
	}
	same(t, b.String(), `dev namespace vote-dev in dev main  ?
dev application vote in dev main  ?
staging namespace vote-staging in staging aaaaaaaaaaaa 2026-11-23T06:05:00Z 2
staging application vote in staging 111111111111 2026-11-23T06:05:00Z 1
prod application gone in prod-us aaaaaaaaaaaa 2026-11-23T06:05:00Z ?
prod application vote in prod-us aaaaaaaaaaaa 2026-11-23T06:05:00Z 1
prod namespace vote-prod in prod-eu aaaaaaaaaaaa 2026-11-23T06:05:00Z 0
prod application vote in prod-eu 012345678901 2026-11-23T06:05:00Z -1
`)
	if rows := Table(TableInput{Environments: lifeEnvironments}); len(rows) != 0 {
		t.Errorf("got %v", rows)
	}
}

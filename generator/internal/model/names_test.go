package model

import (
	"testing"

	"pgregory.net/rapid"
)

// composedName draws a platform with this prefix and composes one of its names.
func composedName(t *rapid.T, label string, prefix Name) Name {
	word := rapid.StringMatching(`[a-z]([-a-z0-9]{0,8}[a-z0-9])?`)
	draw := func(what string) Name { return Name(word.Draw(t, label+" "+what)) }
	env := &Environment{Name: draw("environment"), Prefix: prefix}
	target := &Target{Name: env.Name + "-" + draw("cluster"), Env: env}
	instance := &Instance{App: &Application{Name: draw("application"), Team: &Team{Name: draw("team")}}, Target: target}
	return rapid.SampledFrom([]Name{
		env.Root(), env.RootProject(), env.infraProject(), target.clusterName(), instance.applicationName(), instance.project(),
		(&Namespace{Name: draw("namespace"), Target: target}).applicationName(), Name(env.clusterWide(string(draw("object")))),
		(&Platform{Prefix: prefix}).SelfName(),
	}).Draw(t, label+" name")
}

// TestPlatformsShareNoName holds that platforms with different prefixes compose no name
// that is the same, whatever theirs are.
func TestPlatformsShareNoName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[a-z][a-z0-9]{1,11}`)
		one := Name(prefix.Draw(t, "prefix"))
		other := Name(prefix.Filter(func(s string) bool { return s != string(one) }).Draw(t, "other prefix"))
		if a, b := composedName(t, "one", one), composedName(t, "other", other); a == b {
			t.Fatalf("%s and %s compose %s", one, other, a)
		}
	})
}

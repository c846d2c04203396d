package model

import "testing"

// TestCELTexts holds that no text ends the literal that it is in.
func TestCELTexts(t *testing.T) {
	got := celList([]string{"oidc:argocd", `it's`, `a\`, "two\nlines", `"x"`, "'] + ['system:masters", "日本"})
	want := `['oidc:argocd', 'it\'s', 'a\\', 'two\U0000000alines', '"x"', '\'] + [\'system:masters', '日本']`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

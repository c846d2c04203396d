package git

import "testing"

func TestSameAddress(t *testing.T) {
	for _, same := range []string{
		"https://git.example.com/acme/shop-gitops", "https://jane:secret@git.example.com:8443/acme/shop-gitops.git/",
		"git@git.example.com:acme/shop-gitops.git", "ssh://git@Git.Example.com:2222/acme/shop-gitops",
	} {
		if !sameAddress(same, "https://git.example.com/acme/shop-gitops.git") {
			t.Errorf("%s is another repository", same)
		}
	}
	for _, other := range []string{"", "https://git.example.com/acme/shop", "git@example.com:acme/shop-gitops", `C:\acme\shop-gitops`} {
		if sameAddress(other, "https://git.example.com/acme/shop-gitops.git") {
			t.Errorf("%s is the same repository", other)
		}
	}
}

package yamltree

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	known := []string{"replicas", "image", "env", "environments", "ports", "expose", "serviceAccount", "memory", "a", "cpu"}
	for word, want := range map[string]string{
		"replica": "replicas", "Image": "image", "iamge": "image", "images": "image", "environment": "environments",
		"service-account": "serviceAccount", "service_acount": "serviceAccount", "mem": "memory", "prots": "ports", "host": "",
		"b": "", "": "", "kubernetes": "", "x": "", "cp": "cpu", "exposed": "expose", strings.Repeat("a", 1000): "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	if Suggest("foo", nil) != "" {
		t.Error("nothing known, nothing suggested")
	}
}

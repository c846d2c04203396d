package yamltree

import "testing"

func TestReplace(t *testing.T) {
	for name, test := range map[string]struct{ src, want string }{
		"plain":           {"a: 1\nb:  old  # of mine\nc: 2\n", "a: 1\nb:  new  # of mine\nc: 2\n"},
		"quoted":          {"b: \"old\" # of mine\n", "b: new # of mine\n"},
		"flow":            {"{a: 1, b: old, c: 2}", "{a: 1, b: new, c: 2}"},
		"json":            {"{\"a\": 1,\"b\":\"o\\u006cd\"}\n", "{\"a\": 1,\"b\":new}\n"},
		"crlf":            {"a: 1\r\nb: old\r\nc: 2\r\n", "a: 1\r\nb: new\r\nc: 2\r\n"},
		"byte order mark": {"\ufeffb: old\nc: 2", "\ufeffb: new\nc: 2"},
		"wide characters": {"{\u00e4: \U0001f600, b: old, c: \u00e4}\n", "{\u00e4: \U0001f600, b: new, c: \u00e4}\n"},
		"end of the file": {"b: old", "b: new"},
	} {
		t.Run(name, func(t *testing.T) {
			node, faults := Parse("f", []byte(test.src))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if got := string(Replace([]byte(test.src), node.At("b"), "new")); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

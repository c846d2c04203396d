package tree

import "testing"

func TestSame(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"a\nb\n", "a\r\nb\r\n", true},
		{"a\nb\n", "\xef\xbb\xbfa\nb\n", true},
		{"a\nb\n", "a\nb", false},
		{"a\nb\n", "a\rb\n", false},
		{"a\n\x00", "a\r\n\x00", false},
		{"a\n\xff", "a\r\n\xff", false},
		{"", "\xef\xbb\xbf", true},
		{"", "", true},
	}
	for _, test := range tests {
		if got := same([]byte(test.a), []byte(test.b)); got != test.want {
			t.Errorf("same(%q, %q) = %v", test.a, test.b, got)
		}
	}
}

func TestRestyle(t *testing.T) {
	tests := []struct{ name, text, disk, want string }{
		{"LF", "a\nb\n", "x\n", "a\nb\n"},
		{"CRLF", "a\nb\n", "x\r\n", "a\r\nb\r\n"},
		{"mark", "a\n", "\xef\xbb\xbfx\n", "\xef\xbb\xbfa\n"},
		{"both", "a\n", "\xef\xbb\xbfx\r\n", "\xef\xbb\xbfa\r\n"},
		{"mixed: a new line is like the one before", "a\n", "x\r\ny\n", "a\r\n"},
		{"mixed: each line keeps its end", "x\nnew\ny\nz\n", "x\r\nold\r\ny\nz\n", "x\r\nnew\r\ny\nz\n"},
		{"mixed: the last line has no end", "x\ny\nz", "x\r\ny\nz", "x\r\ny\nz"},
		{"mixed, with a mark", "x\ny\n", "\xef\xbb\xbfx\ny\r\n", "\xef\xbb\xbfx\ny\r\n"},
		{"mixed, with a stray CR", "x\ra\ny\n", "x\ra\r\ny\n", "x\ra\r\ny\n"},
		{"rendered with CRLF, LF on disk", "a\r\n", "x\n", "a\n"},
		{"stray CR", "a\r\r\n", "x\n", "a\r\r\n"},
		{"binary", "a\n\x00", "x\r\n", "a\n\x00"},
	}
	for _, test := range tests {
		if got := restyle([]byte(test.text), []byte(test.disk)); string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestUnresolved(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n", true},
		{"<<<<<<< HEAD\r\n=======\r\n>>>>>>> main\r\n", true},
		{"Heading\n=======\n", false},
		{">>>>>>> a\n=======\n<<<<<<< b\n", false},
		{"  <<<<<<< HEAD\n  =======\n  >>>>>>> main\n", false},
		{"", false},
	}
	for _, test := range tests {
		if got := unresolved([]byte(test.text)); got != test.want {
			t.Errorf("unresolved(%q) = %v", test.text, got)
		}
	}
}

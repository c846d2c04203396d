package tree

import "testing"

// TestRestyleMixed holds that a file with mixed line ends keeps the end of each line, also of one
// that changes.
func TestRestyleMixed(t *testing.T) {
	for _, c := range []struct{ text, disk, want string }{
		{"a\nB\nc\nd\n", "a\r\nb\nc\r\nd\n", "a\r\nB\nc\r\nd\n"},
		{"a\nb\nC\nd\n", "a\nb\nc\r\nd\n", "a\nb\nC\r\nd\n"},
		{"A\nb\n", "a\nb\r\n", "A\nb\r\n"},
		{"a\nX\nY\nZ\nd\n", "a\r\nb\nc\r\nd\n", "a\r\nX\nY\r\nZ\r\nd\n"},
		{"a\nnew\nb\n", "a\r\nb\n", "a\r\nnew\r\nb\n"},
		{"a\nc\n", "a\r\nb\r\nc\n", "a\r\nc\n"},
	} {
		if got := string(restyle([]byte(c.text), []byte(c.disk))); got != c.want {
			t.Errorf("restyle(%q, %q) = %q, want %q", c.text, c.disk, got, c.want)
		}
	}
}

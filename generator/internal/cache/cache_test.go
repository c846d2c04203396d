package cache

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// TestCache keeps entries, ignores damaged ones, and is safe under concurrent runs.
func TestCache(t *testing.T) {
	c := In(t.TempDir())
	key := Key([]byte("a"), []byte("b"))
	if key == Key([]byte("ab")) || c.Get(key) != nil {
		t.Error("an entry without Put")
	}
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for i := range 50 {
				k := Key(fmt.Append(nil, i))
				c.Put(k, fmt.Append(nil, "content ", i))
				if got := string(c.Get(k)); got != fmt.Sprint("content ", i) {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	running.Wait()
	c.Put(key, []byte("whole"))
	if err := os.WriteFile(c.file(key), []byte("damaged damaged damaged damaged damaged damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Get(key); got != nil {
		t.Errorf("a damaged entry: %q", got)
	}
	c.Clean()
	var none *Cache
	none.Put(key, nil)
	if none.Get(key) != nil {
		t.Error("no cache has an entry")
	}
}

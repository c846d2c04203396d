package diag

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// ordered is one finding for each thing that decides the order.
func ordered() List {
	at := func(file string, line, column, end int) Range { return Range{file, line, column, end} }
	return List{
		{Error, "z", "nowhere", "", "", Range{}},
		{Error, "z", "a file as a whole", "", "", at("a.yaml", 0, 0, 0)},
		{Error, "z", "line", "", "", at("a.yaml", 1, 9, 9)},
		{Error, "z", "column", "", "", at("a.yaml", 2, 1, 9)},
		{Error, "z", "end", "", "", at("a.yaml", 2, 2, 3)},
		{Error, "a", "code", "", "", at("a.yaml", 2, 2, 4)},
		{Error, "b", "a summary", "", "", at("a.yaml", 2, 2, 4)},
		{Error, "b", "b summary", "a detail", "", at("a.yaml", 2, 2, 4)},
		{Error, "b", "b summary", "b detail", "a hint", at("a.yaml", 2, 2, 4)},
		{Error, "b", "b summary", "b detail", "b hint", at("a.yaml", 2, 2, 4)},
		{Warning, "a", "a warning", "", "", at("a.yaml", 2, 2, 4)},
		{Error, "z", "line 10 is after 2", "", "", at("a.yaml", 10, 1, 1)},
		{Warning, "a", "file", "", "", at("b.yaml", 1, 1, 1)},
	}
}

func TestSorted(t *testing.T) {
	want := ordered()
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		mixed := append(slices.Clone(want), want...)
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		before := slices.Clone(mixed)
		if got := mixed.Sorted(); !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
		if !slices.Equal(mixed, before) {
			t.Fatal("Sorted has changed the list itself")
		}
	}
	if got := List(nil).Sorted(); len(got) != 0 {
		t.Errorf("nothing, sorted, is %v", got)
	}
}

func TestHasErrors(t *testing.T) {
	var list List
	if list.HasErrors() {
		t.Error("an empty list has errors")
	}
	list.Warning(Range{}, "a/code", "warning")
	if list.HasErrors() {
		t.Error("a warning counts as an error")
	}
	list.Error(Range{}, "a/code", "error").Hint = "Hint."
	if !list.HasErrors() || list[1].Hint != "Hint." || list[0].Severity != Warning {
		t.Errorf("got %v", list)
	}
}

func TestSeverity(t *testing.T) {
	for severity, want := range map[Severity]string{Error: "error", Warning: "warning", 0: "invalid severity", 3: "invalid severity"} {
		if got := severity.String(); got != want {
			t.Errorf("%d is %q, want %q", severity, got, want)
		}
	}
}

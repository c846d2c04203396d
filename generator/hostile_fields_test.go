package generator

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/schema"
	"github.com/wavewright/wavewright/schema/diag"
	"github.com/wavewright/wavewright/schema/yamltree"
)

// slot is a place in a case of golden/ where a spec states a text: a value, or the key
// of a map.
type slot struct {
	// field is the place in the types: Workload.env{} is a value of a map, Workload.env{key} its key.
	field string
	file  string
	// node is the value, or the map whose key it is.
	node *yamltree.Node
	key  string
}

// was is the text that stands there.
func (s slot) was() string {
	if s.key != "" {
		return s.key
	}
	return s.node.Text
}

// hostileCase is a case with all of its slots.
type hostileCase struct {
	dir   string
	trees map[string]*yamltree.Node
	slots []slot
	// free collects the fields that took a hostile text.
	free map[string]bool
}

// unstated are fields that no case states, because a spec may not have them yet.
var unstated = []string{"Promotion.soak"}

// TestHostileFields finds every text that a spec can have by walking the types, and
// every place in the cases that states one. Each place gets hostile texts, alone and
// behind what stands there. A text is refused, or it comes back from every file that it
// reaches, and nothing beside it changes. A new field is tested as soon as it exists,
// and has to be in a case.
func TestHostileFields(t *testing.T) {
	all := loadCases(t)
	chosen, stated := choose(all), map[string]bool{}
	for _, c := range all {
		for _, s := range c.slots {
			stated[s.field] = true
		}
	}
	texts := textFields(reflect.TypeFor[schema.Spec](), reflect.TypeFor[schema.TeamFile]())
	for _, field := range slices.Sorted(maps.Keys(texts)) {
		if !stated[field] && !slices.Contains(unstated, field) {
			t.Errorf("no case of golden/ states %s: hostile texts cannot be tried there", field)
		}
	}
	for _, field := range unstated {
		if stated[field] || !texts[field] {
			t.Errorf("%s is stated by a case, or is no field: take it out of the list", field)
		}
	}
	t.Cleanup(func() { sameFields(t, chosen, testing.Short()) })
	for _, c := range chosen {
		t.Run(filepath.Base(c.dir), func(t *testing.T) {
			t.Parallel()
			for i, a := range attempts(testing.Short()) {
				c.try(t, i, a)
			}
		})
	}
}

// attempt is a text that is put into places, and how.
type attempt struct {
	text string
	// alone says that the text is what matters, and not what stands before it.
	alone bool
}

// attempts has a text for each way in which one can break out, or be taken for what is
// no text.
func attempts(short bool) []attempt {
	all := []attempt{
		{text: "a: b #c"}, {text: "\n---\n- x\n...\n"}, {text: `"'\`}, {text: "{{ .x }} [[ .y ]] ${z} $(w)"},
		{text: "\t\u0085\u2028\ufeff\u0001\u009f"}, {text: "a|b\\|c<!-- d -->; exit 1 #`id` %[1]s " + strings.Repeat("long ", 50)},
		{text: " & *x ! % @ 日本🦊"}, {text: "true", alone: true}, {text: "010", alone: true}, {text: "null", alone: true}, {text: " - ", alone: true},
	}
	if short {
		return all[:2]
	}
	return all
}

// freeFields take texts with quotes, lines, comments or what begins a structure. All
// others are refused with any of these, or are names, amounts, addresses and words.
var freeFields = []string{
	"AdmissionRule.reason", "ArgoCD.params{}", "ArgoCD.settings{}", "ConfigFile.content", "ConfigFile.mount",
	"Capabilities.reason", "Container.args[]", "Container.command[]", "Container.env{}", "Environment.notifications{}[]",
	"Expose.annotations{}", "Excuse.application", "Excuse.object", "Excuse.reason", "ExtraKind.reason", "FilePolicies.createOnly[]", "FilePolicies.keep[]", "FilePolicies.omit[]", "FilePolicies.overwrite[]", "Helm.values", "Helm.values{key}",
	"IgnoreDifference.jsonPointers[]", "IgnoreDifference.reason", "Job.args[]", "Job.command[]", "Job.env{}", "Job.podAnnotations{}", "LoadBalancers.annotations{}",
	"NetworkException.reason", "Platform.argocdUsers[]", "PriorityClass.description", "Probe.exec[]", "Probe.grpc",
	"PodSecurity.reason", "Probe.headers{}", "Probe.http", "Reason.reason", "PolicyRule.reason", "Secret.mount", "SecretRef.key", "ServiceAccount.annotations{}",
	"Volume.mount", "Workload.annotations{}", "Workload.podAnnotations{}", "Workload.serviceAnnotations{}", "Workload.args[]", "Workload.command[]", "Workload.env{}",
}

// sameFields holds the list to what was seen: a field that becomes free, or is not free
// any more, is worth a thought.
func sameFields(t *testing.T, all []*hostileCase, short bool) {
	t.Helper()
	free := map[string]bool{}
	for _, c := range all {
		maps.Copy(free, c.free)
	}
	for _, field := range slices.Sorted(maps.Keys(free)) {
		if !slices.Contains(freeFields, field) {
			t.Errorf("%q takes hostile texts, and is not listed", field)
		}
	}
	for _, field := range freeFields {
		if !free[field] && !short {
			t.Errorf("%q takes no hostile text: take it out of the list", field)
		}
	}
}

func loadCases(t *testing.T) []*hostileCase {
	t.Helper()
	specs, err := filepath.Glob("../golden/*/environments.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var out []*hostileCase
	for _, spec := range specs {
		c := &hostileCase{dir: filepath.Dir(spec), trees: map[string]*yamltree.Node{}, free: map[string]bool{}}
		c.read(t, schema.FileName, reflect.TypeFor[schema.Spec]())
		teams, err := filepath.Glob(filepath.Join(c.dir, "teams", "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, team := range teams {
			c.read(t, "teams/"+filepath.Base(team), reflect.TypeFor[schema.TeamFile]())
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *hostileCase) int { return len(a.slots) - len(b.slots) })
	return out
}

func (c *hostileCase) read(t *testing.T, file string, typ reflect.Type) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(c.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	node, faults := yamltree.Parse(file, src)
	if len(faults) > 0 {
		t.Fatal(faults[0].Summary)
	}
	c.trees[file] = node
	c.walk(file, node, typ, "", "")
}

// choose keeps a place for each field, in the smallest case that states it.
func choose(all []*hostileCase) []*hostileCase {
	taken := map[string]bool{}
	var out []*hostileCase
	for _, c := range all {
		kept := *c
		kept.slots = nil
		for _, s := range c.slots {
			if !taken[s.field] {
				taken[s.field] = true
				kept.slots = append(kept.slots, s)
			}
		}
		out = append(out, &kept)
	}
	return out
}

// nodeType is what the layers of a workload are in the types, and the values of a chart.
var nodeType = reflect.TypeFor[*yamltree.Node]()

// layered returns the type of what a field holds as a tree.
func layered(typ reflect.Type, layer string) reflect.Type {
	switch {
	case typ == nodeType && layer == "workload":
		return reflect.TypeFor[schema.Workload]()
	case typ == nodeType && layer == "application":
		return reflect.TypeFor[schema.Application]()
	case typ.Kind() == reflect.Pointer && typ != nodeType:
		return typ.Elem()
	}
	return typ
}

// walk notes the places below a node that hold a text.
func (c *hostileCase) walk(file string, n *yamltree.Node, typ reflect.Type, field, layer string) {
	typ = layered(typ, layer)
	switch {
	case n.Kind == yamltree.Null:
	case typ == nodeType:
		c.anything(file, n, field)
	case typ.Kind() == reflect.String && n.Kind != yamltree.Map && n.Kind != yamltree.List:
		c.slots = append(c.slots, slot{field: field, file: file, node: n})
	case typ.Kind() == reflect.Slice:
		for _, item := range n.Items {
			c.walk(file, item, typ.Elem(), field+"[]", layer)
		}
	case typ.Kind() == reflect.Map:
		for _, entry := range n.Entries {
			c.slots = append(c.slots, slot{field: field + "{key}", file: file, node: n, key: entry.Key})
			c.walk(file, entry.Value, typ.Elem(), field+"{}", layer)
		}
	case typ.Kind() == reflect.Struct:
		known := fieldsByKey(typ)
		for _, entry := range n.Entries {
			if f, ok := known[entry.Key]; ok && f.Tag.Get("enum") == "" {
				c.walk(file, entry.Value, f.Type, f.owner+"."+entry.Key, f.Tag.Get("layer"))
			}
		}
	}
}

// anything notes all texts of a tree of the user's own.
func (c *hostileCase) anything(file string, n *yamltree.Node, field string) {
	if n.Kind == yamltree.String {
		c.slots = append(c.slots, slot{field: field, file: file, node: n})
	}
	for _, item := range n.Items {
		c.anything(file, item, field)
	}
	for _, entry := range n.Entries {
		c.slots = append(c.slots, slot{field: field + "{key}", file: file, node: n, key: entry.Key})
		c.anything(file, entry.Value, field)
	}
}

type ownedField struct {
	reflect.StructField
	owner string
}

// fieldsByKey lists the fields of a type by their keys, inlined ones included.
func fieldsByKey(typ reflect.Type) map[string]ownedField {
	out := map[string]ownedField{}
	for f := range typ.Fields() {
		key, inline, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case inline == "inline":
			maps.Copy(out, fieldsByKey(f.Type))
		case key != "" && key != "-":
			out[key] = ownedField{f, typ.Name()}
		}
	}
	return out
}

// textFields are all fields of the types that are texts or have some, by the name that
// a slot has.
func textFields(roots ...reflect.Type) map[string]bool {
	out, seen := map[string]bool{}, map[reflect.Type]bool{}
	var visit func(typ reflect.Type, field, layer string)
	visit = func(typ reflect.Type, field, layer string) {
		typ = layered(typ, layer)
		switch {
		case typ == nodeType, typ.Kind() == reflect.String:
			out[field] = true
		case typ.Kind() == reflect.Slice:
			visit(typ.Elem(), field+"[]", layer)
		case typ.Kind() == reflect.Map:
			out[field+"{key}"] = true
			visit(typ.Elem(), field+"{}", layer)
		case typ.Kind() == reflect.Struct && !seen[typ]:
			seen[typ] = true
			for key, f := range fieldsByKey(typ) {
				if f.Tag.Get("enum") == "" {
					visit(f.Type, f.owner+"."+key, f.Tag.Get("layer"))
				}
			}
		}
	}
	for _, root := range roots {
		visit(root, "", "")
	}
	return out
}

// change is what a slot is to hold instead.
type change struct {
	slot
	prefix string
	marker string
}

func (ch change) filled(text string) string {
	if text == "" {
		return ch.prefix + ch.marker
	}
	return ch.prefix + text
}

// try puts a text into every slot that accepts it, behind what stands there, or alone.
func (c *hostileCase) try(t *testing.T, round int, a attempt) {
	t.Helper()
	var left, accepted []change
	for i, s := range c.slots {
		left = append(left, change{s, s.was(), fmt.Sprintf("zq%d%03dx", round, i)})
	}
	for _, alone := range []bool{false, true} {
		if alone != a.alone && a.alone {
			continue
		}
		if alone {
			for i := range left {
				left[i].prefix = ""
			}
		}
		some := c.accepted(t, c.accepted(t, left, a.text), "")
		accepted = append(accepted, some...)
		left = slices.DeleteFunc(left, func(ch change) bool { return slices.Contains(some, ch) })
	}
	for _, ch := range accepted {
		if strings.ContainsAny(a.text, "\n\"|`#") && !a.alone {
			c.free[ch.field] = true
		}
	}
	c.judge(t, accepted, a.text)
}

// accepted returns the changes that a spec can have, as far as errors say which ones it
// cannot have: each stands on a line of its own. Errors elsewhere are consequences, so
// the changes are tried in parts.
func (c *hostileCase) accepted(t *testing.T, changes []change, text string) []change {
	t.Helper()
	for len(changes) > 0 {
		w := c.spec(t, changes, text)
		faulty := w.errors(t, c.dir)
		if len(faulty) == 0 {
			return changes
		}
		fine := slices.DeleteFunc(slices.Clone(changes), func(ch change) bool { return faulty[fmt.Sprint(ch.file, ":", w.lines[ch.marker])] })
		if len(fine) == len(changes) {
			break
		}
		changes = fine
	}
	half := len(changes) / 2
	if half == 0 {
		return nil
	}
	return append(c.accepted(t, changes[:half], text), c.accepted(t, changes[half:], text)...)
}

// judge compares what is made of all changes together. Where that goes wrong, or they do
// not go together, it looks for the ones that are to blame.
func (c *hostileCase) judge(t *testing.T, changes []change, text string) {
	t.Helper()
	if len(changes) == 0 {
		return
	}
	fault := "they do not go together"
	if len(changes) == 1 || len(c.spec(t, changes, text).errors(t, c.dir))+len(c.spec(t, changes, "").errors(t, c.dir)) == 0 {
		fault = c.compare(t, changes, text)
	}
	switch half := len(changes) / 2; {
	case fault == "":
	case half == 0:
		t.Errorf("%q in %s behind %q: %s", text, changes[0].field, changes[0].prefix, fault)
	default:
		c.judge(t, changes[:half], text)
		c.judge(t, changes[half:], text)
	}
}

// specWriter writes a spec as JSON, in its order, with what is changed on lines of its
// own.
type specWriter struct {
	strings.Builder
	t       *testing.T
	changes []change
	text    string
	line    int
	// lines of the changes, by marker.
	lines map[string]int
	files map[string][]byte
}

// spec replaces the slots by a text, or by their markers when it is empty.
func (c *hostileCase) spec(t *testing.T, changes []change, text string) *specWriter {
	t.Helper()
	w := &specWriter{t: t, changes: changes, text: text, lines: map[string]int{}, files: map[string][]byte{}}
	for file, tree := range c.trees {
		if slices.ContainsFunc(changes, func(ch change) bool { return ch.file == file }) {
			w.Reset()
			w.line = 1
			w.node(tree)
			w.files[file] = []byte(w.String())
		}
	}
	return w
}

// place writes the text of a slot, or what stands there, and reports whether it is another one.
func (w *specWriter) place(n *yamltree.Node, key, was string, bare bool) bool {
	for _, ch := range w.changes {
		if ch.node == n && ch.key == key {
			w.newLine(true)
			w.lines[ch.marker] = w.line
			w.Write(asYAML(w.t, ch.filled(w.text)))
			return true
		}
	}
	if bare {
		w.WriteString(was)
	} else {
		w.Write(asYAML(w.t, was))
	}
	return false
}

func (w *specWriter) newLine(wanted bool) {
	if wanted {
		w.WriteByte('\n')
		w.line++
	}
}

func (w *specWriter) node(n *yamltree.Node) {
	switch n.Kind {
	case yamltree.Map:
		w.WriteByte('{')
		for i, entry := range n.Entries {
			if i > 0 {
				w.WriteString(", ")
			}
			changed := w.place(n, entry.Key, entry.Key, false)
			w.WriteString(": ")
			w.newLine(changed)
			w.node(entry.Value)
		}
		w.WriteByte('}')
	case yamltree.List:
		w.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				w.WriteString(", ")
			}
			w.node(item)
		}
		w.WriteByte(']')
	case yamltree.Null:
		w.WriteString("null")
	default:
		w.newLine(w.place(n, "", n.Text, n.Kind != yamltree.String))
	}
}

// errors are the places of the errors of the spec, as FILE:LINE.
func (w *specWriter) errors(t *testing.T, dir string) map[string]bool {
	t.Helper()
	result, err := load(folder{dir: dir, replaced: w.files})
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, d := range result.Diagnostics {
		if d.Severity == diag.Error {
			places[fmt.Sprint(d.Subject.File, ":", d.Subject.Line)] = true
		}
	}
	return places
}

// compare renders with the markers and with the text: what differs has to be the one
// where the other was.
func (c *hostileCase) compare(t *testing.T, changes []change, text string) string {
	t.Helper()
	var sides [2]map[string][]byte
	for i, text := range []string{"", text} {
		platform, err := load(folder{dir: c.dir, replaced: c.spec(t, changes, text).files})
		if err != nil {
			t.Fatal(err)
		}
		result, err := platform.Render()
		if err != nil {
			t.Fatal(err)
		}
		if result.Diagnostics.HasErrors() {
			if i == 0 || len(result.Diagnostics) == 0 {
				return ""
			}
			for _, d := range result.Diagnostics {
				if d.Severity == diag.Error && d.Subject.File != schema.FileName && !strings.HasPrefix(d.Subject.File, "teams/") {
					return fmt.Sprintf("%s: %s: %s", d.Subject.File, d.Summary, d.Detail)
				}
			}
			return "" // refused late, at its place
		}
		sides[i] = result.Files()
	}
	d := differ{marks: map[string]string{}}
	for _, ch := range changes {
		d.marks[ch.marker] = text
	}
	if len(sides[0]) != len(sides[1]) {
		return fmt.Sprintf("%d files become %d", len(sides[0]), len(sides[1]))
	}
	for _, name := range slices.Sorted(maps.Keys(sides[0])) {
		content, ok := sides[1][d.fill(name)]
		if !ok {
			return name + " is gone"
		}
		if fault := d.file(name, string(sides[0][name]), string(content)); fault != "" {
			return name + ": " + fault
		}
	}
	return ""
}

// differ compares what was made of markers with what was made of a text.
type differ struct{ marks map[string]string }

// digits are names that are made of contents.
var digits = regexp.MustCompile(`[0-9a-f]{8,64}`)

// fill puts the text where the markers are.
func (d differ) fill(s string) string {
	for marker, text := range d.marks {
		s = strings.ReplaceAll(s, marker, text)
	}
	return s
}

func (d differ) same(marked, got string) bool {
	return digits.ReplaceAllString(d.fill(marked), "#") == digits.ReplaceAllString(got, "#")
}

func (d differ) file(name, marked, got string) string {
	switch {
	case strings.HasPrefix(name, ".wavewright/"), d.same(marked, got):
		return ""
	case strings.Contains(name, "/config/"):
		return "the file is not what was stated"
	case strings.HasSuffix(name, ".md"):
		return d.markdown(marked, got)
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"):
		return d.documents(marked, got)
	}
	return fmt.Sprintf("%q became %q", marked, got)
}

// markdown wants the lines and cells that there are without the text.
func (d differ) markdown(marked, got string) string {
	a, b := strings.Split(marked, "\n"), strings.Split(got, "\n")
	if len(a) != len(b) {
		return fmt.Sprintf("%d lines became %d", len(a), len(b))
	}
	for i := range a {
		if cells(a[i]) != cells(b[i]) {
			return fmt.Sprintf("line %d has other cells:\n%s\n%s", i+1, a[i], b[i])
		}
	}
	return ""
}

func cells(line string) int {
	return strings.Count(strings.NewReplacer(`\\`, "", `\|`, "").Replace(line), "|")
}

func (d differ) documents(marked, got string) string {
	a, b := strings.Split(marked, "\n---\n"), strings.Split(got, "\n---\n")
	if len(a) != len(b) {
		return fmt.Sprintf("%d documents became %d", len(a), len(b))
	}
	for i := range a {
		if d.same(a[i], b[i]) {
			continue // also what has nothing but comments
		}
		want, _ := yamltree.Parse("marked", []byte(a[i]))
		have, faults := yamltree.Parse("got", []byte(b[i]))
		if len(faults) > 0 {
			return fmt.Sprintf("document %d does not parse: %s\n%s", i+1, faults[0].Summary, b[i])
		}
		if fault := d.nodes(want, have, ""); fault != "" {
			return fault
		}
	}
	return ""
}

func (d differ) nodes(want, have *yamltree.Node, at string) string {
	switch {
	case want == nil || have == nil:
		if want != have {
			return at + " is there on one side only"
		}
		return ""
	case want.Kind != have.Kind || len(want.Items) != len(have.Items) || len(want.Entries) != len(have.Entries):
		return fmt.Sprintf("%s is something else: %q became %q", at, want.Text, have.Text)
	case want.Kind != yamltree.Map && want.Kind != yamltree.List:
		return d.scalars(want.Text, have.Text, at)
	}
	rest := slices.Clone(have.Items)
	for i, item := range want.Items {
		// Lists that are sorted by a text have another order with another text.
		found := slices.IndexFunc(rest, func(other *yamltree.Node) bool { return d.nodes(item, other, at) == "" })
		if found < 0 {
			return d.nodes(item, have.Items[i], fmt.Sprintf("%s[%d]", at, i))
		}
		rest = slices.Delete(rest, found, found+1)
	}
	for _, entry := range want.Entries {
		other, ok := have.Entry(d.fill(entry.Key))
		if !ok {
			return fmt.Sprintf("%s has no %q", at, d.fill(entry.Key))
		}
		if fault := d.nodes(entry.Value, other.Value, at+"."+entry.Key); fault != "" {
			return fault
		}
	}
	return ""
}

// scalars compares two texts, or the documents that they are.
func (d differ) scalars(want, have, at string) string {
	if a, ok := celTexts(want); ok {
		b, _ := celTexts(have)
		if !slices.EqualFunc(a, b, d.same) {
			return fmt.Sprintf("%s: %q became %q", at, want, have)
		}
		return ""
	}
	if d.same(want, have) {
		return ""
	}
	a, faults := yamltree.Parse("inner", []byte(want))
	b, more := yamltree.Parse("inner", []byte(have))
	if len(faults)+len(more) == 0 && (a.Kind == yamltree.Map || a.Kind == yamltree.List) {
		return d.nodes(a, b, at+": ")
	}
	return fmt.Sprintf("%s: %q became %q", at, want, have)
}

// celTexts reads a list of texts as CEL does, which admission policies have. It is false
// for what is no such list.
func celTexts(s string) ([]string, bool) {
	if !strings.HasPrefix(s, "['") {
		return nil, false
	}
	var texts []string
	for rest := s[1:]; ; rest = rest[2:] {
		literal := celLiteral.FindString(rest)
		if literal == "" {
			return nil, false
		}
		inner := strings.ReplaceAll(literal[1:len(literal)-1], `"`, `\"`)
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(inner, `\'`, "'") + `"`)
		if err != nil {
			return nil, false
		}
		texts, rest = append(texts, text), rest[len(literal):]
		if rest == "]" {
			return texts, true
		}
		if !strings.HasPrefix(rest, ", ") {
			return nil, false
		}
	}
}

// celLiteral is a text in CEL on one line.
var celLiteral = regexp.MustCompile(`^'([^'\\\n]|\\['\\]|\\U[0-9a-f]{8})*'`)

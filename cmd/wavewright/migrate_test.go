package main

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/wavewright/wavewright/generator"
)

// steps between formats that never were: there are no others to test with.
func steps() []generator.Migration {
	return []generator.Migration{
		{What: "environments.yaml", From: "example/v1", To: "example/v2", Does: "replicas is scale"},
		{What: "state", From: "1", To: "2", Does: "blocks have a hash"},
	}
}

// planned is a plan of a new folder, with migrations.
func planned(t *testing.T) *generator.Plan {
	t.Helper()
	dir := t.TempDir()
	options, err := generator.InitDefaults(dir)
	if err != nil {
		t.Fatal(err)
	}
	done, err := generator.Init(dir, options)
	if err != nil {
		t.Fatal(err)
	}
	done.Plan.Migrations = steps()
	return done.Plan
}

// captured is a console whose outputs are kept.
func captured() (c *console, out, errs *bytes.Buffer) {
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	return &console{out: bufio.NewWriter(out), err: errs}, out, errs
}

func TestPlanShowsMigrations(t *testing.T) {
	plan := planned(t)
	for dry, want := range map[bool]string{
		true:  "environments.yaml to migrate from example/v1 to example/v2: replicas is scale\nstate to migrate from 1 to 2: blocks have a hash\n",
		false: "environments.yaml migrated from example/v1 to example/v2: replicas is scale\nstate migrated from 1 to 2: blocks have a hash\n",
	} {
		c, out, _ := captured()
		c.reportPlan(plan, dry)
		c.out.Flush()
		if !strings.HasPrefix(out.String(), want) {
			t.Errorf("dry %v: %s", dry, out)
		}
	}
}

func TestJSONHasMigrations(t *testing.T) {
	for _, report := range []func(*console){
		func(c *console) { c.reportPlan(planned(t), true) },
		func(c *console) { c.reportMigrations(steps()) },
	} {
		c, out, errs := captured()
		c.json = true
		report(c)
		c.printJSON()
		c.out.Flush()
		text := strings.Join(strings.Fields(out.String()), " ")
		if want := `"migrations": [ { "what": "environments.yaml", "from": "example/v1", "to": "example/v2", "does": "replicas is scale" }, { "what": "state",`; !strings.Contains(text, want) {
			t.Errorf("%s\nwant %s", text, want)
		}
		if errs.Len() > 0 {
			t.Errorf("beside the document: %s", errs)
		}
	}
	c, out, _ := captured()
	c.json = true
	c.reportMigrations(nil)
	c.printJSON()
	c.out.Flush()
	if strings.Contains(out.String(), "migrations") {
		t.Errorf("without any: %s", out)
	}
}

// TestDiffTellsOfMigrations holds that the patch on standard output stays a patch.
func TestDiffTellsOfMigrations(t *testing.T) {
	c, out, errs := captured()
	c.reportMigrations(steps())
	c.out.Flush()
	want := "wavewright: hint: generate migrates environments.yaml from example/v1 to example/v2: replicas is scale\n" +
		"wavewright: hint: generate migrates state from 1 to 2: blocks have a hash\n"
	if errs.String() != want || out.Len() > 0 {
		t.Errorf("%q %q", out, errs)
	}
}

// TestErrorsInAMigratedSpec holds that who looks for a line is told where it is.
func TestErrorsInAMigratedSpec(t *testing.T) {
	fault := &failure{code: exitError, err: errors.New("1 error; nothing was written")}
	f := asFailure(inOldFormat(fault, steps()[:1]))
	if len(f.hints) != 1 || !strings.Contains(f.hints[0], "migrated to example/v2; the file on disk has example/v1") {
		t.Errorf("hints %q", f.hints)
	}
	if err := inOldFormat(nil, steps()); err != nil {
		t.Errorf("without an error: %v", err)
	}
	if f := asFailure(inOldFormat(&failure{code: exitError}, nil)); len(f.hints) > 0 {
		t.Errorf("without a migration: %q", f.hints)
	}
}

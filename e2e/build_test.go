package e2e

import "testing"

// TestBuilds wants every kustomization to build without a word on standard error.
func TestBuilds(t *testing.T) {
	all, err := allCases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			if len(c.builds) == 0 {
				t.Fatalf("nothing was built: %v", c.err)
			}
			for folder, build := range c.builds {
				if build.Err != nil || len(build.Stderr) > 0 {
					t.Errorf("%s: %v\n%s", folder, build.Err, build.Stderr)
				}
				if len(build.Output) == 0 {
					t.Errorf("%s holds no object", folder)
				}
			}
		})
	}
}

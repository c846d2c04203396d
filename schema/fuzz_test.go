package schema

import (
	"testing"
	"testing/fstest"
)

// FuzzLoad holds that no text makes Load panic or fail otherwise than by findings, and
// that each finding points into a file that was read.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(everything), []byte("team: shop\napplications: {api: {image: 'api:1'}}\n"))
	f.Add([]byte(minimal("include: ['*', teams/*.yaml]\n")), []byte("applications: {web: {}}\n"))
	for _, c := range faultCases() {
		f.Add([]byte(c.src), []byte(c.extra["teams/a.yaml"]))
	}
	f.Fuzz(func(t *testing.T, main, team []byte) {
		fsys := fstest.MapFS{FileName: {Data: main}, "teams/a.yaml": {Data: team}}
		_, sources, list, err := loadFrom(fsys, FileName)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if _, read := sources[d.Subject.File]; !read || d.Code == "" || d.Summary == "" {
				t.Errorf("finding without a place: %+v", d)
			}
		}
	})
}

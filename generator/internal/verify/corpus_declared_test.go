package verify

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wavewright/wavewright/generator/internal/verify/repo"
)

// declare reads the file "kubernetes" of an archive, the version of all clusters, and the file "declared": the connections that a spec would declare, as
// lines of a target, two applications, a port with its protocol and a place.
func declare(t *testing.T, files fstest.MapFS, r *repo.Repository) {
	if file := files["kubernetes"]; file != nil {
		r.Kubernetes = strings.TrimSpace(string(file.Data))
	}
	file := files["declared"]
	if file == nil {
		return
	}
	for line := range strings.Lines(string(file.Data)) {
		var target string
		var c repo.Connection
		place := ""
		if _, err := fmt.Sscanf(strings.ReplaceAll(line, "/", " "), "%s %s %s %d %s %s", &target, &c.From, &c.To, &c.Port, &c.Protocol, &place); err != nil {
			t.Fatal(err)
		}
		file, number, _ := strings.Cut(place, ":")
		c.At.File = file
		c.At.Line, _ = strconv.Atoi(number)
		for _, candidate := range r.Targets {
			if candidate.Name == target {
				candidate.Declared = append(candidate.Declared, c)
			}
		}
	}
}

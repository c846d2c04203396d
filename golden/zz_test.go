package golden

import (
	"fmt"
	"os"
	"testing"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

func TestZZ(t *testing.T) {
	result, err := generator.Generate(os.Getenv("ZZ"))
	if err != nil {
		t.Fatal(err)
	}
	_ = diag.WriteText(os.Stdout, result.Diagnostics, result.Sources)
	fmt.Println(len(result.Files()))
}

package main

import (
	"fmt"
	"os"

	"github.com/wavewright/wavewright/generator"
	"github.com/wavewright/wavewright/schema/diag"
)

func main() {
	r, err := generator.Generate(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	diag.WriteText(os.Stderr, r.Diagnostics, r.Sources)
	p, err := r.Write()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, c := range p.Changes() {
		fmt.Println(c.State, c.Path, c.Reason)
	}
}

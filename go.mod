module github.com/wavewright/wavewright

go 1.26

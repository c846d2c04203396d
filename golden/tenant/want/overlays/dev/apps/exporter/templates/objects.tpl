{{- /* Everything in objects/ as it stands there: nothing in it is taken for a template. */ -}}
{{- range $path, $_ := .Files.Glob "objects/*.yaml" }}
---
{{ $.Files.Get $path }}
{{- end }}

{{- /* What belongs into a Secret's data for extraFiles: text, bytes in base64, or data written as its file's name ends. */}}
{{- define "standin.fileData" -}}
{{- range $key, $file := . }}
  {{- $forms := 0 -}}
  {{- range list $file.stringData $file.binaryData $file.data }}{{ if . }}{{ $forms = add1 $forms }}{{ end }}{{ end -}}
  {{- if ne (int $forms) 1 -}}
    {{- fail (printf "extraFiles.%s has %d of stringData, binaryData and data that are not empty; give one." $key $forms) -}}
  {{- end -}}
  {{- $content := $file.stringData -}}
  {{- if $file.data -}}
    {{- $ending := ext $file.mountPath -}}
    {{- if has $ending (list ".yaml" ".yml") -}}
      {{- $content = toYaml $file.data -}}
    {{- else if eq $ending ".json" -}}
      {{- $content = toJson $file.data -}}
    {{- else if eq $ending ".toml" -}}
      {{- $content = toToml $file.data -}}
    {{- else -}}
      {{- fail (printf "extraFiles.%s has data, but its mountPath %q ends in none of .yaml, .yml, .json, .toml." $key $file.mountPath) -}}
    {{- end -}}
  {{- end -}}
  {{- $bytes := $file.binaryData | default "" | nospace -}}
  {{- if not $bytes -}}
    {{- $bytes = printf "%s\n" (regexReplaceAll "\n+$" $content "") | b64enc -}}  {{- /* one newline ends a text */}}
  {{- end }}
{{ $key | quote }}: {{ $bytes | quote }}
{{- end }}
{{- end }}

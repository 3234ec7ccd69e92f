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
      {{- $content = toToml $file.data | trimSuffix "\n" -}}
    {{- else -}}
      {{- fail (printf "extraFiles.%s has data, but its mountPath %q ends in none of .yaml, .yml, .json, .toml." $key $file.mountPath) -}}
    {{- end -}}
  {{- end }}
{{ $key | quote }}: {{ ternary ($file.binaryData | default "" | nospace) (printf "%s\n" (trimSuffix "\n" ($content | default "")) | b64enc) (not (empty $file.binaryData)) | quote }}
{{- end }}
{{- end }}

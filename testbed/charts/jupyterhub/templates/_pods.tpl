{{- /* Environment variables from a list (as it is) or from a map of names to texts or to the rest of an entry. */}}
{{- define "standin.env" -}}
{{- $entries := list -}}
{{- if kindIs "slice" . -}}
  {{- $entries = . -}}
{{- else -}}
  {{- range $name, $value := . -}}
    {{- if kindIs "string" $value -}}
      {{- $entries = append $entries (dict "name" $name "value" $value) -}}
    {{- else if kindIs "map" $value -}}
      {{- $entries = append $entries (merge (dict) $value (dict "name" $name)) -}}
    {{- else -}}
      {{- fail (printf "extraEnv.%s is %s; give a text (quote it) or a map." $name (toJson $value)) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- with $entries }}{{ toYaml . }}{{ end -}}
{{- end }}

{{- /* imagePullSecrets for (list <root> <image>): the image's own and the chart-wide ones, given as names or maps. */}}
{{- define "standin.pullSecrets" -}}
{{- $secrets := list -}}
{{- range concat ((index . 1).pullSecrets | default list) (index . 0).Values.imagePullSecrets | uniq -}}
  {{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) -}}
{{- end -}}
{{- with $secrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end }}

{{- /* Where hub and proxy may or should run. */}}
{{- define "standin.coreAffinity" -}}
{{- $purpose := .Values.scheduling.corePods.nodeAffinity.matchNodePurpose -}}
{{- $core := dict "matchExpressions" (list (dict "key" "hub.jupyter.org/node-purpose" "operator" "In" "values" (list "core"))) -}}
{{- if eq $purpose "require" }}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - {{ toJson $core }}
{{- else if eq $purpose "prefer" }}
affinity:
  nodeAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        preference: {{ toJson $core }}
{{- end }}
{{- end }}

{{- /* The probes of (list <values with both> <path> <port: http or https>). */}}
{{- define "standin.probes" -}}
{{- $request := dict "path" (index . 1) "port" (index . 2) "scheme" (index . 2 | upper) -}}
{{- range $name := list "livenessProbe" "readinessProbe" -}}
  {{- $probe := index $ 0 $name -}}
  {{- if $probe.enabled }}
{{ $name }}:
  {{- omit $probe "enabled" | toYaml | nindent 2 }}
  httpGet: {{ toJson $request }}
  {{- end }}
{{- end }}
{{- end }}

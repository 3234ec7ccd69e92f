{{- /* Labels come in the real chart's old and new spelling: users' network policies and KubeSpawner go by both.
       Each of these takes (list <root> <component>). */}}

{{- define "standin.selector" -}}
{{- $root := index . 0 -}}
component: {{ index . 1 }}
app: {{ $root.Chart.Name }}
release: {{ $root.Release.Name | quote }}
{{- end }}

{{- define "standin.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "standin.selector" . }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
{{- end }}

{{- define "standin.labels" -}}
{{- $root := index . 0 -}}
{{- $chart := printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_") -}}
{{ include "standin.podLabels" . }}
chart: {{ $chart }}
heritage: {{ $root.Release.Service }}
helm.sh/chart: {{ $chart }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{- /* `true` where TLS ends in the proxy, with a certificate of a Secret or of the values. */}}
{{- define "standin.ownTLS" -}}
{{- with .Values.proxy.https }}{{ and .enabled (has .type (list "manual" "secret")) }}{{ end -}}
{{- end }}

{{- /* `true` where a pod of its own gets a certificate from Let's Encrypt and ends TLS. */}}
{{- define "standin.autohttps" -}}
{{- with .Values.proxy.https }}{{ and .enabled (eq .type "letsencrypt") (not (empty .hosts)) }}{{ end -}}
{{- end }}

{{- define "standin.hubServiceAccount" -}}
{{- with .Values.hub.serviceAccount -}}
{{ .name | default (ternary "hub" "default" .create) }}
{{- end }}
{{- end }}

{{- /* A secret is the value given, else what the live Secret `hub` holds, else made now. `lookup` finds nothing in a
       preview: who wants previews without a change gives every secret. */}}

{{- define "standin.secret" -}}
{{- $root := index . 0 -}}{{- $key := index . 1 -}}{{- $given := index . 2 -}}
{{- $live := (lookup "v1" "Secret" $root.Release.Namespace "hub").data | default dict -}}
{{- if $given -}}
  {{- $given -}}
{{- else if hasKey $live $key -}}
  {{- get $live $key | b64dec -}}
{{- else -}}
  {{- randBytes 32 | b64dec | printf "%x" -}}
{{- end -}}
{{- end }}

{{- define "standin.proxyToken" -}}
{{- $given := dig "ConfigurableHTTPProxy" "auth_token" "" .Values.hub.config | default .Values.proxy.secretToken -}}
{{- include "standin.secret" (list . "hub.config.ConfigurableHTTPProxy.auth_token" $given) -}}
{{- end }}

{{- define "standin.cookieSecret" -}}
{{- $given := dig "JupyterHub" "cookie_secret" "" .Values.hub.config | default .Values.hub.cookieSecret -}}
{{- include "standin.secret" (list . "hub.config.JupyterHub.cookie_secret" $given) -}}
{{- end }}

{{- define "standin.cryptKeys" -}}
{{- $given := dig "CryptKeeper" "keys" list .Values.hub.config | join ";" -}}
{{- include "standin.secret" (list . "hub.config.CryptKeeper.keys" $given) -}}
{{- end }}

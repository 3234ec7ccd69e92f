{{- /* Who comes in, for (list <network policy values> <map of an access label's ending to the ports it opens>). */}}
{{- define "standin.ingress" -}}
{{- $policy := index . 0 -}}
{{- $rules := list -}}
{{- with $policy.allowedIngressPorts -}}
  {{- $rules = append $rules (include "standin.ports" . | fromYaml) -}}
{{- end -}}
{{- range $ending, $ports := index . 1 -}}
  {{- $labelled := dict "matchLabels" (dict (printf "hub.jupyter.org/network-access-%s" $ending) "true") -}}
  {{- $peers := list (dict "podSelector" $labelled) -}}
  {{- if eq $policy.interNamespaceAccessLabels "accept" -}}
    {{- $everywhere := dict "matchLabels" dict -}}
    {{- $peers = list (dict "podSelector" $labelled "namespaceSelector" $everywhere) (dict "namespaceSelector" $labelled) -}}
  {{- end -}}
  {{- $rules = append $rules (include "standin.ports" $ports | fromYaml | merge (dict "from" $peers)) -}}
{{- end -}}
{{ toYaml (concat $rules ($policy.ingress | default list)) }}
{{- end }}

{{- /* The way out to one component of the chart, for (list <root> <component> <port> …). */}}
{{- define "standin.egressTo" -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "standin.selector" . | nindent 10 }}
  {{- include "standin.ports" (slice . 2) | nindent 2 }}
{{- end }}

{{- define "standin.ports" -}}
ports:
  {{- range . }}
  - port: {{ . }}
  {{- end }}
{{- end }}

{{- /* The way out by egressAllowRules and the rules given, for (list <root> <network policy values>). */}}
{{- define "standin.egress" -}}
{{- $metadata := printf "%s/32" (index . 0).Values.singleuser.cloudMetadata.ip -}}
{{- $policy := index . 1 -}}
{{- $allow := $policy.egressAllowRules -}}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" -}}
{{- $privateBlocks := list -}}
{{- range $private }}{{ $privateBlocks = append $privateBlocks (dict "ipBlock" (dict "cidr" .)) }}{{ end -}}
{{- $metadataBlock := dict "ipBlock" (dict "cidr" $metadata) -}}
{{- $nameServers := list -}}
{{- if $allow.dnsPortsCloudMetadataServer }}{{ $nameServers = append $nameServers $metadataBlock }}{{ end -}}
{{- if $allow.dnsPortsKubeSystemNamespace -}}
  {{- $system := dict "matchLabels" (dict "kubernetes.io/metadata.name" "kube-system") -}}
  {{- $nameServers = append $nameServers (dict "namespaceSelector" $system) -}}
{{- end -}}
{{- if $allow.dnsPortsPrivateIPs }}{{ $nameServers = concat $nameServers $privateBlocks }}{{ end -}}
{{- $rules := list -}}
{{- with $nameServers -}}
  {{- $dns := list (dict "port" 53 "protocol" "UDP") (dict "port" 53 "protocol" "TCP") -}}
  {{- $rules = append $rules (dict "ports" $dns "to" .) -}}
{{- end -}}
{{- if $allow.nonPrivateIPs -}}
  {{- $public := dict "cidr" "0.0.0.0/0" "except" (append $private $metadata) -}}
  {{- $rules = append $rules (dict "to" (list (dict "ipBlock" $public))) -}}
{{- end -}}
{{- if $allow.privateIPs }}{{ $rules = append $rules (dict "to" $privateBlocks) }}{{ end -}}
{{- if $allow.cloudMetadataServer }}{{ $rules = append $rules (dict "to" (list $metadataBlock)) }}{{ end -}}
{{- with concat $rules ($policy.egress | default list) }}{{ toYaml . }}{{ end -}}
{{- end }}

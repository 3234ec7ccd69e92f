{{- /* What both containers that move the certificate between a file and its Secret have in common. */}}
{{- define "standin.secretSync" -}}
{{- $sync := . -}}
image: {{ $sync.image.name }}:{{ $sync.image.tag }}
{{- with $sync.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
env:
  - {name: PYTHONUNBUFFERED, value: "True"}
volumeMounts:
  - {name: certificates, mountPath: /etc/acme}
{{- with $sync.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Traefik's configuration at its start: where it listens, and who gives it certificates. */}}
{{- define "standin.traefikAtStart" -}}
entryPoints:
  http: {address: ":8080"}
  https:
    address: ":8443"
    transport: {respondingTimeouts: {idleTimeout: 10m0s}}
certificatesResolvers:
  default:
    acme:
      caServer: {{ .Values.proxy.https.letsencrypt.acmeServer }}
      email: {{ .Values.proxy.https.letsencrypt.contactEmail }}
      httpChallenge: {entryPoint: http}
      storage: /etc/acme/acme.json
providers: {file: {filename: /etc/traefik/dynamic.yaml}}
log: {level: {{ ternary "DEBUG" "WARN" .Values.debug.enabled }}}
accessLog:
  filters: {statusCodes: [500-599]}
  fields:
    headers:
      names: {Authorization: redacted, Cookie: redacted, Set-Cookie: redacted, X-Xsrftoken: redacted}
{{- end }}

{{- /* Its routes, which it reads again when they change: everything goes to the proxy, by HTTPS only. */}}
{{- define "standin.traefikRoutes" -}}
{{- $hsts := .Values.proxy.traefik.hsts -}}
http:
  routers:
    default:
      entrypoints: [https]
      middlewares: [hsts, scheme]
      rule: PathPrefix(`/`)
      service: default
      tls:
        certResolver: default
        options: default
        domains:
          {{- range .Values.proxy.https.hosts }}
          - main: {{ . }}
          {{- end }}
    insecure:
      entrypoints: [http]
      middlewares: [redirect]
      rule: PathPrefix(`/`)
      service: default
  middlewares:
    hsts:
      headers:
        stsSeconds: {{ $hsts.maxAge }}
        stsIncludeSubdomains: {{ $hsts.includeSubdomains }}
        stsPreload: {{ $hsts.preload }}
    redirect: {redirectScheme: {permanent: true, scheme: https}}
    scheme: {headers: {customRequestHeaders: {X-Scheme: https}}}
  services:
    default: {loadBalancer: {servers: [{url: "http://proxy-http:8000/"}]}}
tls:
  options:
    default:
      minVersion: VersionTLS12
      sniStrict: true
      # Those that Mozilla's intermediate configuration lists.
      cipherSuites:
        {{- range $key := list "ECDSA" "RSA" }}
        {{- range $cipher := list "AES_256_GCM_SHA384" "AES_128_GCM_SHA256" "CHACHA20_POLY1305" }}
        - TLS_ECDHE_{{ $key }}_WITH_{{ $cipher }}
        {{- end }}
        {{- end }}
{{- end }}

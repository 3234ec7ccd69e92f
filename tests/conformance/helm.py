"""A chart small enough to read, and Helm's own records of releases, as the administrator sees and changes them."""

import base64
import gzip
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.objects import Objects

NEVER_READY = "registry.k8s.io/there-is-no-such-image:1"

_TEMPLATES = {
    "settings.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings, namespace: {{ .Release.Namespace }}}
data:
  word: {{ .Values.word | quote }}
  absent: {{ .Values.absent | default "default" | quote }}
  revision: {{ .Release.Revision | quote }}
""",
    "hook.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-hook, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
data: {ran: {{ .Release.Revision | quote }}}
""",
    "app.yaml": """
{{- if .Values.image }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-app}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers: [{name: main, image: {{ .Values.image }}}]
{{- end }}
""",
}

_VALUES = {"word": "none", "absent": "there", "image": "", "secret": "", "nested": {}}
_TYPES = {"word": "string", "absent": ["string", "null"], "image": "string", "secret": "string", "nested": "object"}
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {key: {"type": kind} for key, kind in _TYPES.items()} | {"global": {}},
}


def write_chart(folder: Path, version: str = "1.0.0") -> Path:
    """Write the chart into a folder of its own and give that."""
    chart = folder / "greeter"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    about = {"apiVersion": "v2", "name": "greeter", "version": version, "appVersion": "7.7"}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    (chart / "values.yaml").write_text(yaml.safe_dump(_VALUES))
    (chart / "values.schema.json").write_text(json.dumps(_SCHEMA))
    for name, text in _TEMPLATES.items():
        (chart / "templates" / name).write_text(text)
    return chart


def pack(chart: Path, folder: Path) -> Path:
    """Pack the chart, as `helm package` does."""
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    packed = folder / f"{about['name']}-{about['version']}.tgz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(chart, about["name"])
    return packed


@dataclass
class Records:
    """Helm's records in a namespace."""

    objects: Objects

    def statuses(self) -> list[str]:
        """Give the status of each revision, oldest first."""
        return self.objects.kube.helm_statuses(self.objects.namespace)

    def delete(self) -> None:
        """Make Helm forget all its releases here."""
        self.objects.kube.core.delete_collection_namespaced_secret(self.objects.namespace, label_selector="owner=helm")

    def change(self, **info: Any) -> None:
        """Change the newest revision's record: `status`, or `values` as somebody's `helm upgrade` would leave them."""
        core, namespace = self.objects.kube.core, self.objects.namespace
        secrets = core.list_namespaced_secret(namespace, label_selector="owner=helm").items
        newest = max(secrets, key=lambda secret: int(secret.metadata.labels["version"]))
        record = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(newest.data["release"]))))
        if status := info.get("status"):
            record["info"]["status"] = status
            newest.metadata.labels["status"] = status
        if values := info.get("values"):
            record["config"] = values
        packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(record).encode()))).decode()
        core.patch_namespaced_secret(
            newest.metadata.name,
            namespace,
            {"data": {"release": packed}, "metadata": {"labels": newest.metadata.labels}},
        )

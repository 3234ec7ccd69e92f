"""People's pods: what KubeSpawner is told about their image, resources, place, home and files."""

import os
from typing import Any, cast

from z2jh import get_config, get_name, set_config_if_not_none

# Traits of KubeSpawner and the values under `singleuser` that set them.
TRAITS = {
    "pod_name_template": "podNameTemplate",
    "start_timeout": "startTimeout",
    "events_enabled": "events",
    "image_pull_policy": "image.pullPolicy",
    "uid": "uid",
    "fs_gid": "fsGid",
    "service_account": "serviceAccountName",
    "mem_limit": "memory.limit",
    "mem_guarantee": "memory.guarantee",
    "cpu_limit": "cpu.limit",
    "cpu_guarantee": "cpu.guarantee",
    "extra_resource_limits": "extraResource.limits",
    "extra_resource_guarantees": "extraResource.guarantees",
    "environment": "extraEnv",
    "extra_labels": "extraLabels",
    "extra_annotations": "extraAnnotations",
    "extra_pod_config": "extraPodConfig",
    "extra_containers": "extraContainers",
    "lifecycle_hooks": "lifecycleHooks",
    "profile_list": "profileList",
    "node_selector": "nodeSelector",
    "pod_affinity_required": "extraPodAffinity.required",
    "pod_affinity_preferred": "extraPodAffinity.preferred",
    "pod_anti_affinity_required": "extraPodAntiAffinity.required",
    "pod_anti_affinity_preferred": "extraPodAntiAffinity.preferred",
    "storage_extra_labels": "storage.extraLabels",
}

ABSENT: Any = object()


def configure(c: Any) -> None:
    """Make KubeSpawner start people's pods as `singleuser` and `scheduling.userPods` say."""
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.KubeSpawner.namespace = os.environ.get("POD_NAMESPACE", "default")
    c.KubeSpawner.common_labels = _labels()
    for trait, key in TRAITS.items():
        set_config_if_not_none(c.KubeSpawner, trait, f"singleuser.{key}")
    # Null is a choice of its own here, not the same as KubeSpawner's default.
    c.KubeSpawner.allow_privilege_escalation = get_config("singleuser.allowPrivilegeEscalation")
    command = get_config("singleuser.cmd", ABSENT)
    if command is not ABSENT:
        c.Spawner.cmd = command
    set_config_if_not_none(c.Spawner, "default_url", "singleuser.defaultUrl")
    _set_image(c)
    _set_place(c)
    c.KubeSpawner.init_containers = [*_list("singleuser.initContainers"), *_metadata_block()]
    _set_claim(c)
    home, home_mounts = _home()
    files, file_mounts = _extra_files()
    # KubeSpawner sorts volumes and mounts by these keys, and profiles name them: they are the real chart's.
    c.KubeSpawner.volumes = {**home, **files, **_keyed(get_config("singleuser.storage.extraVolumes"))}
    extra_mounts = _keyed(get_config("singleuser.storage.extraVolumeMounts"), numbered=True)
    c.KubeSpawner.volume_mounts = {**home_mounts, **file_mounts, **extra_mounts}


def _labels() -> dict[str, str]:
    chart = f"{get_config('Chart.Name')}-{get_config('Chart.Version')}".replace("+", "_")
    app, release = get_config("Chart.Name"), get_config("Release.Name")
    return {
        "app": app,
        "app.kubernetes.io/name": app,
        "release": release,
        "app.kubernetes.io/instance": release,
        "chart": chart,
        "helm.sh/chart": chart,
        "app.kubernetes.io/managed-by": "kubespawner",
    }


def _set_image(c: Any) -> None:
    name, tag = get_config("singleuser.image.name"), get_config("singleuser.image.tag")
    if name:
        c.KubeSpawner.image = f"{name}:{tag}" if tag else name
    secrets = _list("imagePullSecrets") + _list("singleuser.image.pullSecrets")
    if secrets:
        c.KubeSpawner.image_pull_secrets = secrets


def _set_place(c: Any) -> None:
    c.KubeSpawner.tolerations = _list("scheduling.userPods.tolerations") + _list("singleuser.extraTolerations")
    required = _list("singleuser.extraNodeAffinity.required")
    preferred = _list("singleuser.extraNodeAffinity.preferred")
    purpose = get_config("scheduling.userPods.nodeAffinity.matchNodePurpose")
    term = {"matchExpressions": [{"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}]}
    if purpose == "require":
        required.append(term)
    elif purpose == "prefer":
        preferred.append({"weight": 100, "preference": term})
    c.KubeSpawner.node_affinity_required = required
    c.KubeSpawner.node_affinity_preferred = preferred


def _metadata_block() -> list[dict[str, Any]]:
    """Give the container that closes the way to the cloud's metadata, before any of the user's programs run."""
    if not get_config("singleuser.cloudMetadata.blockWithIptables"):
        return []
    image = get_config("singleuser.networkTools.image")
    rule = f"--append OUTPUT --protocol tcp --destination {get_config('singleuser.cloudMetadata.ip')}"
    return [
        {
            "name": "block-cloud-metadata",
            "image": f"{image['name']}:{image['tag']}",
            "command": ["iptables", *rule.split(), "--destination-port", "80", "--jump", "DROP"],
            "resources": get_config("singleuser.networkTools.resources"),
            "securityContext": {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}},
        }
    ]


def _set_claim(c: Any) -> None:
    """Let KubeSpawner make a claim for each person where storage.type says so."""
    if get_config("singleuser.storage.type") != "dynamic":
        return
    c.KubeSpawner.storage_pvc_ensure = True
    dynamic = "singleuser.storage.dynamic"
    set_config_if_not_none(c.KubeSpawner, "pvc_name_template", f"{dynamic}.pvcNameTemplate")
    set_config_if_not_none(c.KubeSpawner, "storage_class", f"{dynamic}.storageClass")
    set_config_if_not_none(c.KubeSpawner, "storage_access_modes", f"{dynamic}.storageAccessModes")
    set_config_if_not_none(c.KubeSpawner, "storage_capacity", "singleuser.storage.capacity")


def _home() -> tuple[dict[str, Any], dict[str, Any]]:
    storage = get_config("singleuser.storage")
    if storage["type"] == "dynamic":
        name, claim = storage["dynamic"]["volumeNameTemplate"], "{pvc_name}"
        sub_path = storage["dynamic"].get("subPath")
    elif storage["type"] == "static":
        name, claim = "home", storage["static"]["pvcName"]
        sub_path = storage["static"].get("subPath")
    else:
        return {}, {}
    volume = {"name": name, "persistentVolumeClaim": {"claimName": claim}}
    mount = {"name": name, "mountPath": storage["homeMountPath"]}
    return {name: volume}, {name: mount | {"subPath": sub_path} if sub_path else mount}


def _extra_files() -> tuple[dict[str, Any], dict[str, Any]]:
    files: dict[str, dict[str, Any]] = get_config("singleuser.extraFiles") or {}
    if not files:
        return {}, {}
    items = [
        {"key": key, "path": key} | ({"mode": file["mode"]} if "mode" in file else {}) for key, file in files.items()
    ]
    mounts = {
        f"{index}-files": {"name": "files", "mountPath": file["mountPath"], "subPath": key}
        for index, (key, file) in enumerate(files.items())
    }
    return {"files": {"name": "files", "secret": {"secretName": get_name("singleuser"), "items": items}}}, mounts


def _keyed(given: Any, *, numbered: bool = False) -> dict[str, Any]:
    """Give a list of volumes, or of mounts (whose names may repeat, so numbered), as a map; a map stays as it is."""
    if not isinstance(given, list):
        return given or {}
    entries = cast("list[dict[str, Any]]", given)
    return {f"{index}-{entry['name']}" if numbered else entry["name"]: entry for index, entry in enumerate(entries)}


def _list(key: str) -> list[Any]:
    return list(get_config(key) or [])

"""All images in one OCI archive, in which each layer they share lies once: `ctr images import` takes it as it is."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testbed.images.layers import WHEN, Blob
from testbed.images.recipe import Image, Layer
from testbed.steps import StepError

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def architecture() -> str:
    """Give this machine's processor as container images name it."""
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        raise StepError(
            f"Images are built for {' and '.join(ARCHITECTURES)}; for this {machine} name a cluster of yours."
        )
    return ARCHITECTURES[machine]


def write(images: tuple[Image, ...], layers: Mapping[Layer, Blob], out: Path) -> None:
    """Write the archive of these images, whose layers are all in `layers`."""
    documents: dict[str, bytes] = {}
    manifests: list[dict[str, Any]] = []
    for image in images:
        blobs = [layers[layer] for layer in image.top.chain()]
        config = _keep(documents, "application/vnd.oci.image.config.v1+json", _config(image, blobs))
        manifest = _keep(documents, "application/vnd.oci.image.manifest.v1+json", _manifest(config, blobs))
        manifests.append(manifest | {"annotations": _names(image)})
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
    used = {blob.digest: blob for image in images for blob in (layers[layer] for layer in image.top.chain())}
    with tarfile.open(out, "w") as tar:
        _text(tar, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        _text(tar, "index.json", _json(index))
        for digest, content in sorted(documents.items()):
            _text(tar, _place(digest), content)
        for digest, blob in sorted(used.items()):
            info = _info(_place(digest), blob.size)
            with blob.file.open("rb") as content:
                tar.addfile(info, content)


def _config(image: Image, blobs: list[Blob]) -> dict[str, Any]:
    started = {
        "User": image.user,
        "Env": [f"{name}={value}" for name, value in sorted(({"PATH": PATH} | dict(image.environment)).items())],
        "Entrypoint": list(image.entrypoint),
        "Cmd": list(image.command),
        "WorkingDir": image.folder,
        "Labels": {"org.opencontainers.image.title": image.purpose},
    }
    return {
        "architecture": architecture(),
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {key: value for key, value in started.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [blob.diff_id for blob in blobs]},
    }


def _manifest(config: dict[str, Any], blobs: list[Blob]) -> dict[str, Any]:
    layer = "application/vnd.oci.image.layer.v1.tar+zstd"
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [{"mediaType": layer, "digest": blob.digest, "size": blob.size} for blob in blobs],
    }


def _names(image: Image) -> dict[str, str]:
    return {"io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": image.name.rpartition(":")[2]}


def _keep(documents: dict[str, bytes], media_type: str, document: dict[str, Any]) -> dict[str, Any]:
    """Put a document among the archive's blobs, and give the descriptor that refers to it."""
    content = _json(document)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    documents[digest] = content
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _place(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _text(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content)), io.BytesIO(content))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, WHEN, 0o644
    return info

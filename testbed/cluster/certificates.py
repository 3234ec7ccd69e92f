"""The cluster's certificates, all from one authority made for this cluster, and the kubeconfig files that use them.

They live as long as the state folder: a throw-away cluster renews nothing. OpenSSL makes them, as it is on every
Debian and saves a Python dependency.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testbed.cluster.commands import output

CONTEXT = "hubstack-embedded"
"""The context's name in the kubeconfig that people use."""

_TEN_YEARS = "3650"
_NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names: a user and its group to Kubernetes, and the host names it may serve."""

    name: str
    group: str = ""
    serves: tuple[str, ...] = ()


def make_authority(folder: Path) -> None:
    """Make `ca.crt`, `ca.key` and the key that signs service accounts' tokens, unless they are there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "ca.crt").exists():
        config = _openssl_config(folder, Subject("hubstack-embedded"), "critical, CA:TRUE", "keyCertSign, cRLSign")
        half_made = folder / "ca.crt.new"
        request = ["openssl", "req", "-x509", *_NEW_KEY, "-days", _TEN_YEARS, "-config", str(config)]
        output([*request, "-keyout", str(folder / "ca.key"), "-out", str(half_made)])
        half_made.rename(folder / "ca.crt")
    if not (folder / "service-accounts.key").exists():
        half_made = folder / "service-accounts.key.new"
        # The API server reads a private key of EC's own format only, not PKCS 8.
        output(["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", str(half_made)])
        half_made.rename(folder / "service-accounts.key")


def make(folder: Path, file: str, subject: Subject) -> None:
    """Make `<file>.crt` and `<file>.key`, for a client and, where the subject serves names, a server too."""
    certificate = folder / f"{file}.crt"
    if certificate.exists():
        return
    config = _openssl_config(folder, subject, "critical, CA:FALSE", "digitalSignature")
    half_made = folder / f"{file}.crt.new"
    request = ["openssl", "req", "-x509", *_NEW_KEY, "-days", _TEN_YEARS, "-config", str(config)]
    signed_by = ["-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key")]
    output([*request, *signed_by, "-keyout", str(folder / f"{file}.key"), "-out", str(half_made)])
    half_made.rename(certificate)


def write_kubeconfig(path: Path, server: str, pki: Path, client: str) -> None:
    """Write a kubeconfig, readable by its owner only, that holds the certificates of `client` themselves."""
    user = {
        "client-certificate-data": _base64(pki / f"{client}.crt"),
        "client-key-data": _base64(pki / f"{client}.key"),
    }
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": _base64(pki / "ca.crt")}}
        ],
        "users": [{"name": CONTEXT, "user": user}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
        "current-context": CONTEXT,
    }
    half_made = path.with_name(path.name + ".new")
    half_made.touch(mode=0o600)
    half_made.write_text(yaml.safe_dump(document, sort_keys=False))
    half_made.rename(path)


def _openssl_config(folder: Path, subject: Subject, constraints: str, usage: str) -> Path:
    lines = [
        "[req]",
        "prompt = no",
        "distinguished_name = subject",
        "x509_extensions = extensions",
        "[subject]",
        *([f"O = {subject.group}"] if subject.group else []),
        f"CN = {subject.name}",
        "[extensions]",
        f"basicConstraints = {constraints}",
        f"keyUsage = {usage}",
        "subjectKeyIdentifier = hash",
    ]
    if "CA:FALSE" in constraints:
        lines += ["extendedKeyUsage = clientAuth, serverAuth", "authorityKeyIdentifier = keyid"]
    if subject.serves:
        lines.append(f"subjectAltName = {_alternative_names(subject.serves)}")
    path = folder / "openssl.cnf"
    path.write_text("\n".join(lines) + "\n")
    return path


def _alternative_names(names: Sequence[str]) -> str:
    return ", ".join(f"IP:{name}" if name.replace(".", "").isdigit() else f"DNS:{name}" for name in names)


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

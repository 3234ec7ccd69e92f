"""Names as DNS, Kubernetes, container registries and operating systems take them."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.refusal import refuse

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_LONGEST_LABEL = 63
_LONGEST_DOMAIN = 253
LONGEST_HUB_NAME = 40
"""Leaves room in Kubernetes' 63 for what is put behind a hub's name."""

_TAKEN = {"default", "local-path-storage"}
_TAKEN_PREFIXES = ("kube-", "hubstack-")


def _hub_name(name: str) -> str:
    if not re.fullmatch(_LABEL, name) or len(name) > LONGEST_HUB_NAME:
        nearest = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        raise refuse(
            f"a name of at most {LONGEST_HUB_NAME} lower-case letters, digits and hyphens that starts and ends with "
            "a letter or digit; it names the Kubernetes namespace",
            f"did you mean {nearest}?" if nearest and len(name) <= LONGEST_HUB_NAME else "",
        )
    if name in _TAKEN or name.startswith(_TAKEN_PREFIXES):
        raise refuse("a name that is no namespace of Kubernetes' or hubstack's own", f"did you mean hub-{name}?")
    return name


def _database_name(name: str) -> str:
    # It begins the names of Services as well, which are stricter than a namespace's.
    if _hub_name(name)[0].isdigit():
        raise refuse("a name that begins with a letter, as a Service's has to", f"did you mean db-{name}?")
    return name


def _domain(name: str) -> str:
    labels = name.split(".")
    fits = all(re.fullmatch(_LABEL, label) and len(label) <= _LONGEST_LABEL for label in labels)
    if fits and len(labels) > 1 and len(name) <= _LONGEST_DOMAIN and not labels[-1].isdigit():
        return name
    nearest = re.sub(r"^[a-z]+://", "", name.strip().lower()).split("/")[0].split(":")[0].rstrip(".")
    raise refuse(
        "a host name such as data8.example.edu, in lower case and without http://, port or path",
        f"did you mean {nearest}?"
        if nearest != name and re.fullmatch(rf"({_LABEL}\.)+{_LABEL}", nearest)
        else "write the whole name, down to the top level",
    )


def _provisioner(name: str) -> str:
    if len(name) <= _LONGEST_DOMAIN and re.fullmatch(r"[a-z0-9]([-a-z0-9._/]*[a-z0-9])?", name):
        return name
    raise refuse("the name of a volume provisioner, such as rancher.io/local-path")


def _object_name(name: str) -> str:
    if len(name) <= _LONGEST_DOMAIN and re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", name):
        return name
    raise refuse("the name of a Kubernetes object: lower-case letters, digits, hyphens and dots")


def _label_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    prefix_fits = not slash or (len(prefix) <= _LONGEST_DOMAIN and re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", prefix))
    if prefix_fits and len(name) <= _LONGEST_LABEL and re.fullmatch(_QUALIFIED, name):
        return key
    raise refuse("a Kubernetes label's key, such as disktype or hub.jupyter.org/node-purpose")


def _label_value(value: str) -> str:
    if not value or (len(value) <= _LONGEST_LABEL and re.fullmatch(_QUALIFIED, value)):
        return value
    raise refuse("a Kubernetes label's value: at most 63 letters, digits, hyphens, dots and underscores")


def _image_name(name: str) -> str:
    host = r"([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:[0-9]{1,5})?/)?"
    part = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
    if len(name) <= _LONGEST_DOMAIN and re.fullmatch(rf"{host}{part}(/{part})*", name):
        return name
    apart = re.fullmatch(r"([^@\s]+/[^:@/\s]+|[^:@/\s]+):([^:@/\s]+)", name)
    version = "a version" if apart and apart[2] == "latest" else apart and apart[2]
    raise refuse(
        "an image's name without its tag, such as quay.io/jupyterhub/k8s-singleuser-sample",
        f"write {apart[1]} behind name and {version} behind tag"
        if apart
        else "put the version into tag, or the digest into digest",
    )


def _image_tag(tag: str) -> str:
    if tag.lower() == "latest":
        raise refuse("a tag that always means the same image", "name a version: latest changes without notice")
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", tag, re.ASCII):
        return tag
    raise refuse("an image's tag: at most 128 letters, digits, dots, hyphens and underscores, such as 4.4.0")


def _image_digest(digest: str) -> str:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        return digest
    raise refuse("an image's digest: sha256: and 64 hex digits")


def _user_name(name: str) -> str:
    if name != name.strip() or not name:
        raise refuse("a person's name as the login gives it, without spaces round it", "take the spaces away")
    if name != name.lower():
        raise refuse("a person's name in lower case, as JupyterHub keeps it", f"did you mean {name.lower()}?")
    if re.search(r"[/\x00-\x1f]", name):
        raise refuse("a person's name as the login gives it, without slashes or line ends")
    return name


def _variable(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name, re.ASCII):
        return name
    raise refuse("an environment variable's name: letters, digits and underscores, not starting with a digit")


def _absolute(path: str) -> str:
    if not path.startswith("/") or ".." in path.split("/") or "\x00" in path or path.rstrip("/") == "":
        raise refuse("a folder's full path on the node, such as /var/lib/hubstack/homes, without .. in it")
    return path.rstrip("/")


def _mount(path: str) -> str:
    parts = path.split("/")
    if (
        path.startswith("/")
        and path != "/"
        and not {"", ".", ".."} & set(parts[1:])
        and not re.search(r"[:\s\x00]", path)
    ):
        return path
    nearest = "/" + "/".join(part for part in parts if part not in ("", "."))
    fits = ".." not in parts and nearest != "/" and not re.search(r"[:\s\x00]", path)
    raise refuse(
        "a folder's full path in the server, such as /data, without .. , spaces or a / at its end",
        f"did you mean {nearest}?" if fits and nearest != path else "",
    )


def _within(path: str) -> str:
    if not path or (not path.startswith("/") and not {"", ".", ".."} & set(path.split("/")) and "\x00" not in path):
        return path
    raise refuse(
        "a folder within the volume, such as data: a relative path without .. in it",
        f"did you mean {path.strip('/')}?" if path.strip("/") and ".." not in path.split("/") else "",
    )


def _url(url: str) -> str:
    if re.fullmatch(r"https?://[^/\s@]+(/[^\s]*)?", url):
        return url
    raise refuse("a web address that starts with https:// (or http://), without a user name in it")


def _url_path(path: str) -> str:
    if path.startswith("/") and not re.search(r"\s", path):
        return path
    raise refuse(
        "the path part of a web address, such as /lab", "" if path.startswith("/") else f"did you mean /{path}?"
    )


def _file(path: str) -> Path:
    if not path.strip() or "\x00" in path:
        raise refuse("the path of a file or folder")
    try:
        return Path(path).expanduser().absolute()
    except (RuntimeError, OSError):
        raise refuse("the path of a file or folder", "write the home folder out instead of ~") from None


def _email(address: str) -> str:
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        return address
    raise refuse("an e-mail address, such as hub@example.edu")


def _network(written: str) -> str:
    try:
        return str(ip_network(written))
    except ValueError:
        pass
    try:
        nearest = f"did you mean {ip_network(written.strip(), strict=False)}?"
    except ValueError:
        nearest = ""
    raise refuse("a network as address/length, such as 10.20.0.0/16", nearest)


def _text_to_file(given: object) -> object:
    return _file(given) if isinstance(given, str) else given


HubName = Annotated[str, AfterValidator(_hub_name), Field(json_schema_extra={"maxLength": LONGEST_HUB_NAME})]
DatabaseName = Annotated[str, AfterValidator(_database_name), Field(json_schema_extra={"maxLength": LONGEST_HUB_NAME})]
Domain = Annotated[str, AfterValidator(_domain)]
Provisioner = Annotated[str, AfterValidator(_provisioner)]
ObjectName = Annotated[str, AfterValidator(_object_name)]
LabelKey = Annotated[str, AfterValidator(_label_key)]
LabelValue = Annotated[str, AfterValidator(_label_value)]
ImageName = Annotated[str, AfterValidator(_image_name)]
ImageTag = Annotated[str, AfterValidator(_image_tag)]
ImageDigest = Annotated[
    str, AfterValidator(_image_digest), Field(json_schema_extra={"pattern": "^sha256:[0-9a-f]{64}$"})
]
UserName = Annotated[str, AfterValidator(_user_name)]
Variable = Annotated[str, AfterValidator(_variable)]
NodePath = Annotated[str, AfterValidator(_absolute), Field(json_schema_extra={"pattern": "^/."})]
MountPath = Annotated[str, AfterValidator(_mount), Field(json_schema_extra={"pattern": "^/."})]
"""Where a container sees a volume."""
SubPath = Annotated[str, AfterValidator(_within), Field(json_schema_extra={"pattern": "^([^/]|$)"})]
"""A folder within a volume; an empty text is the whole volume."""
Url = Annotated[str, AfterValidator(_url), Field(json_schema_extra={"pattern": "^https?://"})]
UrlPath = Annotated[str, AfterValidator(_url_path), Field(json_schema_extra={"pattern": "^/"})]
File = Annotated[Path, BeforeValidator(_text_to_file)]
"""A path on the machine that runs Pulumi; `~` is the home folder, a relative path starts at the project's folder."""
Email = Annotated[str, AfterValidator(_email)]
Network = Annotated[str, AfterValidator(_network)]
Text = Annotated[str, Field(min_length=1)]

"""Where a person's home lies: on the platform's file system, on a disk of its own, or nowhere."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from components.settings.names import LabelKey, LabelValue, MountPath, ObjectName, SubPath
from components.settings.quantities import Quantity, Storage
from components.settings.refusal import refuse
from components.settings.section import Section, YesOrNo

HOME = "/home/jovyan"
"""The home of the one user in Jupyter's images."""

Names = Literal["safe", "escaped", "legacy"]
FOLDERS: dict[Names, str] = {
    "safe": "{safe_username}",
    "escaped": "{escaped_username}",
    "legacy": "{legacy_escape_username}",
}
"""KubeSpawner's words for a person's folder; the last it knew up to its version 0.10, and the hub's runtime still."""

CLAIM_OF_A_SERVER = "claim-{user_server}"
"""KubeSpawner's own name for the claim of a server."""

_PLACEHOLDERS = (
    "username", "servername", "user_server", "safe_username", "safe_servername", "safe_user_server",
    "escaped_username", "escaped_servername", "escaped_user_server", "unescaped_username", "unescaped_servername",
    "userid", "hubnamespace", "namespace",
)  # fmt: skip
_OURS = ("hubstack.dev/", "hub.jupyter.org/", "app.kubernetes.io/", "helm.sh/")
_THEIRS = ("app", "chart", "component", "heritage", "release")


def _template(text: str) -> str:
    """Let KubeSpawner's words through, and no others: an unknown one would end every start."""
    unknown = [word for word in re.findall(r"\{([^{}]*)\}", text) if word not in _PLACEHOLDERS]
    if unknown or "{" in re.sub(r"\{[^{}]*\}", "", text) or "}" in re.sub(r"\{[^{}]*\}", "", text):
        raise refuse("a text in which only KubeSpawner's words stand in braces, such as {username} and {user_server}")
    if {"unescaped_username", "unescaped_servername"} & set(re.findall(r"\{([^{}]*)\}", text)):
        raise refuse(
            "a name that nobody can choose freely: unescaped names may hold slashes and dots",
            "use {username}, which KubeSpawner makes safe",
        )
    return text


def _claim_template(text: str) -> str:
    if re.fullmatch(r"[a-z0-9]([-a-z0-9.{}_]*[a-z0-9}])?", text) or text.startswith("{"):
        return text
    raise refuse("the name of a claim: lower-case letters, digits and hyphens beside KubeSpawner's words in braces")


def _not_ours(key: str) -> str:
    if key in _THEIRS or key.startswith(_OURS):
        raise refuse("a label of your own: this one is how hubstack and KubeSpawner find what is theirs")
    return key


class HomeStorage(Section):
    """Where a person's home lies. The keys after `claim` are KubeSpawner's own options, by their own names."""

    type: Literal["shared", "dynamic", "static", "none"] = Field(
        default="shared",
        description=(
            "What holds homes. shared: a folder for each person on the platform's file system, which servers on any "
            "node reach and which grows with everyone; dynamic: a disk for each server, made at its first start; "
            "static: one claim that is there already; none: nothing is kept. Homes on the file system outlive the hub, "
            "disks and claims go when it is destroyed. The default costs least for many people."
        ),
        examples=["shared"],
    )
    names: Names = Field(
        default="safe",
        description=(
            "How a person's folder is called, so that homes are found after a move. safe: KubeSpawner 7's names, which "
            "no two people share; escaped: those of KubeSpawner 1 to 6 (ada-40example-2eedu); legacy: those before, "
            "where every other character is a hyphen, so that two people's names can be alike: the second is refused "
            "at the start of a server."
        ),
        examples=["escaped"],
    )
    home: MountPath = Field(
        default=HOME,
        description="Where a server sees the home; the default is that of Jupyter's images.",
        examples=[HOME],
    )
    working_dir: MountPath | None = Field(
        default=None,
        description="Folder that a server starts in. Default: the image's own.",
        examples=[HOME],
    )
    sub_path: Annotated[SubPath, AfterValidator(_template)] | None = Field(
        default=None,
        description=(
            "Folder of the claim that is the home, with static and dynamic. Default: with static a folder for each "
            "person, called as names says, and with dynamic the whole claim. An empty text is the whole claim, which "
            "with static everyone shares."
        ),
        examples=["homes/{username}"],
    )
    claim: ObjectName | None = Field(
        default=None,
        description=(
            "The claim in the hub's namespace that holds everyone's homes, with static; no default. It goes when "
            "the hub is destroyed, as all in the namespace does; its volume need not."
        ),
        examples=["course-homes"],
    )
    pvc_name_template: Annotated[str, AfterValidator(_template), AfterValidator(_claim_template)] | None = Field(
        default=None,
        description=f"How claims are called that KubeSpawner makes. Default: {CLAIM_OF_A_SERVER}.",
        examples=["claim-{username}--{servername}"],
    )
    storage_class: ObjectName | None = Field(
        default=None,
        description=(
            "Class of the claims that KubeSpawner makes: block or fast for the platform's own disks, or the name of "
            "another that the cluster has. Default: block."
        ),
        examples=["fast"],
    )
    storage_capacity: Storage | None = Field(
        default=None,
        description="Size of each claim that KubeSpawner makes. Default: 10Gi.",
        examples=["10Gi"],
    )
    storage_pvc_ensure: YesOrNo | None = Field(
        default=None,
        description=(
            "Whether KubeSpawner makes a claim before a server starts. Default: true with dynamic, else false; with "
            "none it makes claims for volumes of your own."
        ),
        examples=[True],
    )
    extra_labels: dict[Annotated[LabelKey, AfterValidator(_not_ours)], LabelValue] = Field(
        default={},
        description="Labels of the claims that KubeSpawner makes, beside the platform's own. Default: none.",
        examples=[{"course": "data8"}],
    )
    delete_pvc: YesOrNo | None = Field(
        default=None,
        description=(
            "Whether a claim that KubeSpawner made is deleted with its person or named server. Default: false, so that "
            "nobody's work goes with a name: the claim stays until you delete it."
        ),
        examples=[False],
    )
    volumes: tuple[dict[str, JsonValue], ...] = Field(
        default=(),
        description="More volumes of each server, as Kubernetes writes them. Default: none.",
        examples=[[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]],
    )
    volume_mounts: tuple[dict[str, JsonValue], ...] = Field(
        default=(),
        description="Where the notebook sees those volumes, as Kubernetes writes it. Default: nowhere.",
        examples=[[{"name": "data", "mountPath": "/data", "readOnly": True}]],
    )
    moved_from: str | None = Field(
        default=None,
        description=(
            "Where homes lay before, in the words of the message that refuses a change of place: says that they have "
            "been moved, and that the change is meant. Default: none, so that nobody finds an empty home by mistake."
        ),
        examples=["shared/{safe_username}"],
    )

    @property
    def makes_claims(self) -> bool:
        """Whether KubeSpawner makes a claim for each server."""
        return self.type == "dynamic" if self.storage_pvc_ensure is None else self.storage_pvc_ensure

    @property
    def capacity(self) -> Quantity:
        """The size of each claim that KubeSpawner makes."""
        return self.storage_capacity or Quantity("10Gi")

    @property
    def folder(self) -> str | None:
        """The folder of the volume that is a person's home, in KubeSpawner's words; None where it is all of it."""
        if self.type == "shared":
            return FOLDERS[self.names]
        if self.type == "static" and self.sub_path is None:
            return FOLDERS[self.names]
        return self.sub_path or None

    @property
    def place(self) -> str:
        """Where homes lie, in a few words: with another place they would be empty."""
        match self.type:
            case "none":
                return "none"
            case "shared":
                where = "shared"
            case "static":
                where = f"static {self.claim}"
            case "dynamic":
                where = f"dynamic {self.pvc_name_template or CLAIM_OF_A_SERVER}"
        return f"{where}/{self.folder}" if self.folder else where

"""Where in a cloud a stack is, as its provider was told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One account of one cloud."""

    cloud: str
    """`gcp`, `aws` or `azure-native`, as Pulumi calls its provider."""

    project: str = ""
    region: str = ""
    subscription: str = ""

    def __str__(self) -> str:
        match self.cloud:
            case "gcp":
                return f"Google Cloud project {self.project}"
            case "aws":
                return f"AWS in {self.region}"
            case _:
                return f"Azure subscription {self.subscription or 'that az has selected'}"

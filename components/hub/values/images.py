"""Which image users' servers run."""

from collections.abc import Sequence

from components.hub.values.tree import Values
from components.settings.workload import Image


def values(image: Image, pull_secrets: Sequence[str]) -> Values:
    """Give every server this image; `pull_secrets` serve the hub's own images too."""
    return {
        "imagePullSecrets": list(pull_secrets),
        "singleuser": {"image": {**_reference(image), "pullPolicy": image.pull_policy}},
    }


def _reference(image: Image) -> dict[str, str]:
    # The chart joins name and tag with a colon, so a digest's own colon has to be that one.
    if image.digest is None:
        return {"name": image.name, "tag": str(image.version)}
    algorithm, digits = image.digest.split(":")
    tagged = f"{image.name}:{image.version}" if image.version else image.name
    return {"name": f"{tagged}@{algorithm}", "tag": digits}

"""What runs is what was tested: images and charts of one stated version."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from policies import pods
from policies.model import Finding, Policy, Resource, Stack, at, entries, is_hub, place, section

_ONE_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.+-]+)?")
_MOVING = ("latest", "stable", "edge", "nightly", "main", "master", "dev")


def _moving_images(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for image in sorted(set(_images(resource))):
        if not _is_pinned(image):
            yield Finding(
                f"{resource.name} runs {image}, which may be another image tomorrow",
                place(resource, "image", "components/versions.py"),
                "A node that comes up during a lecture would run something that nobody has tried.",
                "name a version as the tag, or a digest (`name@sha256:…`)",
            )


def _images(resource: Resource) -> Iterator[str]:
    for container in pods.containers(pods.pod(resource)):
        if isinstance(container.get("image"), str):
            yield str(container["image"])
    if isinstance(resource.at("spec.imageName"), str):
        yield str(resource.at("spec.imageName"))
    if is_hub(resource):
        yield from _in_values(resource.at("values"))


def _in_values(values: Any) -> Iterator[str]:
    """Give the images that values name, as a text or as a name and a tag; what they leave out, the chart pins."""
    if isinstance(values, list):
        for item in entries(values):
            yield from _in_values(item)
    for key, value in section(values).items():
        name, tag = at(value, "name"), at(value, "tag")
        if key != "image":
            yield from _in_values(value)
        elif isinstance(value, str) and value:
            yield value
        elif isinstance(name, str) and isinstance(tag, str):
            yield f"{name}:{tag}"


def _is_pinned(image: str) -> bool:
    if re.search(r"@sha256:[0-9a-f]{64}$", image):
        return True
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return bool(colon and tag) and tag not in _MOVING and "{" not in tag


def _moving_charts(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    chart, version = str(resource.at("chart")), resource.at("version")
    is_file = chart.startswith(("/", ".")) or chart.endswith((".tgz", ".tar.gz"))
    if not is_file and not (isinstance(version, str) and _ONE_VERSION.fullmatch(version)):
        yield Finding(
            f"release {resource.name} takes whichever version of {chart} there is that day",
            f"hubstack:{'chart' if is_hub(resource) else 'operator_chart'}.version",
            "An `up` that changes one number would bring another JupyterHub along.",
            "name one version, such as 4.4.0; the default is the one that is tested",
        )


def _names_images(resource: Resource) -> bool:
    return pods.makes_pods(resource) or is_hub(resource) or resource.is_a("kubernetes:postgresql.cnpg.io/*:Cluster")


POLICIES = (
    Policy("pinned-images", "Every image has a version that does not move.", _names_images, _moving_images),
    Policy(
        "pinned-charts",
        "Every chart has one version.",
        lambda resource: resource.is_a("kubernetes:helm.sh/v3:Release"),
        _moving_charts,
    ),
)

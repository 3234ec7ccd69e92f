"""How fast each cloud could be at best."""

import json
from dataclasses import dataclass
from pathlib import Path

MOST_UP, MOST_DOWN = 1.05, 1.10
"""How far above its bound an `up` and a `destroy` may be."""

NAMES = ("gke", "eks", "aks")


@dataclass(frozen=True)
class Bound:
    """Simulated seconds of an `up` and of a `destroy`."""

    up: float
    down: float


def bound(name: str) -> Bound:
    """Give the bound of a cloud, by the name of its Kubernetes."""
    content = json.loads((Path(__file__).parent / "bounds.json").read_text())[name]
    return Bound(float(content["up"]), float(content["down"]))

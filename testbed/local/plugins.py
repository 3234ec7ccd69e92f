"""Pulumi's provider plugins: the real ones where they can be had, else the testbed's stand-ins."""

import os
from pathlib import Path

from components import versions
from testbed import cache, tools
from testbed.local import downloads, engine, probes
from testbed.local.ways import Got, Part, Way
from testbed.steps import StepError, run, step

STAND_IN = "the testbed's stand-in"
GIVEN_KUBERNETES = "HUBSTACK_KUBERNETES_PLUGIN"
VERSIONS = {"kubernetes": versions.PULUMI_KUBERNETES, "random": versions.PULUMI_RANDOM}


def parts() -> tuple[Part, ...]:
    """Give the ways to have each plugin."""
    given = Way(f"given by {GIVEN_KUBERNETES}", _lacks_given, _given)
    return (
        Part(
            "the Kubernetes plugin", "it makes objects and Helm releases", (given, *_official_or_stand_in("kubernetes"))
        ),
        Part("the random plugin", "it makes tokens and passwords once", _official_or_stand_in("random")),
    )


def url(name: str) -> str:
    """Give where a plugin is published."""
    version = VERSIONS[name]
    file = f"pulumi-resource-{name}-v{version}-linux-{downloads.machine()}.tar.gz"
    return f"https://github.com/pulumi/pulumi-{name}/releases/download/v{version}/{file}"


def pulumi_home() -> Path:
    """Give the engine's own folder, where it keeps the plugins that it downloads."""
    return cache.root() / "pulumi-home"


def _official_or_stand_in(name: str) -> tuple[Way, Way]:
    return (
        Way(f"official {VERSIONS[name]}", lambda: _lacks_official(name), lambda: _official(name)),
        Way(STAND_IN, tools.lacks_go, lambda: _stand_in(name), stands_in=True),
    )


def _lacks_given() -> str:
    path = os.environ.get(GIVEN_KUBERNETES)
    if not path:
        return "it is not set"
    if not os.access(path, os.X_OK) or not Path(path).is_file():
        raise StepError(
            f"{GIVEN_KUBERNETES} is {path}, which is no executable file: set it to the plugin, or unset it."
        )
    return ""


def _given() -> Got:
    path = Path(os.environ[GIVEN_KUBERNETES]).absolute()
    return Got({"pulumi-resource-kubernetes": path})


def _installed(name: str) -> Path:
    return pulumi_home() / "plugins" / f"resource-{name}-v{VERSIONS[name]}"


def _lacks_official(name: str) -> str:
    if _installed(name).is_dir() or probes.reachable(url(name)):
        return ""
    return "github.com's releases cannot be reached"


def _official(name: str) -> Got:
    """Let the engine, which knows how to fetch and check its plugins, do so where it has not yet."""
    if not _installed(name).is_dir():
        pulumi = engine.part().choose().needed().get().programs["pulumi"]
        words = [pulumi, "plugin", "install", "resource", name, VERSIONS[name]]
        with step(f"Installing the official {name} plugin", VERSIONS[name]):
            log = cache.root() / "logs" / "plugins.log"
            sentence = f"Pulumi could not install its {name} plugin; run this again."
            run(words, log=log, sentence=sentence, env={"PULUMI_HOME": str(pulumi_home())})
    return Got()


def _stand_in(name: str) -> Got:
    program = f"pulumi-resource-{name}"
    return Got({program: tools.tool("plugins") / program})

"""The environment to run `pulumi` with, as `. ./activate` gives it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.local import environment, plugins
from testbed.local.places import Places
from testbed.local.ways import Got

if TYPE_CHECKING:
    from testbed.cluster import Cluster


def activate(folder: Path, programs: Iterable[Got], cluster: "Cluster") -> dict[str, str]:
    """Give the environment of a checkout whose state lies in `folder`, with an empty state backend, for a cluster."""
    places = Places(folder / ".hubstack")
    places.state.mkdir(parents=True)
    environment.passphrase_file(places.passphrase)
    environment.link_programs(places, programs)
    home = places.root / "pulumi-home"  # selecting a stack in a test is not to change what a person has selected
    home.mkdir()
    (home / "plugins").symlink_to(plugins.pulumi_home() / "plugins")
    reached = Got(variables={"HUBSTACK_KUBECONFIG": str(cluster.kubeconfig), "HUBSTACK_CONTEXT": cluster.context})
    settings = environment.variables(places, [*programs, reached])
    return environment.whole(places, {**settings, "PULUMI_HOME": str(home)})

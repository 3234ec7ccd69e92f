"""The embedded cluster as its users see it: `up`, `down`, `status`, and a way onto the node."""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from components.versions import BUSYBOX_IMAGE, PAUSE_IMAGE
from testbed import debian
from testbed.cluster import control_plane, host_network, image_store, leftovers, node_parts
from testbed.cluster.certificates import CONTEXT
from testbed.cluster.commands import ENVIRONMENT, PYTHON, output
from testbed.cluster.health import ComponentStatus, look
from testbed.cluster.launch import launch
from testbed.cluster.plan import Additions, Images, Programs, plan_control_plane, plan_node, programs
from testbed.cluster.prerequisites import DEBIAN_PACKAGES, can_run, default_route_mtu
from testbed.cluster.state import Settings, State, load_settings, locked, save_settings, supervisor
from testbed.steps import StepError, step

_SETTLING = 30
"""Seconds that a running cluster whose component was just started again gets to be well."""


class Cluster:
    """One embedded cluster, known by its state folder.

    With `control_plane_only` it is etcd, the API server and the controllers alone, on free loopback ports: enough for
    objects, though no pod ever runs, and it needs neither root nor namespaces; `additions` make it the control plane
    of a cloud. `helper_image` is an image with a shell, among those given to `up`, in which the provisioner of volumes
    makes and removes their folders.
    """

    context = CONTEXT

    def __init__(
        self,
        state: Path,
        *,
        control_plane_only: bool = False,
        additions: Additions | None = None,
        helper_image: str = BUSYBOX_IMAGE,
    ) -> None:
        self.state = State(state.expanduser().absolute())
        self.control_plane_only = control_plane_only
        self.additions = additions or Additions()
        self.helper_image = helper_image

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig; there after `up`."""
        return self.state.kubeconfig

    def up(self, images: Sequence[Path] = ()) -> None:
        """Start the cluster, or find that it runs already, and bring in the images of archives.

        Raises StepError, with nothing left running, where it does not come up.
        """
        reason = None if self.control_plane_only else can_run()
        if reason:
            raise StepError(reason)
        image_store.require(images)
        with locked(self.state.folder):
            if supervisor(self.state):
                self._wait_until_well()
            else:
                self._start(images)
            self.load_images(images)

    def down(self) -> None:
        """End everything of the cluster and remove its files; a cluster that is not there is fine.

        Raises StepError that names what is left, should anything be.
        """
        with locked(self.state.folder):
            self._end()
            mounts = leftovers.mounts_below(self.state.folder)
            if mounts:
                raise StepError(f"Something is mounted at {mounts[0]}; unmount it, and take the cluster down again.")
            leftovers.remove_files(self.state)
            left = leftovers.find_all(self.state, control_plane_only=self.control_plane_only)
        if left:
            raise StepError(f"The cluster left behind: {'; '.join(left)}.")

    def status(self) -> list[ComponentStatus]:
        """Ask each component how it fares now; empty where the cluster is down."""
        settings = load_settings(self.state)
        if settings is None or not supervisor(self.state):
            return []
        if settings.control_plane_only:
            return look(self.state, settings)
        said = self.node_exec([*PYTHON, "testbed.cluster.health", str(self.state.folder)])
        return [ComponentStatus(**entry) for entry in json.loads(said)]

    def node_exec(self, command: Sequence[str], given: str | None = None) -> str:
        """Run a command on the node, with `given` on its standard input, and give what it printed.

        Raises StepError where the cluster is down or the command fails.
        """
        process = supervisor(self.state)
        if process is None:
            raise StepError(f"No cluster runs from {self.state.folder}; bring it up first.")
        enter = ["nsenter", f"--target={process.pid}", "--net", "--mount", "--pid", "--uts", "--"]
        environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return output([*enter, "env", "-i", *environment, *command], given)

    def load_images(self, archives: Sequence[Path]) -> None:
        """Bring in the images of archives (OCI layouts or `docker save`, as tar) that are not there yet."""
        waiting = image_store.waiting(self.state, archives)
        if not waiting or self.control_plane_only:
            return
        with step(f"Bringing in {len(waiting)} image archives", "the cluster has no registry to pull from"):
            image_store.load(self.state, waiting, self.node_exec)

    def _start(self, images: Sequence[Path]) -> None:
        self.state.logs.mkdir(exist_ok=True)
        if not self.control_plane_only:
            log = self.state.logs / "packages.log"
            debian.install(debian.missing(DEBIAN_PACKAGES), "containers and their network need them", log)
        self._end()
        built = programs(control_plane_only=self.control_plane_only)
        start = self._start_control_plane if self.control_plane_only else partial(self._start_node, images)
        try:
            with step("Starting Kubernetes", "a cluster of its own, on this machine") as current:
                times = start(built)
                current.done(", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()))
        except BaseException:
            self._end()
            raise

    def _start_control_plane(self, built: Programs) -> dict[str, float]:
        settings = plan_control_plane(built, self.additions)
        self._write(settings)
        return launch(self.state, settings, connect=lambda _: None, well=lambda _: None)

    def _start_node(self, images: Sequence[Path], built: Programs) -> dict[str, float]:
        # Should the start fail, the node ends, and with it what this thread waits for.
        importing = threading.Thread(target=self._load_early, args=(images,), name="images", daemon=True)

        def well(component: str) -> None:
            if component == "containerd":
                importing.start()

        with host_network.choosing_addresses():
            settings = plan_node(self.state, built, Images(PAUSE_IMAGE, self.helper_image))
            self._write(settings)
            node_parts.write_config(self.state, settings)
            host_network.claim(self.state, settings.addresses, settings.mtu)
        way_out = default_route_mtu() is not None
        connect = partial(host_network.connect, self.state, settings.addresses, way_out=way_out)
        times = launch(self.state, settings, connect=connect, well=well)
        importing.join()
        return times

    def _load_early(self, archives: Sequence[Path]) -> None:
        """Bring images in while the rest is starting; what fails here is tried, and told of, once all runs."""
        with suppress(StepError):
            image_store.load(self.state, image_store.waiting(self.state, archives), self.node_exec)

    def _write(self, settings: Settings) -> None:
        self.state.var.mkdir(exist_ok=True)
        save_settings(self.state, settings)
        control_plane.write_identities(self.state, settings)
        control_plane.write_egress(self.state, settings)

    def _end(self) -> None:
        """End the cluster's processes and take away what it has on the host but its files."""
        process = supervisor(self.state)
        if process and not process.kill():
            raise StepError(f"The cluster's supervisor, process {process.pid}, does not end; restart this machine.")
        leftovers.end_processes(self.state)
        if not self.control_plane_only:
            host_network.disconnect(self.state)
            leftovers.remove_cgroups(self.state)

    def _wait_until_well(self) -> None:
        deadline = time.monotonic() + _SETTLING
        while unwell := [status for status in self.status() if status.trouble]:
            if time.monotonic() > deadline:
                first = unwell[0]
                raise StepError(
                    f"The cluster runs but {first.name} is not well: {first.trouble}; "
                    f"look at {self.state.logs}/{first.name}.log, or take the cluster down and bring it up again."
                )
            time.sleep(0.5)

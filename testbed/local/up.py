"""`make up`: look, choose, say what will be done, then do it, going on from wherever an earlier run stopped."""

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
from rich.markup import escape

from testbed import cache, steps, tools
from testbed.local import chart, clusters, engine, environment, operator_chart, plugins, probes
from testbed.local.places import Places
from testbed.local.stack import Stack, has_databases
from testbed.local.ways import Choice, Got
from testbed.steps import StepError, console, step

GB = 1e9
COLD_GB = 14
"""What a build of everything leaves in the cache, at most."""
WARM_GB = 3
"""What a cluster with a few servers writes."""
SECONDS_TO_ANSWER = 120


@dataclass(frozen=True)
class Plan:
    """The way chosen for each part."""

    engine: Choice
    plugins: tuple[Choice, ...]
    cluster: Choice
    chart: Choice
    operator_chart: Choice | None = None
    """Of the operator of databases, where the stack file has any."""

    @property
    def all(self) -> tuple[Choice, ...]:
        """Give all choices in the order in which they are told."""
        return (self.engine, *self.plugins, self.cluster, *self.charts)

    @property
    def programs(self) -> tuple[Choice, ...]:
        """Give the choices that do not need the cluster."""
        return (self.engine, *self.plugins, *self.charts)

    @property
    def charts(self) -> tuple[Choice, ...]:
        """Give the choices of what is released in the cluster."""
        return (self.chart, self.operator_chart) if self.operator_chart else (self.chart,)

    @property
    def builds(self) -> tuple[str, ...]:
        """Give the Go modules to build for these choices, the cluster's first, as it takes a while to start."""
        ways = [choice.way.name for choice in self.all if choice.way]
        names = clusters.PROGRAMS if clusters.EMBEDDED in ways else ()
        if engine.FROM_SOURCE in ways:
            names += ("pulumi", "language-python")
        return (*names, "plugins") if plugins.STAND_IN in ways else names


def look(places: Places) -> Plan:
    """Choose a way for each part; raise StepError where what a person asked for cannot be."""
    with step("Looking at what is here and what can be reached"):
        charts = (chart.INDEX, operator_chart.INDEX)
        probes.look_at([engine.ARCHIVE, *charts, *(plugins.url(name) for name in plugins.VERSIONS)])
        return Plan(
            engine.part().choose(),
            tuple(part.choose() for part in plugins.parts()),
            clusters.part(places).choose(),
            chart.part().choose(),
            operator_chart.part().choose() if has_databases() else None,
        )


def up(places: Places) -> None:
    """Bring the platform up and say where it is."""
    plan = look(places)
    check(plan, places)
    tell(plan)
    places.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    stack = provide(plan, places)
    stack.recover()  # first, as a state that a killed engine left half-written cannot even be selected
    stack.make()
    with_title("pulumi up -s local")
    try:
        stack.up()
    except StepError:
        stack.why()
        raise
    outputs = stack.outputs()
    wait_for_hubs(outputs)
    farewell(outputs)


def check(plan: Plan, places: Places) -> None:
    """Raise StepError where a part cannot be had or the disk would be full before the end."""
    for choice in plan.all:
        choice.needed()
    check_disk(plan, places)


def tell(plan: Plan) -> None:
    """Say which way each part is had, and why root is needed where it is."""
    for choice in plan.all:
        over = f" [dim]({escape(choice.why_not)})[/dim]" if choice.passed_over else ""
        console.print(f"  {choice.part.name}, as {choice.part.why}: [bold]{escape(choice.needed().name)}[/bold]{over}")
    if plan.cluster.needed().name == clusters.EMBEDDED:
        console.print(
            "  Root is used for the cluster: its node has network interfaces, mounts and namespaces of its own. "
            f"{_debian(clusters.missing_packages())} Nothing else needs it."
        )


def _debian(packages: list[str]) -> str:
    if not packages:
        return "The Debian packages it runs on are there."
    return f"These Debian packages are installed, as it runs on them: {', '.join(packages)}."


def provide(plan: Plan, places: Places) -> Stack:
    """Have every part: programs are built in a thread while images and the cluster are made in this one."""
    with ThreadPoolExecutor(1) as pool:
        programs = pool.submit(_programs, plan)
        try:
            cluster = plan.cluster.needed().get()
            got = [*programs.result(), cluster]
        except BaseException:
            steps.stop_children()
            raise
    return activate(places, got)


def activate(places: Places, got: Sequence[Got]) -> Stack:
    """Write the environment of plain `pulumi` commands."""
    environment.link_programs(places, got)
    settings = environment.variables(places, got)
    environment.write(places, settings)
    return Stack(places, settings)


def _programs(plan: Plan) -> list[Got]:
    for name in plan.builds:
        tools.tool(name)
    return [choice.needed().get() for choice in plan.programs]


def check_disk(plan: Plan, places: Places) -> None:
    """Raise StepError where the disk would be full before the end."""
    missing = [name for name in plan.builds if not tools.built(name)]
    for folder, gigabytes in ((cache.root(), COLD_GB if missing else WARM_GB), (places.root, WARM_GB)):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free / GB
        if free < gigabytes:
            hint = (
                "free some, or name a folder on another disk with HUBSTACK_CACHE"
                if folder == cache.root()
                else "free some"
            )
            raise StepError(f"{there} has {free:.1f} GB of free disk, and about {gigabytes} GB are needed: {hint}.")


def with_title(title: str) -> None:
    """Print a title above another program's output."""
    console.print(f"\n[bold]{escape(title)}[/bold]")


def wait_for_hubs(outputs: dict[str, Any]) -> None:
    """Wait until each hub answers at its address, as a browser would ask."""
    for name, hub in outputs.get("hubs", {}).items():
        with step(f"Waiting for {name} to answer", hub["url"]):
            if not answers_within(hub["url"], SECONDS_TO_ANSWER):
                raise StepError(
                    f"{name} is up but {hub['url']} does not answer: look at its pods with "
                    f"`kubectl -n {hub['namespace']} get pods` in `make shell`, then run this again."
                )


def answers_within(url: str, seconds: float, look: Callable[[str], bool] | None = None) -> bool:
    """Ask until the address answers; the time between two looks is how often a person would press reload."""
    look = look or _answers
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look(url):
            return True
        time.sleep(1)
    return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url.rstrip('/')}/hub/health", timeout=5, follow_redirects=True, verify=False).is_success  # noqa: S501 - a local hub's certificate is its own
    except httpx.HTTPError:
        return False


def farewell(outputs: dict[str, Any]) -> None:
    """Say where to go and how to come in; a password goes to the terminal and nowhere else."""
    console.print()
    for name, hub in outputs.get("hubs", {}).items():
        console.print(f"[bold green]{name}[/bold green]  [bold]{hub['url']}[/bold]")
        console.print(f"  {escape(str(hub.get('login', '')))}")
        if name in outputs.get("passwords", {}):
            console.print(f"  password: [bold]{escape(outputs['passwords'][name])}[/bold]")
    console.print(
        "\n[dim]`. ./activate` or `make shell` lets plain `pulumi preview|up|destroy -s local` work; "
        "`make down` takes all of it away.[/dim]"
    )

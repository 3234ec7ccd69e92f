"""The figures, for people and for machines."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from testbed import results
from testbed.bench.bounds import MOST_DOWN, MOST_UP, NAMES, bound
from testbed.bench.cold import Cold
from testbed.bench.hubs import Growth
from testbed.bench.starts import StartFigures, Starts
from testbed.local.places import CHECKOUT

FILE = CHECKOUT / "build" / "bench.json"
MOST_SECONDS_PER_HUB = 0.15
MOST_EXPONENT = 1.0
MOST_COLD_SECONDS = 6.0
MOST_FIRST_START = 1.25
MOST_START_AFTER = 1.15


@dataclass(frozen=True)
class CloudFigures:
    """Simulated seconds of one cloud, and how much faster than life its clock ran."""

    name: str
    up: float
    down: float
    staged: float
    speed: float

    @property
    def up_ratio(self) -> float:
        """Of the `up`, over its bound."""
        return self.up / bound(self.name).up

    @property
    def down_ratio(self) -> float:
        """Of the `destroy`, over its bound."""
        return self.down / bound(self.name).down

    @property
    def staged_ratio(self) -> float:
        """Of the same resources in stages, over the bound of the `up`."""
        return self.staged / bound(self.name).up


@dataclass
class Figures:
    """What was measured so far."""

    clouds: dict[str, CloudFigures] = field(default_factory=dict[str, CloudFigures])
    hubs: Growth | None = None
    cold: Cold | None = None
    starts: StartFigures | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the figures by the keys that others read."""
        found: dict[str, Any] = {
            name: {key: round(getattr(each, key), 3) for key in ("up_ratio", "down_ratio", "staged_ratio")}
            for name, each in self.clouds.items()
        }
        if self.hubs:
            found["hubs"] = {
                "preview_seconds_per_hub": round(self.hubs.preview_seconds_per_hub, 3),
                "growth_exponent": round(self.hubs.growth_exponent, 2),
                "growth_exponent_unsaved": round(self.hubs.growth_exponent_unsaved, 2),
            }
        if self.cold:
            found["cold_preview_seconds"] = round(self.cold.seconds, 2)
        if self.starts:
            found["starts"] = {
                "first_ratio": round(self.starts.first.ratio, 3),
                "after_ratio": round(self.starts.after.ratio, 3),
            }
        return found

    def write(self, file: Path = FILE) -> None:
        """Write the figures; those of an earlier run stay where this one took none."""
        results.add(file, self.as_json())

    def missed(self) -> list[str]:
        """Name what is worse than it may be."""
        found: list[str] = []
        for each in self.clouds.values():
            found += _above(f"{each.name} up", each.up_ratio, MOST_UP)
            found += _above(f"{each.name} down", each.down_ratio, MOST_DOWN)
        if self.hubs:
            found += _above("seconds a hub", self.hubs.preview_seconds_per_hub, MOST_SECONDS_PER_HUB)
            found += _above("growth", self.hubs.growth_exponent, MOST_EXPONENT)
        if self.cold:
            found += _above("cold preview", self.cold.seconds, MOST_COLD_SECONDS)
        if self.starts:
            found += _above("first start", self.starts.first.ratio, MOST_FIRST_START)
            found += _above("later start", self.starts.after.ratio, MOST_START_AFTER)
        return found

    def show(self, console: Console) -> None:
        """Print them."""
        if self.clouds:
            console.print(self._clouds())
        if self.hubs:
            console.print(_hubs(self.hubs))
        if self.cold:
            console.print(_cold(self.cold))
        if self.starts:
            console.print(_starts("The first start of each person's server", self.starts.first, MOST_FIRST_START))
            console.print(_starts("The second", self.starts.after, MOST_START_AFTER))
        for sentence in self.missed():
            console.print(f"[red]✗[/red] {sentence}")

    def _clouds(self) -> Table:
        table = Table("", title="Simulated time, the engine's own included, nothing subtracted", title_justify="left")
        for heading in ("up", "bound", "ratio", "down", "bound", "ratio", "in stages", "ratio", "clock"):
            table.add_column(heading, justify="right")
        for name in NAMES:
            if name in self.clouds:
                table.add_row(*_row(self.clouds[name]))
        return table


def _row(each: CloudFigures) -> list[str]:
    limits = bound(each.name)
    up = [f"{each.up:.0f} s", f"{limits.up:.0f} s", _ratio(each.up_ratio, MOST_UP)]
    down = [f"{each.down:.0f} s", f"{limits.down:.0f} s", _ratio(each.down_ratio, MOST_DOWN)]
    return [each.name, *up, *down, f"{each.staged:.0f} s", f"{each.staged_ratio:.2f}", f"{each.speed:g} times"]


def _hubs(growth: Growth) -> Table:
    table = Table("hubs", title="Real time, on an API server without nodes", title_justify="left")
    for heading in ("preview", "up", "up, state saved once", "preview, nothing changed"):
        table.add_column(heading, justify="right")
    for each in growth.took:
        table.add_row(str(each.hubs), *(f"{s:.1f} s" for s in (each.preview, each.up, each.up_unsaved, each.again)))
    table.caption = (
        f"one more hub: preview {growth.preview_seconds_per_hub:.3f} s, up {growth.up_seconds_per_hub:.2f} s; "
        f"steepest growth: power {growth.growth_exponent:.2f}, "
        f"without the engine's saving {growth.growth_exponent_unsaved:.2f}"
    )
    return table


def _cold(cold: Cold) -> Table:
    table = Table("", "seconds", title="A cold preview of course-fall, real time", title_justify="left")
    table.add_row("all", f"{cold.seconds:.1f}")
    table.add_row("of it the stand-ins' own (their processes' time on a core)", f"{cold.stand_ins:.1f}")
    return table


def _starts(title: str, starts: Starts, most: float) -> Table:
    table = Table("", title=title, title_justify="left")
    for heading in ("KubeSpawner as it is", "with folders and a database"):
        table.add_column(heading, justify="right")
    for name, (stock, whole) in starts.means().items():
        table.add_row(f"{name}, mean", f"{stock:.1f} s", f"{whole:.1f} s")
    table.add_row("median of all", *(f"{seconds:.1f} s" for seconds in starts.medians))
    table.add_row("ratio", "", _ratio(starts.ratio, most))
    return table


def _ratio(found: float, most: float) -> str:
    return f"[{'green' if found <= most else 'red'}]{found:.3f}[/]"


def _above(what: str, found: float, most: float) -> list[str]:
    return [f"{what}: {found:.3f}, and at most {most:g} is wanted"] if found > most else []

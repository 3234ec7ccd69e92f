"""Where a checkout keeps what belongs to it: nothing of it outside `.hubstack` but the link `.venv`."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Places:
    """The files of one checkout's platform."""

    root: Path = CHECKOUT / ".hubstack"

    @property
    def bin(self) -> Path:
        """Links to the programs that serve this checkout, first on PATH in the activated environment."""
        return self.root / "bin"

    @property
    def env(self) -> Path:
        """What `. ./activate` sets."""
        return self.root / "env"

    @property
    def cluster(self) -> Path:
        """The state of the cluster that `make up` made."""
        return self.root / "cluster"

    @property
    def made(self) -> Path:
        """Which cluster `make up` uses, and whether it made it."""
        return self.root / "cluster.json"

    @property
    def state(self) -> Path:
        """Pulumi's file state backend."""
        return self.root / "state"

    @property
    def passphrase(self) -> Path:
        """The passphrase of the stack's secrets."""
        return self.root / "passphrase"

    @property
    def salt(self) -> Path:
        """The line of the stack file that belongs to this checkout's passphrase."""
        return self.root / "encryptionsalt"

    @property
    def at_work(self) -> Path:
        """There while the engine is at work, and after one that was killed at it."""
        return self.root / "at-work"

    @property
    def logs(self) -> Path:
        """The whole output of every step."""
        return self.root / "logs"

"""`make down`: take away what the program made, the cluster that `make up` made, and this checkout's state."""

import shutil
from pathlib import Path

from rich.markup import escape

from testbed.local import clusters, environment
from testbed.local.places import CHECKOUT, Places
from testbed.local.stack import Stack, drop_salt
from testbed.steps import StepError, console, step


def down(places: Places) -> None:
    """Leave nothing but caches. Twice does no harm, nor after a `make up` that was interrupted."""
    used = clusters.read(places)
    stack = Stack(places, environment.read(places))
    if stack.exists():
        _destroy(stack, used)
    if used:
        clusters.remove(places, used)
    drop_salt()
    with step("Removing this checkout's state", str(places.root)):
        shutil.rmtree(places.root)
    (CHECKOUT / ".venv").unlink(missing_ok=True)
    console.print("Nothing of this checkout is left but the cache; `make clean` removes that.")


def _destroy(stack: Stack, used: clusters.Used | None) -> None:
    """Let Pulumi take down what it made; a cluster that is gone has taken all that with it."""
    gone = "it was never there" if used is None else clusters.answers(Path(used.kubeconfig), used.context)
    if not gone and not stack.places.passphrase.is_file():
        gone = f"The passphrase {stack.places.passphrase} is missing, and Pulumi cannot read its state without."
    if not gone:
        stack.recover()
        console.print("\n[bold]pulumi destroy -s local[/bold]")
        stack.destroy()
        stack.remove()
    elif used and used.way == clusters.GIVEN:
        raise StepError(
            f"{gone} What hubstack made in the cluster cannot be taken away until that is mended. "
            f"If it is gone for good, remove {stack.places.root}, which forgets it."
        )
    else:
        console.print(f"The cluster goes, or is gone, with all that was made in it. [dim]({escape(gone)})[/dim]")

"""What a stack waits for: `python -m ops.why -s STACK`, while an `up` takes long or after it has failed.

Helm only says "context deadline exceeded"; the pods and the events about them say which image, node or volume it was.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ops.recovery.clusters import Clusters
from ops.recovery.engine import engine_in
from ops.recovery.errors import RecoverError
from ops.recovery.state import read
from ops.waiting.look import look
from ops.waiting.reasons import reasons

console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def why(
    *,
    stack: Annotated[str, typer.Option("-s", "--stack", help="The stack; the selected one by default.")] = "",
    kubeconfig: Annotated[str, typer.Option(help="A file to use in place of the kubeconfig in the state.")] = "",
) -> None:
    """Say which pod of the stack waits for what."""
    try:
        engine = engine_in(Path.cwd(), stack)
        with ExitStack() as exits:
            seen = look(read(engine.export(show_secrets=True)), Clusters(exits, kubeconfig))
    except RecoverError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None
    found = [sentence for namespace in seen for sentence in reasons(namespace)]
    for sentence in found:
        console.print("[yellow]![/yellow]", escape(sentence))
    if not found:
        console.print(f"Every pod of stack {engine.stack} is ready: it waits for nothing.")


if __name__ == "__main__":
    app()

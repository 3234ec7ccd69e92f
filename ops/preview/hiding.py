"""Takes secrets out of what a preview left, before it leaves the job that knows them: `python -m ops.preview.hiding`.

The comment is written by another job, which may write to pull requests and may not read the stack: it cannot know what
is secret, and whoever reads the repository may download what one job hands to the next.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ops.preview.errors import PreviewError
from ops.preview.veil import Veil, secrets_of

BESIDE = (".stderr", ".events")
"""What lies beside a preview's document, under the same name: what it said, and its event log."""

errors = Console(stderr=True, highlight=False, soft_wrap=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def hide(
    files: Annotated[list[Path], typer.Argument(help="What `pulumi preview --json` wrote: STACK.json.")],
    *,
    secrets: Annotated[
        list[Path],
        typer.Option(help="What `pulumi stack export --show-secrets` wrote: what is secret in it is hidden."),
    ],
) -> None:
    """Write the files, and what lies beside them, anew without what is secret. Ends with 1 where it is not done."""
    try:
        cover = over(secrets)
        for file in files:
            for each in (file, *(file.with_suffix(ending) for ending in BESIDE)):
                if each.exists():
                    each.write_text(_covered(each, cover))
    except (PreviewError, OSError) as error:
        errors.print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None


def over(files: Sequence[Path]) -> Veil:
    """Give the veil that hides what is secret in these exports."""
    return Veil(secret for file in files for secret in _secrets_in(file))


def _secrets_in(file: Path) -> list[str]:
    try:
        return list(secrets_of(json.loads(file.read_text())))
    except (ValueError, RecursionError):
        raise PreviewError(f"{file} is not what `pulumi stack export --show-secrets` writes.") from None


def _covered(file: Path, cover: Veil) -> str:
    text = file.read_text(errors="replace")
    parts = text.split("\n") if file.suffix == ".events" else [text]
    return "\n".join(_one(part, cover) for part in parts)


def _one(text: str, cover: Veil) -> str:
    """Cover a document; what is none, such as what a killed engine left of one, is covered as the text that it is."""
    try:
        return json.dumps(cover.over(json.loads(text)))
    except (ValueError, RecursionError):
        return cover.text(text)


if __name__ == "__main__":
    app()

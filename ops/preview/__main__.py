"""The command: `python -m ops.preview course-fall.json … [--pull-request N]`."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from ops.preview import accepting, fitting, hiding, reading
from ops.preview.errors import PreviewError
from ops.preview.github import PullRequest
from ops.preview.judging import Report, Verdict, judge, overall
from ops.preview.remark import Past, Remark
from ops.preview.rendering import WHOLE, Extent, render, verdict_line

EXIT_CODES: Mapping[Verdict, int] = {Verdict.DATA_AT_RISK: 3, Verdict.FAILED: 4}
"""Others are 0. 1 says that the comment could not be made or written, 2 that the command was not understood."""

_SECONDS_TO_ANSWER = 20

errors = Console(stderr=True, highlight=False, soft_wrap=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def preview(  # noqa: PLR0913 - each is an option
    files: Annotated[
        list[Path],
        typer.Argument(help="What `pulumi preview --json` wrote for each stack, in a file named STACK.json."),
    ],
    *,
    stacks: Annotated[Path, typer.Option(help="The folder of stack files.")] = Path("stacks"),
    secrets: Annotated[
        list[Path] | None,
        typer.Option(
            help="What `pulumi stack export --show-secrets` wrote: what is secret in it is hidden everywhere."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the comment into this file, not to the terminal.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Add the longer text to this file: the job's summary.")] = None,
    full: Annotated[Path | None, typer.Option(help="Write everything into this file, for an artifact.")] = None,
    where: Annotated[str, typer.Option(help="Where people find the longer text, as Markdown.")] = "",
    pull_request: Annotated[int, typer.Option(help="Put the comment there, in place of the one before.")] = 0,
    commit: Annotated[str, typer.Option(envvar="GITHUB_SHA", help="The commit that was previewed.")] = "",
    author: Annotated[str, typer.Option(help="Whose comments count as ours.")] = "github-actions[bot]",
) -> None:
    """Say what a pull request would change, and fail where data is at risk.

    Ends with 0 where nothing is in the way, 3 where data is at risk, 4 where a preview failed or a policy refuses.
    """
    try:
        reports = look(files, stacks, secrets or [], datetime.now(UTC).date())
        place = where or _run_page(os.environ)
        remark = Remark(_run(os.environ), Past(_word(reports), commit, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"))
        _keep(reports, place, summary, full)
        comment = comment_for(reports, remark, place)
        if output:
            output.write_text(comment)
        elif not pull_request:
            print(comment)
        if pull_request:
            _post(reports, remark, place, pull_request, author)
    except (PreviewError, OSError) as error:
        errors.print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None
    errors.print(escape(verdict_line(reports)))
    raise typer.Exit(EXIT_CODES.get(overall(reports), 0))


def look(files: Sequence[Path], stacks: Path, secrets: Sequence[Path], today: date) -> list[Report]:
    """Read and judge each preview."""
    names = [file.stem for file in files]
    if len(set(names)) < len(names):
        raise PreviewError("Two files are named after the same stack.")
    cover = hiding.over(secrets)
    found = [
        reading.read(
            file.stem,
            _text(file),
            cover,
            said=_text(file.with_suffix(".stderr")),
            events=_text(file.with_suffix(".events")),
        )
        for file in files
    ]
    return [judge(each, accepting.read(stacks / f"Pulumi.{each.stack}.yaml"), today) for each in found]


def comment_for(reports: Sequence[Report], remark: Remark, where: str) -> str:
    """Give the comment, never longer than GitHub takes."""
    return render(reports, remark.written(), where, Extent(most=fitting.GITHUB_MOST))


def _text(file: Path) -> str:
    """Give what is in a file; nothing where it is not there: then the preview has not come to its end."""
    return file.read_text(errors="replace") if file.exists() else ""


def _keep(reports: Sequence[Report], where: str, summary: Path | None, full: Path | None) -> None:
    if summary:
        with summary.open("a") as file:
            file.write(render(reports, "", where, Extent(most=fitting.SUMMARY_MOST, value=2_000, lines=None)) + "\n")
    if full:
        full.write_text(render(reports, "", where, WHOLE) + "\n")


def _word(reports: Sequence[Report]) -> str:
    return overall(reports).name.lower().replace("_", " ")


def _run(environ: Mapping[str, str]) -> tuple[int, int]:
    number, attempt = environ.get("GITHUB_RUN_ID", ""), environ.get("GITHUB_RUN_ATTEMPT", "")
    return int(number) if number.isdigit() else 0, int(attempt) if attempt.isdigit() else 0


def _run_page(environ: Mapping[str, str]) -> str:
    server, repository, run = (environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server and repository and run):
        return "the run's summary and its artifact"
    return f"[the run's summary and its artifact]({server}/{repository}/actions/runs/{run})"


def _post(reports: Sequence[Report], remark: Remark, where: str, number: int, author: str) -> None:
    token, repository = os.environ.get("GITHUB_TOKEN", ""), os.environ.get("GITHUB_REPOSITORY", "")
    if not (token and repository):
        raise PreviewError("Who writes the comment, and where? Set GITHUB_TOKEN and GITHUB_REPOSITORY (owner/name).")
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    address = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    with httpx.Client(base_url=address, headers=headers, timeout=_SECONDS_TO_ANSWER, follow_redirects=True) as client:
        request = PullRequest(client, repository, number, author)
        if not request.say(remark, lambda earlier: comment_for(reports, remark.after(earlier), where)):
            errors.print("A later run has written the comment already.")


if __name__ == "__main__":
    app()

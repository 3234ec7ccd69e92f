"""`python -m testbed.images build [NAME…]`, `list` and `lock`."""

import sys
from typing import Annotated

import typer

from testbed import steps
from testbed.images import lockfiles
from testbed.images.build import build_archive
from testbed.images.recipe import IMAGES, Image

commands = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)


@commands.command()
def build(names: Annotated[list[str] | None, typer.Argument(help="Parts of names; all without.")] = None) -> None:
    """Build the images into one archive in the cache, and print where it is."""
    print(build_archive(_chosen(names or [])))


@commands.command("list")
def show() -> None:
    """Print each image's name and what it is for."""
    for image in IMAGES:
        print(f"{image.name}  {image.purpose}")


@commands.command()
def lock() -> None:
    """Write the lock files of the Python packages anew from the wishes in testbed/images/locks/*.in."""
    lockfiles.renew()


def _chosen(names: list[str]) -> tuple[Image, ...]:
    unknown = [name for name in names if not any(name in image.name for image in IMAGES)]
    if unknown:
        known = "`python -m testbed.images list` names all there are"
        raise steps.StepError(f"No image has {' or '.join(unknown)} in its name: {known}.")
    return tuple(image for image in IMAGES if not names or any(name in image.name for name in names))


if __name__ == "__main__":
    try:
        commands()
    except steps.StepError as error:
        sys.exit(steps.fail(error))

"""What keeps previews fast, and their time per hub even, however many hubs there are.

`keep_pace` and `settle` are about the Python SDK of Pulumi 3.246 alone; measured with `make bench`, they save a third
of a preview of fifty hubs, and what they save grows with the hubs.
"""

import asyncio
import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import pulumi
from pulumi.runtime import settings


def keep_pace() -> None:
    """Call once before the program makes its first resource."""
    # Four messages a resource, each of which the program stands still for until the engine has it. They are the SDK's
    # notes to its own developers.
    pulumi.log.debug = _say_nothing


def settle() -> None:
    """Call once when the program has asked for everything.

    The SDK then waits for whichever output comes first, and again for all the others, thousands of times thousands of
    outputs (wait_for_rpcs in pulumi/runtime/stack.py). It does so only once no request is under way; so this adds one
    that ends when all outputs are there.
    """
    sdk: Any = settings
    requests: list[Any] = sdk._get_rpc_manager().rpcs  # noqa: SLF001 - there is no other way in
    requests.insert(0, asyncio.ensure_future(_all_outputs()))  # the last to be waited for


@contextmanager
def importing_much() -> Generator[None]:
    """Collect no garbage meanwhile: SDKs define classes by the ten thousand and none is ever garbage.

    Looking for some among them takes a quarter of the time that a cloud's SDK needs to be there (0.6 s of 2.6 s).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _all_outputs() -> None:
    """Wait until no output is outstanding, or one has failed: whoever waits for it says so."""
    known: Any = settings.SETTINGS
    while outstanding := cast("list[asyncio.Task[Any]]", list(known.outputs)):
        done, _ = await asyncio.wait(outstanding, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in done):
            return


def _say_nothing(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,  # noqa: FBT001 - the SDK's own signature
) -> None:
    del msg, resource, stream_id, ephemeral

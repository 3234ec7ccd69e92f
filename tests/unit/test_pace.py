"""The SDK's end of a program, with and without `components.pace`: the rounds it waits in."""

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.runtime import stack

from components.pace import keep_pace, settle

OUTPUTS = 40


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many outputs each wait was for."""
    seen: list[int] = []
    wait = asyncio.wait

    async def counted(outputs: list[Any], **how: Any) -> Any:
        seen.append(len(outputs))
        return await wait(outputs, **how)

    monkeypatch.setattr(asyncio, "wait", counted)
    return seen


async def program(*, fails: bool = False) -> None:
    """Have outputs that come one after the other, as answers of the engine do."""
    turns = [asyncio.get_running_loop().create_future() for _ in range(OUTPUTS)]

    async def answers() -> None:
        for number, turn in enumerate(turns):
            for _ in range(3):
                await asyncio.sleep(0)
            if fails and number == OUTPUTS // 2:
                turn.set_exception(ValueError("the cloud refused"))
                return
            turn.set_result(number)

    kept = [pulumi.Output.from_input(turn) for turn in turns]
    asyncio.ensure_future(answers())  # noqa: RUF006 - ends before the outputs do
    del kept


async def test_without_it_every_output_is_waited_for_again_and_again(rounds: list[int]):
    await program()
    await stack.wait_for_rpcs()
    assert sum(rounds) > OUTPUTS * 5


async def test_with_it_each_output_is_waited_for_once(rounds: list[int]):
    await program()
    settle()
    await stack.wait_for_rpcs()
    assert sum(rounds) <= OUTPUTS * 3


async def test_an_output_that_fails_is_heard_of():
    await program(fails=True)
    settle()
    with pytest.raises(ValueError, match="refused"):
        await stack.wait_for_rpcs()


def test_the_sdks_notes_stay_with_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(pulumi.log, "get_engine", lambda: pytest.fail("the engine was told"))
    keep_pace()
    pulumi.log.debug("registering resource")

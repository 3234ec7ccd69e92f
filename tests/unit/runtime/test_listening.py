"""A server that listens is seen soon; one that does not is left to the hub."""

import asyncio
import time

import pytest

from components.hub.runtime import listening as module
from components.hub.runtime.listening import listening


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 5.0)


async def close(_reader, writer):
    writer.close()


async def test_a_server_is_seen_soon_after_it_listens(unused_tcp_port):
    waiting = asyncio.ensure_future(listening(f"http://127.0.0.1:{unused_tcp_port}"))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    async with await asyncio.start_server(close, "127.0.0.1", unused_tcp_port):
        began = time.monotonic()
        await waiting
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "http://no-such-name.invalid:{port}", "", "http://host"])
async def test_one_that_never_listens_is_no_error(monkeypatch, url, unused_tcp_port):
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    await listening(url.format(port=unused_tcp_port))


async def test_a_start_waits_for_its_server(start, monkeypatch):
    waited = []

    async def note(url):
        waited.append(url)

    monkeypatch.setattr("components.hub.runtime.spawner.listening", note)
    spawner, _ = await start("ann")
    assert len(waited) == 1
    assert waited[0].endswith(":8888")
    assert spawner.user.name == "ann"

"""A plugin as the engine starts it, and what becomes of it when the engine is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from testbed.cloud import clock, ledger, plugin
from testbed.cloud.ledger import Account
from testbed.cloud.messages import provider_pb2, provider_pb2_grpc, struct

PROGRAM = Path(plugin.__file__).parent / "bin" / "pulumi-resource-gcp"
NETWORK = "gcp:compute/network:Network"
ENGINE = f"import subprocess; subprocess.run(['{PROGRAM}'])"
"""A process that starts the plugin, and can be killed."""


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.thorough
@pytest.mark.parametrize("killed", ["engine", "engine and plugin"])
def test_the_cloud_ends_what_it_has_begun(killed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.SPEED, "5")
    monkeypatch.setenv(ledger.FOLDER, str(tmp_path))
    monkeypatch.setenv("HUBSTACK_SIMULATED_PYTHON", sys.executable)
    account = Account(tmp_path)
    engine = subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True)
    assert engine.stdout
    port = int(engine.stdout.readline())
    [child] = Path(f"/proc/{engine.pid}/task/{engine.pid}/children").read_text().split()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(provider_pb2.google_dot_protobuf_dot_empty__pb2.Empty()).version == "10.2.0"
        stub.Configure(provider_pb2.ConfigureRequest(args=struct({"project": "my-university"})))
        inputs = struct({"name": "n", "autoCreateSubnetworks": False})
        request = provider_pb2.CreateRequest(urn=f"urn:pulumi:s::p::{NETWORK}::n", properties=inputs)
        creating = stub.Create.future(request)  # kept: a future that nobody holds is taken back
        assert clock.until(lambda: bool(account.records(NETWORK, state="creating")), 300, every=0.1)
        assert not creating.done()
        engine.kill()
        engine.wait()
        if "plugin" in killed:
            os.kill(int(child), signal.SIGKILL)
    assert [each.state for each in account.records(NETWORK)] == ["creating"]
    assert clock.until(lambda: bool(account.records(NETWORK, state="ready")), 300, every=0.1)
    assert clock.until(lambda: not _is_alive(int(child)), 100, every=0.1)

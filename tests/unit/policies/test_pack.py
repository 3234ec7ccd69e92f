"""The pack as the engine runs it: a process of its own that is asked over gRPC."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.checks import POLICIES
from tests.support.engine import CHECKOUT
from tests.support.judges import PACK, environment

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RELEASE = "kubernetes:helm.sh/v3:Release"
STRICT, SOFT, OFF = analyzer_pb2.MANDATORY, analyzer_pb2.ADVISORY, analyzer_pb2.DISABLED


class Engine:
    """Asks the pack what the engine asks."""

    def __init__(self, port: int) -> None:
        self.pack = analyzer_pb2_grpc.AnalyzerStub(grpc.insecure_channel(f"127.0.0.1:{port}"))

    def configure(self, **config: Any) -> None:
        written = {f"hubstack:{key}": json.dumps(value) for key, value in config.items()}
        self.pack.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(stack="course", project="hubstack", config=written)
        )

    def levels(self) -> dict[str, int]:
        info = self.pack.GetAnalyzerInfo(struct_pb2.Struct())  # an empty message is one of any kind
        return {policy.name: policy.enforcementLevel for policy in info.policies}

    def ask(self, kind: str, name: str, inputs: dict[str, Any], *, protect: bool = False) -> dict[str, Any]:
        """Give what is said of a resource, by policy."""
        properties = json_format.ParseDict(inputs, struct_pb2.Struct())
        options = analyzer_pb2.AnalyzerResourceOptions(protect=protect)
        asked = analyzer_pb2.AnalyzeRequest(
            type=kind, name=name, urn=f"urn::{name}", properties=properties, options=options
        )
        return {said.policyName: said for said in self.pack.Analyze(asked).diagnostics}

    def ask_of_all(self, *resources: tuple[str, str, dict[str, Any]], protect: bool = False) -> dict[str, Any]:
        options = analyzer_pb2.AnalyzerResourceOptions(protect=protect)
        asked = [
            analyzer_pb2.AnalyzerResource(
                type=kind,
                name=name,
                urn=f"urn::{name}",
                properties=json_format.ParseDict(inputs, struct_pb2.Struct()),
                options=options,
            )
            for kind, name, inputs in resources
        ]
        answer = self.pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=asked))
        return {said.policyName: said for said in answer.diagnostics}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    python = environment(PACK) / "python"
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PULUMI"))}
    process = subprocess.Popen(
        [python, "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."],
        cwd=CHECKOUT / "policies",
        env=bare,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield Engine(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def hub(**values: Any) -> dict[str, Any]:
    return {"name": "data8", "chart": "jupyterhub", "version": "4.4.0", "values": {"singleuser": {}, **values}}


def test_the_pack_brings_every_policy_strict_on_a_cloud(engine: Engine) -> None:
    engine.configure(cloud={"provider": "gcp"})
    assert engine.levels() == {policy.name: STRICT for policy in POLICIES}


def test_on_ones_own_machine_nothing_is_stopped(engine: Engine) -> None:
    engine.configure(cloud={"provider": "local"})
    assert set(engine.levels().values()) == {SOFT}
    assert engine.ask(RELEASE, "data8-release", hub())["tls"].enforcementLevel == SOFT


def test_the_stack_file_softens_a_policy_until_a_day(engine: Engine) -> None:
    past, future = "2020-01-01", "9999-01-01"
    softer = {
        "tls": {"level": "off", "reason": "a trial", "until": future},
        "limits": {"level": "advisory", "reason": "a trial", "until": future},
        "pinned-charts": {"level": "off", "reason": "a trial", "until": past},
    }
    engine.configure(cloud={"provider": "gcp"}, policies=softer)
    levels = engine.levels()
    assert (levels["tls"], levels["limits"], levels["pinned-charts"]) == (OFF, SOFT, STRICT)
    said = engine.ask(RELEASE, "data8-release", hub() | {"version": "*"})
    assert "tls" not in said
    assert (said["limits"].enforcementLevel, said["pinned-charts"].enforcementLevel) == (SOFT, STRICT)


def test_a_secret_reaches_no_check_and_no_finding(engine: Engine) -> None:
    engine.configure(cloud={"provider": "gcp"})
    labels = {"labels": {"hubstack.dev/platform": UNKNOWN}}
    assert engine.ask(CONFIG_MAP, "kept", {"metadata": labels, "data": {"password": SECRET}}) == {}
    said = engine.ask(CONFIG_MAP, "plain", {"metadata": labels, "data": {"password": "hunter2", "other": SECRET}})
    assert said.keys() == {"no-plain-secrets"}
    assert "data.password" in said["no-plain-secrets"].message
    assert "hunter2" not in str(said)


def test_what_is_not_known_yet_stops_nothing(engine: Engine) -> None:
    engine.configure(cloud={"provider": "aws"})
    said = engine.ask("aws:efs/fileSystem:FileSystem", "homes", {"encrypted": UNKNOWN}, protect=True)
    assert not said


def test_protect_and_the_word_of_the_stack_file_are_seen(engine: Engine) -> None:
    files = ("aws:efs/fileSystem:FileSystem", "homes", {"encrypted": True})
    engine.configure(cloud={"provider": "aws"}, homes={"on_destroy": "refuse"})
    assert "data-held" in engine.ask_of_all(files)
    assert "data-held" not in engine.ask_of_all(files, protect=True)
    engine.configure(cloud={"provider": "aws"}, homes={"on_destroy": "keep"})
    assert "data-held" not in engine.ask_of_all(files)


def test_a_hub_with_disks_is_held_by_its_consent_or_its_word(engine: Engine) -> None:
    with_disks = (RELEASE, "with-disks", hub(singleuser={"storage": {"type": "dynamic"}}))
    consent = (
        "pulumi-python:dynamic/hubstack:Consent",
        "data8-consent",
        {"refused": ["hubstack:hubs.data8.on_destroy"]},
    )
    engine.configure(cloud={"provider": "gcp"}, hubs={"data8": {}})
    assert engine.ask_of_all(with_disks)["data-held"].urn == "urn::with-disks"
    assert not engine.ask_of_all(with_disks, consent)
    engine.configure(cloud={"provider": "gcp"}, hubs={"data8": {"on_destroy": "delete"}})
    assert not engine.ask_of_all(with_disks)


def test_a_hubs_last_day_is_seen_beside_its_secrets(engine: Engine) -> None:
    engine.configure(cloud={"provider": "gcp"}, hubs={"data8": {"ends": "2020-01-01", "auth": {"secret": "hunter2"}}})
    said = engine.ask(RELEASE, "data8-release", hub())
    assert "ended on 2020-01-01" in said["course-over"].message
    assert "hunter2" not in str(said)


def test_what_needs_the_whole_stack_is_said_of_its_resource(engine: Engine) -> None:
    engine.configure(cloud={"provider": "aws"})
    files = ("aws:efs/fileSystem:FileSystem", "homes", {"encrypted": True})
    copies = ("aws:efs/backupPolicy:BackupPolicy", "copies", {"backupPolicy": {"status": "ENABLED"}})
    assert not engine.ask_of_all(files, copies, protect=True)
    said = engine.ask_of_all(files, protect=True)
    assert said["backed-up"].urn == "urn::homes"


def test_the_whole_stack_is_judged_by_what_was_asked_for(engine: Engine) -> None:
    engine.configure(cloud={"provider": "aws"})
    policy = "aws:efs/backupPolicy:BackupPolicy"
    files = ("aws:efs/fileSystem:FileSystem", "asked", {"encrypted": True})
    engine.ask(*files)
    engine.ask(policy, "asked-copies", {"backupPolicy": {"status": "ENABLED"}})
    # In a preview a new thing has no outputs yet, where its provider is new as well.
    assert not engine.ask_of_all((*files[:2], {}), (policy, "asked-copies", {}), protect=True)


def test_a_finding_is_written_for_a_person(engine: Engine) -> None:
    engine.configure(cloud={"provider": "gcp"})
    lines = engine.ask(RELEASE, "data8-release", hub())["tls"].message.splitlines()
    assert lines[:3] == [
        "Every hub that others reach speaks HTTPS.",
        "hub data8 speaks plain HTTP",
        "  where: hubstack:hubs.data8.proxy.https",
    ]
    assert [line.split(":")[0] for line in lines[3:]] == ["  why", "  mend"]


def test_a_pack_of_nothing_does_not_start() -> None:
    python = environment(PACK) / "python"
    done = subprocess.run(
        [python, "-c", "from policies.pack import Pack; Pack([])"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "checks nothing" in done.stderr
    assert done.returncode

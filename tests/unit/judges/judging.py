"""What judges find, and the exceptions that one file names."""

import fnmatch
import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.judges import JUDGES, environment, tool

FILE = Path(__file__).parent / "exceptions.yaml"
FRAMEWORKS = ("kubernetes", "terraform_plan", "arm")


@dataclass(frozen=True, order=True)
class Found:
    """Something that a judge does not like."""

    judge: str
    rule: str
    of: str
    """Kind and name; a Job, whose name Pulumi makes up, is named by its component."""
    says: str


@dataclass(frozen=True)
class Allowed:
    """A finding that stays, and why."""

    judge: str
    rule: str
    of: str
    reason: str

    def covers(self, found: Found) -> bool:
        same = self.judge == found.judge and self.rule == found.rule
        return same and fnmatch.fnmatchcase(found.of, self.of)


def exceptions(file: Path = FILE) -> list[Allowed]:
    """Read the exceptions."""
    return [
        Allowed(judge, rule, of, described["reason"])
        for judge, rules in yaml.safe_load(file.read_text()).items()
        for rule, described in rules.items()
        for of in described["of"]
    ]


def unexplained(found: Iterable[Found], allowed: Sequence[Allowed]) -> list[Found]:
    """Give what no exception covers."""
    return sorted({each for each in found if not any(one.covers(each) for one in allowed)})


def unused(found: Sequence[Found], allowed: Iterable[Allowed]) -> list[Allowed]:
    """Give the exceptions that nobody needs any more."""
    return [one for one in allowed if not any(one.covers(each) for each in found)]


@dataclass(frozen=True)
class Looked:
    """What checkov found, and which kinds of a cloud's resources it had an opinion on."""

    found: list[Found]
    kinds: frozenset[str]


def checkov(files: Sequence[Path]) -> Looked:
    """Ask checkov of all files at once, as it takes seconds to start."""
    command = [environment(JUDGES) / "checkov", "--compact", "-o", "json", "--framework", *FRAMEWORKS]
    command += [word for file in files for word in ("-f", file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report: Any = json.loads(done.stdout)
    reports = report if isinstance(report, list) else [report]
    assert {each["check_type"] for each in reports} == set(FRAMEWORKS), "it looked at nothing"
    assert not sum(each["summary"]["parsing_errors"] for each in reports)
    failed = [check for each in reports for check in each["results"]["failed_checks"]]
    passed = [check for each in reports for check in each["results"]["passed_checks"]]
    found = [Found("checkov", check["check_id"], _resource(check["resource"]), check["check_name"]) for check in failed]
    return Looked(found, frozenset(check["resource"].rpartition(".")[0] for check in (*failed, *passed)))


def _resource(written: str) -> str:
    """Give `Kind/name` of what checkov calls Kind.namespace.name; what it calls a cloud's resource as it is."""
    if ".app.kubernetes.io/component-" in written:
        return f"{written.partition('.')[0]}/{written.partition('app.kubernetes.io/component-')[2].partition('.')[0]}"
    parts = written.split(".")
    return f"{parts[0]}/{parts[-1]}" if len(parts) > 2 and parts[0] != "Microsoft" else written


def kube_score(files: Sequence[Path]) -> list[Found]:
    """Ask kube-score; it marks what it likes with ten."""
    command = [tool("kube-score"), "score", "--output-format", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert len(report) > 20, "it looked at nothing"
    return [
        Found("kube-score", check["check"]["id"], _object(judged["object_name"]), comment["summary"])
        for judged in report
        for check in judged["checks"] or []
        if check["grade"] < 10 and not check["skipped"]
        for comment in check["comments"] or [{"summary": ""}]
    ]


def _object(written: str) -> str:
    """Give `Kind/name` of what kube-score calls Kind/group/version/namespace/name."""
    parts = written.split("/")
    return f"{parts[0]}/{parts[-1]}"


def pod_security(pods: Sequence[dict[str, Any]]) -> list[Found]:
    """Ask Kubernetes' own admission about pods, each `{"name", "level", "pod"}`."""
    done = subprocess.run([tool("pod-security")], input=json.dumps(pods), capture_output=True, text=True, check=True)
    return [
        Found("pod-security", finding.partition(":")[0], answer["name"], finding)
        for answer in json.loads(done.stdout)
        for finding in answer["findings"]
    ]

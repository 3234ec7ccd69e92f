"""Small Pulumi programs, run by the real engine inside the test, and what the engine said of each step."""

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.events import DiagnosticEvent, EngineEvent, OpType, StepEventMetadata
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from tests.support.engine import state_file
from tests.support.kube import wait_for
from tests.support.vault import PROVIDER

Program = Callable[[], None]

# What a replacement consists of, beside its first step.
_PARTS_OF_REPLACEMENT = {
    OpType.CREATE_REPLACEMENT: "create",
    OpType.DELETE_REPLACED: "delete",
    OpType.REPLACE: "replace",
}


# gRPC shares connections to one address within a process, and remembers for a while that one was refused. The SDK does
# not close those to engines that have ended, and a later engine may get the port of one: it would not be tried.
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))


@dataclass
class Outcome:
    """What came of one operation of the engine."""

    error: str = ""
    steps: list[StepEventMetadata] = field(default_factory=list)
    diagnostics: list[DiagnosticEvent] = field(default_factory=list)
    ask: Callable[[], automation.OutputMap] = dict
    """Asks the engine for the stack's outputs."""

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, to be looked at before its next operation."""
        return {key: output.value for key, output in self._asked.items()}

    @property
    def secret_outputs(self) -> set[str]:
        """The names of those that are secret."""
        return {key for key, output in self._asked.items() if output.secret}

    @cached_property
    def _asked(self) -> automation.OutputMap:
        return self.ask()

    def ops(self) -> dict[str, str]:
        """Give what was done to each resource that something was done to, by its name in the program."""
        done: dict[str, str] = {}
        for step in self.steps:
            op = step.op.value
            if op in {"same", "read", "refresh"} or step.type.startswith("pulumi:"):
                continue
            done[_name(step)] = "replace" if step.op in _PARTS_OF_REPLACEMENT else op
        return done

    def order(self, name: str) -> list[str]:
        """Give the parts of a resource's replacement in the order they came."""
        return [_PARTS_OF_REPLACEMENT[s.op] for s in self.steps if _name(s) == name and s.op in _PARTS_OF_REPLACEMENT]

    def step(self, name: str) -> StepEventMetadata:
        """Give the step that changed a resource."""
        return next(step for step in self.steps if _name(step) == name and step.op.value != "same")

    def replacing(self, name: str) -> set[str]:
        """Give the paths because of which a resource is replaced."""
        return {key for step in self.steps if _name(step) == name for key in step.keys or []}

    def changes(self, name: str) -> dict[str, str]:
        """Give the detailed diff: path and kind of change."""
        detailed = self.step(name).detailed_diff or {}
        return {path: change.diff_kind.value for path, change in detailed.items()}

    def said(self, severity: str = "") -> str:
        """Give the messages to the person, all or those of a severity; what is for debugging is for nobody."""
        shown = [diagnostic for diagnostic in self.diagnostics if diagnostic.severity != "debug"]
        return "\n".join(diagnostic.message for diagnostic in shown if severity in ("", diagnostic.severity))


class Unquestioned(automation.Stack):
    """The SDK's stack, but it puts no questions after an operation: each is a start of the engine, half of a case."""

    def outputs(self) -> automation.OutputMap:
        """Give none; an outcome asks for them when a case looks at them."""
        return {}

    def info(self, show_secrets: bool | None = None) -> automation.UpdateSummary:  # noqa: ARG002, FBT001 - as the SDK has it
        """Give a summary that says nothing; no case looks at it."""
        return automation.UpdateSummary("", datetime.now(UTC), "", {}, {}, "")


@dataclass
class Stack:
    """A stack of its own for one test."""

    inner: Unquestioned
    folder: Path
    latest: Outcome = field(default_factory=Outcome)

    def up(self, program: Program, **options: Any) -> Outcome:
        """Bring the stack to what the program says; an error is part of the outcome."""
        return self._run(self.inner.up, program, **options)

    def preview(self, program: Program, **options: Any) -> Outcome:
        """See what an up would do."""
        return self._run(self.inner.preview, program, **options)

    def refresh(self, program: Program) -> Outcome:
        """Bring the state to what is in the cluster."""
        return self._run(self.inner.refresh, program)

    def destroy(self) -> Outcome:
        """Take everything away."""
        return self._run(self.inner.destroy, lambda: None)

    def stopped(self, program: Program, begun: Callable[[], bool], how: signal.Signals) -> Outcome:
        """Bring the stack up and, once something has begun, send the engine a signal: SIGINT as Ctrl-C does."""

        def stop() -> None:
            wait_for("the operation under way", begun)
            found = subprocess.run(
                ["pgrep", "--parent", str(os.getpid()), "--exact", "pulumi"], stdout=subprocess.PIPE, check=True
            )
            for process in found.stdout.split():
                os.kill(int(process), how)

        stopping = threading.Thread(target=stop)
        stopping.start()
        outcome = self.up(program)
        stopping.join()
        return outcome

    def state(self) -> dict[str, dict[str, Any]]:
        """Give the state's resources by name; what is secret in them is sealed."""
        resources = json.loads(self.stored())["checkpoint"]["latest"].get("resources", [])
        return {resource["urn"].rsplit("::", 1)[1]: resource for resource in resources}

    def stored(self) -> str:
        """Give the state as it lies in the backend, where what is secret must not be readable."""
        return state_file(self.folder).read_text()

    def _run(self, operation: Callable[..., Any], program: Program, **options: Any) -> Outcome:
        outcome = self.latest = Outcome(ask=lambda: self._outputs_of(outcome))
        told_all = threading.Event()

        def note(event: EngineEvent) -> None:
            if event.resource_pre_event:
                outcome.steps.append(event.resource_pre_event.metadata)
            elif event.diagnostic_event:
                outcome.diagnostics.append(event.diagnostic_event)
            elif event.cancel_event:  # what ends every stream of events
                told_all.set()

        self.inner.workspace.program = program
        try:
            operation(on_event=note, on_output=lambda _: None, color="never", **options)
        except automation.CommandError as error:
            told_all.wait(5)  # an engine that was killed, or did not begin, ends no stream
            outcome.error = str(error) + outcome.said("error")
            print(outcome.error)  # pytest shows it where the case fails
        else:
            # On a busy machine the SDK gives up on the events before it has read them all.
            told_all.wait(60)
        return outcome

    def _outputs_of(self, outcome: Outcome) -> automation.OutputMap:
        assert outcome is self.latest, "the stack has other outputs by now"
        return self.inner.workspace.stack_outputs(self.inner.name)


NAME = "case"
"""The stack of each case, in a backend of its own."""


class Workspace(automation.LocalWorkspace):
    """The SDK's workspace in a folder that has the stack already."""

    def create_stack(self, stack_name: str) -> None:
        """Do nothing: asking the engine for an empty stack takes as long as what most cases are about."""


def prepare(folder: Path, environment: dict[str, str]) -> None:
    """Make an empty stack for `make` to copy."""
    (folder / "state").mkdir(parents=True)
    _workspace(automation.LocalWorkspace, folder, environment).create_stack(NAME)


def make(prepared: Path, folder: Path, environment: dict[str, str]) -> Stack:
    """Make a stack whose state lies in a folder of its own."""
    shutil.copytree(prepared, folder)
    return Stack(Unquestioned(NAME, _workspace(Workspace, folder, environment), StackInitMode.CREATE), folder)


def _workspace(
    kind: type[automation.LocalWorkspace], folder: Path, environment: dict[str, str]
) -> automation.LocalWorkspace:
    return kind(
        work_dir=str(folder),
        env_vars={**environment, "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"},
        project_settings=automation.ProjectSettings("conformance", "python", main=str(Path.cwd())),
        pulumi_command=_command(),
        secrets_provider=PROVIDER,
    )


@cache
def _command() -> automation.PulumiCommand:
    """Give the command line; the SDK asks it for its version, once for all cases."""
    return automation.PulumiCommand()


def _name(step: StepEventMetadata) -> str:
    return step.urn.rsplit("::", 1)[1]

"""What a namespace's pods wait for, read from themselves and from the events about them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.recovery.state import entries, fields

Object = Mapping[str, Any]

_IMAGE = frozenset({"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"})
_CRASH = frozenset({"CrashLoopBackOff", "RunContainerError", "StartError"})
_VOLUME_EVENTS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_LAST_WORDS = 600
_REQUEST_ID = re.compile(r"\s*\(?(request|correlation)[- ]?id:? ?[\w-]+\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """What there is in one namespace."""

    namespace: str
    pods: Sequence[Object] = ()
    claims: Sequence[Object] = ()
    events: Sequence[Object] = ()


def reasons(seen: Seen) -> list[str]:
    """Say what each pod that is not ready waits for, and what keeps pods from being made at all."""
    found = [sentence for pod in seen.pods for sentence in _of_pod(pod, seen)]
    found += _not_made(seen)
    found += [sentence for claim in seen.claims for sentence in _of_claim(claim, seen)]
    return list(dict.fromkeys(found))


def _of_pod(pod: Object, seen: Seen) -> Iterator[str]:
    name, status = str(pod["metadata"]["name"]), fields(pod.get("status"))
    if status.get("phase") == "Succeeded" or _is_ready(status):
        return
    here = f"Pod {name} in {seen.namespace}"
    unscheduled = _condition(status, "PodScheduled")
    if unscheduled.get("status") == "False":
        yield f"{here} has no node: {_message(unscheduled.get('message'), 'none fits')}"
        return
    containers = [*entries(status, "initContainerStatuses"), *entries(status, "containerStatuses")]
    said = [sentence for container in containers if (sentence := _of_container(here, container, name, seen))]
    yield from said
    if not said:
        yield from _without_container(here, name, seen)


def _of_container(here: str, container: Object, pod: str, seen: Seen) -> str:
    waiting = fields(fields(container.get("state")).get("waiting"))
    reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "")
    name, image = container.get("name"), container.get("image")
    if reason in _IMAGE:
        answer = _event(seen, pod, ("Failed",), containing="pull") or message
        return f"{here} waits for the image {image}: {_message(answer, reason)}"
    if reason in _CRASH:
        ended = fields(fields(container.get("lastState")).get("terminated"))
        how = f"it ended with exit code {ended['exitCode']}" if "exitCode" in ended else _message(message, reason)
        return (
            f"{here}: its container {name} does not stay up, {how}. `kubectl -n {seen.namespace} logs {pod} -c {name} \
--previous` shows its last words."
        )
    if reason in {"CreateContainerConfigError", "CreateContainerError"}:
        return f"{here}: its container {name} cannot be made: {_message(message, reason)}"
    if "running" in fields(container.get("state")) and not container.get("ready"):
        probe = _event(seen, pod, ("Unhealthy",))
        return f"{here} runs and does not answer: {_message(probe, 'its readiness probe has not passed yet')}"
    return ""


def _without_container(here: str, pod: str, seen: Seen) -> Iterator[str]:
    volume = _event(seen, pod, _VOLUME_EVENTS)
    sandbox = _event(seen, pod, ("FailedCreatePodSandBox", "NetworkNotReady"))
    if volume:
        yield f"{here} waits for a volume: {_message(volume)}"
    elif sandbox:
        yield f"{here} gets no network: {_message(sandbox)}"
    else:
        yield f"{here} is not ready yet, and nothing says why: `kubectl -n {seen.namespace} describe pod {pod}`."


def _not_made(seen: Seen) -> Iterator[str]:
    """Say what keeps pods from being made: a quota, a policy."""
    names = {str(pod["metadata"]["name"]) for pod in seen.pods}
    for event in seen.events:
        about = fields(event.get("involvedObject"))
        if event.get("reason") != "FailedCreate" or about.get("kind") == "Pod":
            continue
        if any(name.startswith(f"{about.get('name')}-") for name in names):
            continue  # it was made in the end
        message = _message(event.get("message"))
        what = f"{about.get('kind')} {about.get('name')} in {seen.namespace}"
        yield f"{what} may make no pod{_for_quota(message)}: {message}"


def _for_quota(message: str) -> str:
    return (
        ", as the namespace's quota is used up (users.most and quota in the stack file)" if "quota" in message else ""
    )


def _of_claim(claim: Object, seen: Seen) -> Iterator[str]:
    name = str(claim["metadata"]["name"])
    if fields(claim.get("status")).get("phase") == "Pending" and (why := _event(seen, name, ("ProvisioningFailed",))):
        yield f"Claim {name} in {seen.namespace} gets no volume: {_message(why)}"


def _is_ready(status: Mapping[str, Any]) -> bool:
    return _condition(status, "Ready").get("status") == "True"


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return next((each for each in entries(status, "conditions") if each.get("type") == kind), fields(None))


def _event(seen: Seen, name: str, among: Sequence[str], containing: str = "") -> str:
    """Give the message of the newest of some events about an object."""
    about = [
        event
        for event in seen.events
        if fields(event.get("involvedObject")).get("name") == name
        if event.get("reason") in among and containing in str(event.get("message") or "")
    ]
    newest = sorted(about, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""))[-1:]
    return str(newest[0].get("message") or "") if newest else ""


def _message(text: Any, otherwise: str = "") -> str:
    whole = " ".join(_REQUEST_ID.sub("", str(text or otherwise)).split())
    return whole if len(whole) <= _LAST_WORDS else f"{whole[:_LAST_WORDS]}…"

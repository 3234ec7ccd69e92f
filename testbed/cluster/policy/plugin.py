"""The CNI plugin that holds a pod's start until the policy agent has put the rules for its address in place.

It is the last of a chain, speaks the CNI protocol (environment and standard input, version 0.4.0), and runs with
nothing but the standard library, isolated from its surroundings, so that it starts in some 20 ms.
"""

import json
import os
import socket
import sys
import time
from typing import Any

_TRY_AGAIN = 11
"""CNI's error code for: not now, ask again."""

_LOOK_AGAIN = 0.05
"""Seconds between two tries to reach the agent."""


def _pod() -> dict[str, str]:
    pairs = [pair.partition("=") for pair in os.environ.get("CNI_ARGS", "").split(";")]
    given = {name: value for name, _, value in pairs}
    return {"namespace": given.get("K8S_POD_NAMESPACE", ""), "name": given.get("K8S_POD_NAME", "")}


def _ask(config: dict[str, Any], message: dict[str, Any]) -> None:
    """Give the agent a message; one that is being started again is waited for. Raises OSError with what is wrong."""
    deadline = time.monotonic() + config["limitSeconds"]
    while True:
        try:
            answer = _exchange(config["socket"], message, deadline - time.monotonic())
        except (ConnectionError, FileNotFoundError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN)
            continue
        if answer.get("error"):
            raise OSError(answer["error"])
        return


def _exchange(path: str, message: dict[str, Any], seconds: float) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(max(seconds, _LOOK_AGAIN))
        connection.connect(path)
        connection.sendall(json.dumps(message).encode() + b"\n")
        answer = connection.makefile().readline()
    if not answer:
        raise ConnectionResetError
    return json.loads(answer)


def main() -> int:
    """Run one CNI command."""
    command = os.environ["CNI_COMMAND"]
    if command == "VERSION":
        print(json.dumps({"cniVersion": "0.4.0", "supportedVersions": ["0.3.1", "0.4.0"]}))
        return 0
    config: dict[str, Any] = json.load(sys.stdin)
    message: dict[str, Any] = {"command": command, "container": os.environ["CNI_CONTAINERID"], **_pod()}
    previous: dict[str, Any] = config.get("prevResult") or {}
    message["addresses"] = [entry["address"].partition("/")[0] for entry in previous.get("ips", [])]
    if command == "DEL":
        config["limitSeconds"] = min(config["limitSeconds"], 2)
    try:
        _ask(config, message)
    except OSError as error:
        # A pod may always go: rules for an address that nobody has do no harm; its next holder brings its own.
        if command != "DEL":
            text = f"The policy agent has not put the pod's rules in place within {config['limitSeconds']} s: {error}"
            print(json.dumps({"cniVersion": config["cniVersion"], "code": _TRY_AGAIN, "msg": text}))
            return 1
    if command == "ADD":
        print(json.dumps(previous))
    return 0


if __name__ == "__main__":
    sys.exit(main())

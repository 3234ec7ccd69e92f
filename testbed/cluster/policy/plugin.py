"""The CNI plugin that holds a pod's start until the policy agent has put the rules for its address in place.

It is the last of a chain, speaks the CNI protocol (environment and standard input, version 0.4.0), and runs with
nothing but the standard library, isolated from its surroundings, so that it starts in some 20 ms.
"""

import json
import os
import socket
import sys
from typing import Any

_TRY_AGAIN = 11
"""CNI's error code for: not now, ask again."""


def _pod() -> dict[str, str]:
    pairs = [pair.partition("=") for pair in os.environ.get("CNI_ARGS", "").split(";")]
    given = {name: value for name, _, value in pairs}
    return {"namespace": given.get("K8S_POD_NAMESPACE", ""), "name": given.get("K8S_POD_NAME", "")}


def _ask(config: dict[str, Any], message: dict[str, Any]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(config["limitSeconds"])
        connection.connect(config["socket"])
        connection.sendall(json.dumps(message).encode() + b"\n")
        answer = connection.makefile().readline()
    said = json.loads(answer or '{"error": "it closed the connection"}')
    if said.get("error"):
        raise OSError(said["error"])


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
    try:
        _ask(config, message)
    except OSError as error:
        # A pod may always go: rules for an address that nobody has do no harm, and the next one to get it brings its own.
        if command != "DEL":
            text = f"The policy agent has not put the pod's rules in place within {config['limitSeconds']} s: {error}"
            print(json.dumps({"cniVersion": config["cniVersion"], "code": _TRY_AGAIN, "msg": text}))
            return 1
    if command == "ADD":
        print(json.dumps(previous))
    return 0


if __name__ == "__main__":
    sys.exit(main())

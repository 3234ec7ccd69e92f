"""What the Python of a warm virtual environment does first: it hands over what it is to run, and ends as that does.

A .pth file makes Python import this before anything else. What it imports itself is paid at each start.
"""

import os
import signal
import sys

_FOLDER = os.path.realpath(sys.prefix)
_PLAIN = f"{_FOLDER}/plain/bin/python"


def hand_over(words: list[str]) -> int:
    """Let the warm process run `python WORDS…` with this process's files, folder and environment; give its exit code.

    Raises OSError where nobody listens.
    """
    import json  # noqa: PLC0415
    import socket  # noqa: PLC0415

    with socket.socket(socket.AF_UNIX) as server:
        server.connect(f"{_FOLDER}/socket")
        task = {"words": words, "folder": os.getcwd(), "environment": dict(os.environ), "executable": sys.executable}  # noqa: PTH109
        body = json.dumps(task).encode()
        socket.send_fds(server, [len(body).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(body)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: server.sendall(bytes([number])))
        ended = server.recv(4)
    return int.from_bytes(ended, "big", signed=True) if ended else 1


def main() -> None:
    """Hand over, or become the plain Python where these words are not for the warm one."""
    words = sys.orig_argv[1:]
    if not any(word == "-c" for word in words):
        code = hand_over(words)
        if code < 0:  # it was killed, and whoever waits for this process is to see the same
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)
    os.execv(_PLAIN, [_PLAIN, *words])  # noqa: S606 - the same words that this process got


main()

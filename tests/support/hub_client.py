"""What a person does with a hub: log in by its form, start and stop a server, run code in a kernel."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
import websocket

SPAWN_SECONDS = 180
_XSRF_FIELD = re.compile(r'name="_xsrf"\s+value="([^"]+)"')


class HubError(AssertionError):
    """The hub did not do what a person asked for."""


@dataclass
class Person:
    """One person at one hub, as in one browser."""

    url: str
    name: str
    password: str
    server_name: str = ""
    """Which of the person's servers is meant: the default one, or a named one."""
    web: httpx.Client = field(init=False)
    token: str = field(default="", init=False)
    _kernel: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self.web = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.web.close()

    def log_in(self) -> Self:
        """Log in by the hub's form and, as the hub's token page does, ask for a token to use its API with."""
        answer = self.try_password(self.password)
        if answer.status_code >= 400 or "Invalid username or password" in answer.text:
            raise HubError(f"{self.name} cannot log in at {self.url}: {answer.status_code}")
        headers = {"X-XSRFToken": self.web.cookies.get("_xsrf", path="/hub/") or "", "Referer": f"{self.url}/hub/token"}
        answer = self.web.post(f"/hub/api/users/{self.name}/tokens", headers=headers, json={"note": "test"})
        _expect(answer, 201)
        self.token = answer.json()["token"]
        return self

    def try_password(self, password: str) -> httpx.Response:
        """Send the login form without going on to a server; give what the hub answers."""
        page = self.web.get("/hub/login", params={"next": "/hub/home"})
        found = _XSRF_FIELD.search(page.text)
        if not found:
            raise HubError(f"{self.url}/hub/login has no form: {page.status_code} {page.text[:300]}")
        form = {"username": self.name, "password": password, "_xsrf": found[1]}
        return self.web.post("/hub/login", params={"next": "/hub/home"}, data=form)

    def start(self) -> Self:
        """Start the server and wait until it answers; says with the hub's own words why it did not."""
        _expect(self.api("POST", self._server), 201, 202)
        return self.wait_until_ready()

    def wait_until_ready(self) -> Self:
        """Follow the hub's own report on the server's start."""
        said: list[str] = []
        path = f"{self._server}/progress"
        with self.web.stream("GET", path, headers=self._headers(), timeout=SPAWN_SECONDS) as report:
            for line in report.iter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line.removeprefix("data:"))
                said.append(event.get("message", ""))
                if event.get("ready"):
                    return self
                if event.get("failed"):
                    break
        raise HubError(f"{self.name}'s server did not start: {' / '.join(said)}")

    def stop(self) -> Self:
        """Stop the server and wait until the hub knows it as stopped."""
        _expect(self.api("DELETE", self._server), 202, 204)
        self.wait_until_stopped()
        return self

    def wait_until_stopped(self, seconds: float = 60) -> None:
        """Wait until the hub knows of no server of this person, however it came to stop."""
        deadline = time.monotonic() + seconds
        while self.server() is not None:
            if time.monotonic() > deadline:
                raise HubError(f"{self.name}'s server still ran after {seconds:.0f} s")
            time.sleep(0.5)

    def server(self) -> dict[str, object] | None:
        """Give what the hub says of the person's server; None where there is none."""
        return _expect(self.api("GET", f"/hub/api/users/{self.name}"), 200).json()["servers"].get(self.server_name)

    def api(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask the hub, or the person's server through it, with the person's token."""
        return self.web.request(method, path, headers=self._headers(), json=body)

    def put_into_group(self, group: str, *people: str) -> None:
        """Make a group of people, as an admin."""
        _expect(self.api("POST", f"/hub/api/groups/{group}"), 201, 409)
        _expect(self.api("POST", f"/hub/api/groups/{group}/users", {"users": people}), 200)

    def remove(self) -> None:
        """Stop a named server and take it away, with what goes with it."""
        _expect(self.api("DELETE", self._server), 202, 204)
        self.wait_until_stopped()
        _expect(self.web.request("DELETE", self._server, headers=self._headers(), json={"remove": True}), 204)

    def delete(self, name: str) -> None:
        """Delete somebody from the hub, as an admin."""
        _expect(self.api("DELETE", f"/hub/api/users/{name}"), 204)

    def shell(self, command: str) -> str:
        """Run a line in the server's shell and give what it said; an error of it is a HubError."""
        code = f"import subprocess; print(subprocess.run({command!r}, shell=True, check=True, text=True, "
        return self.run(f"{code}stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout, end='')")

    def run(self, code: str, seconds: float = 60) -> str:
        """Run code in the server's kernel and give what it printed; an error in it, or no end to it, is a HubError."""
        kernels = f"{self._place}/api/kernels"
        if not self._kernel or self.api("GET", f"{kernels}/{self._kernel}").status_code != httpx.codes.OK:
            self._kernel = _expect(self.api("POST", kernels), 201).json()["id"]
        address = f"{self.url.replace('http', 'ws', 1)}{kernels}/{self._kernel}/channels"
        channel = websocket.create_connection(address, header=self._headers(), timeout=seconds)
        try:
            _wait_until_heard(channel, seconds)
            return _run_in(channel, code, seconds)
        finally:
            channel.close()

    @property
    def _server(self) -> str:
        of_person = f"/hub/api/users/{self.name}"
        return f"{of_person}/servers/{self.server_name}" if self.server_name else f"{of_person}/server"

    @property
    def _place(self) -> str:
        return f"/user/{self.name}/{self.server_name}".rstrip("/")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


def _wait_until_heard(channel: websocket.WebSocket, seconds: float) -> None:
    """Wait until what the kernel prints comes through this channel.

    jupyter_server opens the channel to a kernel that it holds for busy before it has subscribed to what that prints
    (`nudge` in its connection/channels.py), and the end of a short request would be lost.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(_is_end(answer) for answer in _ask(channel, "kernel_info_request", {}, 1)):
            return
    raise HubError(f"nothing was heard of the kernel for {seconds:.0f} s")


def _run_in(channel: websocket.WebSocket, code: str, seconds: float) -> str:
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False, "stop_on_error": True}
    printed: list[str] = []
    for answer in _ask(channel, "execute_request", content, seconds):
        said = answer["content"]
        if answer["msg_type"] == "stream":
            printed.append(said["text"])
        elif answer["msg_type"] == "error":
            raise HubError(f"{said['ename']}: {said['evalue']}")
        elif _is_end(answer):
            return "".join(printed)
    raise HubError(f"after {seconds:.0f} s the kernel still ran {code!r}; it had printed {''.join(printed)!r}")


def _is_end(answer: dict[str, Any]) -> bool:
    return answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle"


def _ask(channel: websocket.WebSocket, kind: str, content: dict[str, Any], seconds: float) -> Iterator[dict[str, Any]]:
    """Send the kernel a request and give its answers, for so long."""
    request = uuid.uuid4().hex
    header = {"msg_id": request, "msg_type": kind, "version": "5.3", "username": "", "session": request}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(message))
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        channel.settimeout(left)
        try:
            # Pings are given too, as each would begin the wait anew.
            opcode, data = channel.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            return
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise HubError(f"the server closed the channel to the kernel: {data!r}")
        if opcode == websocket.ABNF.OPCODE_TEXT:
            answer = json.loads(data)
            if answer["parent_header"].get("msg_id") == request:
                yield answer


def _expect(answer: httpx.Response, *codes: int) -> httpx.Response:
    if answer.status_code not in codes:
        raise HubError(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:500]}")
    return answer

"""What a person does with a hub: log in by its form, start and stop a server, run code in a kernel."""

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

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
        """Run code in a new kernel and give what it printed; an error in the code is a HubError."""
        kernel = _expect(self.api("POST", f"{self._place}/api/kernels"), 201).json()["id"]
        address = f"{self.url.replace('http', 'ws', 1)}{self._place}/api/kernels/{kernel}/channels"
        channel = websocket.create_connection(address, header=self._headers(), timeout=seconds)
        try:
            return _run_in(channel, code)
        finally:
            channel.close()
            self.api("DELETE", f"{self._place}/api/kernels/{kernel}")

    @property
    def _server(self) -> str:
        of_person = f"/hub/api/users/{self.name}"
        return f"{of_person}/servers/{self.server_name}" if self.server_name else f"{of_person}/server"

    @property
    def _place(self) -> str:
        return f"/user/{self.name}/{self.server_name}".rstrip("/")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


def _run_in(channel: websocket.WebSocket, code: str) -> str:
    request = uuid.uuid4().hex
    header = {"msg_id": request, "msg_type": "execute_request", "version": "5.3", "username": "", "session": request}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False, "stop_on_error": True}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(message))
    printed: list[str] = []
    while True:
        answer = json.loads(channel.recv())
        if answer["parent_header"].get("msg_id") != request:
            continue
        kind, said = answer["msg_type"], answer["content"]
        if kind == "stream":
            printed.append(said["text"])
        elif kind == "error":
            raise HubError(f"{said['ename']}: {said['evalue']}")
        elif kind == "status" and said["execution_state"] == "idle":
            return "".join(printed)


def _expect(answer: httpx.Response, *codes: int) -> httpx.Response:
    if answer.status_code not in codes:
        raise HubError(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:500]}")
    return answer

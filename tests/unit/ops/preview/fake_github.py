"""A GitHub that keeps comments of one pull request: pages, limits, failures, and others who do things meanwhile."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

BOT = "github-actions[bot]"
REPOSITORY = "course/platform"
_MOST = 65_536

Happening = Callable[["FakeGitHub", httpx.Request], httpx.Response | None]
"""What happens before a request is answered; a response is given in place of the answer."""


@dataclass
class FakeGitHub:
    """Answers as api.github.com does where the comments of an issue are concerned."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    happenings: list[Happening] = field(default_factory=list[Happening])
    """One is taken at each request, in order."""

    asked: list[str] = field(default_factory=list[str])
    slept: list[float] = field(default_factory=list[float])
    while_asleep: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    per_page: int = 100
    last: int = 0

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.answer), base_url="https://api.github.com")

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.while_asleep:
            self.while_asleep.pop(0)()

    def add(self, body: str, login: str = BOT) -> int:
        self.last += 1
        self.comments[self.last] = {"id": self.last, "body": body, "user": {"login": login}}
        return self.last

    def bodies(self, login: str = BOT) -> list[str]:
        return [each["body"] for each in self.comments.values() if each["user"]["login"] == login]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.happenings:
            instead = self.happenings.pop(0)(self, request)
            if instead is not None:
                return instead
        return self.does(request)

    def does(self, request: httpx.Request) -> httpx.Response:
        one = re.fullmatch(rf"/repos/{REPOSITORY}/issues/comments/(\d+)", request.url.path)
        if one:
            return self._one(request, int(one[1]))
        if request.url.path != f"/repos/{REPOSITORY}/issues/12/comments":
            return httpx.Response(404, json={"message": "Not Found"})
        if request.method == "POST":
            body = json.loads(request.content)["body"]
            return httpx.Response(201, json=self.comments[self.add(body)]) if len(body) <= _MOST else _TOO_LONG
        page = int(request.url.params.get("page", 1))
        size = min(self.per_page, int(request.url.params.get("per_page", 30)))
        entries = [self.comments[number] for number in sorted(self.comments)]
        more = page * size < len(entries)
        links = {"link": f'<{request.url.copy_set_param("page", page + 1)}>; rel="next"'} if more else {}
        return httpx.Response(200, json=entries[(page - 1) * size : page * size], headers=links)

    def _one(self, request: httpx.Request, number: int) -> httpx.Response:
        if number not in self.comments:
            return httpx.Response(404, json={"message": "Not Found"})
        if request.method == "DELETE":
            del self.comments[number]
            return httpx.Response(204)
        body = json.loads(request.content)["body"]
        if len(body) > _MOST:
            return _TOO_LONG
        self.comments[number]["body"] = body
        return httpx.Response(200, json=self.comments[number])


_TOO_LONG = httpx.Response(422, json={"message": "body is too long (maximum is 65536 characters)"})


def nothing(_: FakeGitHub, __: httpx.Request) -> None:
    """Let a request pass."""


def fails(status: int, headers: dict[str, str] | None = None, message: str = "") -> Happening:
    """Answer with a status, and do nothing."""
    return lambda _, __: httpx.Response(status, headers=headers, json={"message": message})


def does_and_fails(status: int) -> Happening:
    """Do what was asked, and answer as if it had not been done."""

    def happening(github: FakeGitHub, request: httpx.Request) -> httpx.Response:
        github.does(request)
        return httpx.Response(status)

    return happening


def breaks(_: FakeGitHub, request: httpx.Request) -> httpx.Response:
    """Lose the connection."""
    raise httpx.ReadTimeout("no answer", request=request)

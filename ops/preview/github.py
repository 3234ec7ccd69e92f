"""The one comment of a pull request, over GitHub's API."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from ops.preview.errors import PreviewError
from ops.preview.remark import Remark, read
from ops.recovery.state import fields

_TRIES = 6
_LONGEST_WAIT = 300.0
"""How long, in seconds, a rate limit is waited for in all; a job is not to hang for an hour."""

_SECONDS_TO_SETTLE = 2.0
"""How long after a write another run's write may still be under way."""

_ROUNDS = 4
_PAGES = 200
_PER_PAGE = 100

Write = Callable[[Remark | None], str]
"""Gives the comment's text, from what the comment there remembers."""


@dataclass(frozen=True)
class Comment:
    """A comment of ours on the pull request."""

    id: int
    remark: Remark
    body: str


class PullRequest:
    """The comments of one pull request."""

    def __init__(
        self,
        client: httpx.Client,
        repository: str,
        number: int,
        author: str,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Take a client with the API's address and a token; `author` is whose comments count as ours."""
        self._client = client
        self._issue = f"/repos/{repository}/issues/{number}/comments"
        self._comment = f"/repos/{repository}/issues/comments"
        self._author = author
        self._sleep = sleep or time.sleep
        self._waited = 0.0

    def say(self, remark: Remark, write: Write) -> bool:
        """Have one comment of ours, with this text; False where a later run has already written its own.

        Two runs may do this at once, and somebody may delete the comment meanwhile: so after writing it looks again,
        until there is one comment, and it is the latest run's.
        """
        written = False
        for _ in range(_ROUNDS):
            ours = self._ours()
            latest = max((each.remark.run for each in ours), default=remark.run)
            if latest > remark.run:
                self._delete(each.id for each in ours if each.remark.run < latest)
                return False
            if written and len(ours) == 1 and (ours[0].remark.run, ours[0].remark.now) == (remark.run, remark.now):
                return True
            self._write(ours, remark, write)
            written = True
            self._sleep(_SECONDS_TO_SETTLE)
        raise PreviewError(
            "GitHub does not take the pull request's comment, or somebody else writes it at the same time: run the job "
            "again."
        )

    def _write(self, ours: list[Comment], remark: Remark, write: Write) -> None:
        """Write the oldest of our comments, and take the others away; or make one."""
        if not ours:
            self._ask("POST", self._issue, {"body": write(None)}, again=False)
            return
        first, *others = ours
        earlier = max((each.remark for each in ours), key=lambda each: (each.run < remark.run, each.run))
        self._ask("PATCH", f"{self._comment}/{first.id}", {"body": write(earlier)}, missing_is_fine=True)
        self._delete(each.id for each in others)

    def _delete(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            self._ask("DELETE", f"{self._comment}/{number}", missing_is_fine=True)

    def _ours(self) -> list[Comment]:
        """Find our comments on every page, the oldest first."""
        found: dict[int, Comment] = {}
        for page in range(1, _PAGES + 1):
            answer = self._ask("GET", self._issue, params={"per_page": _PER_PAGE, "page": page})
            entries: list[Mapping[str, Any]] = answer.json()
            for entry in entries:
                body = str(entry.get("body") or "").replace("\r\n", "\n")
                remark = read(body)
                if remark and fields(entry.get("user")).get("login") == self._author:
                    found[int(entry["id"])] = Comment(int(entry["id"]), remark, body)
            if not entries or "next" not in answer.links:
                break
        return [found[number] for number in sorted(found)]

    def _ask(  # noqa: PLR0913 - each says one thing of the request
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        again: bool = True,
        missing_is_fine: bool = False,
    ) -> httpx.Response:
        """Ask, and ask again after an error that passes.

        With `again=False` nothing is sent twice: the answer may have been lost, and the comment made.
        """
        said = "no answer"
        for attempt in range(_TRIES):
            try:
                answer = self._client.request(method, path, json=body, params=params)
            except httpx.HTTPError as error:
                said = f"no answer ({type(error).__name__})"
                wait = 2.0**attempt
            else:
                if answer.is_success:
                    return answer
                if missing_is_fine and answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                    return answer
                said = f"{answer.status_code} {answer.reason_phrase}"
                limited = _seconds_to_wait(answer)
                if limited is None and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise PreviewError(_refused(method, said, answer))
                wait = limited if limited is not None else 2.0**attempt
                if limited is not None:
                    self._pause(wait, said)
                    continue  # what was refused by a limit has not been done
            if not again:
                return httpx.Response(HTTPStatus.ACCEPTED)  # looked for again, and made anew where it is not there
            self._pause(wait, said)
        raise PreviewError(f"GitHub does not do {method} for the pull request's comment: {said}, {_TRIES} times.")

    def _pause(self, seconds: float, said: str) -> None:
        self._waited += seconds
        if self._waited > _LONGEST_WAIT:
            raise PreviewError(
                f"GitHub says {said} and would have us wait {seconds:.0f} s: run the job again after that."
            )
        self._sleep(seconds)


def _seconds_to_wait(answer: httpx.Response) -> float | None:
    """Give how long a rate limit asks us to wait; None where it is none."""
    if answer.status_code not in (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
        return None
    after = answer.headers.get("retry-after", "")
    if after.isdigit():
        return float(after) + 1
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - time.time() + 1) if reset.isdigit() else 60.0
    limited = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or "rate limit" in answer.text.lower()
    return 60.0 if limited else None


def _refused(method: str, said: str, answer: httpx.Response) -> str:
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"GitHub refuses {method} with {said}: the job needs the permission `pull-requests: write`."
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return "GitHub knows no such pull request, or the token may not see it (404)."
    return f"GitHub refuses {method} with {said}."

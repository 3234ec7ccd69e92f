"""One comment, with the right content, whatever happens at GitHub meanwhile."""

import time
from collections.abc import Callable

import httpx
import pytest

from ops.preview.errors import PreviewError
from ops.preview.github import PullRequest
from ops.preview.remark import Past, Remark, read
from tests.unit.ops.preview.fake_github import (
    BOT,
    REPOSITORY,
    FakeGitHub,
    Happening,
    breaks,
    does_and_fails,
    fails,
    nothing,
)


def remark(run: int, verdict: str = "safe") -> Remark:
    return Remark((run, 1), Past(verdict, f"{run:040x}", "2026-11-21 09:00 UTC"))


def write(what: str, now: Remark) -> Callable[[Remark | None], str]:
    return lambda earlier: f"### {what}\n\n{now.after(earlier).written()}"


def say(github: FakeGitHub, run: int, what: str = "", author: str = BOT, verdict: str = "safe") -> bool:
    now = remark(run, verdict)
    request = PullRequest(github.client(), REPOSITORY, 12, author, github.sleep)
    return request.say(now, write(what or f"run {run}", now))


def only(github: FakeGitHub) -> str:
    (body,) = github.bodies()
    return body


def test_the_first_run_makes_a_comment_and_later_runs_write_it() -> None:
    github = FakeGitHub()
    assert say(github, 1, verdict="data at risk")
    assert say(github, 2, "no change")
    assert only(github).startswith("### no change")
    assert "Before: `data at risk` at `000000000000`" in only(github)
    assert list(github.comments) == [1]


@pytest.mark.parametrize("before", [0, 29, 99, 100, 250])
def test_it_is_found_on_whichever_page(before: int) -> None:
    github = FakeGitHub()
    for _ in range(before):
        github.add("a word", "ada")
    say(github, 1)
    for _ in range(150):
        github.add("another word", "bob")
    say(github, 2)
    assert only(github).startswith("### run 2")
    assert before + 1 in github.comments


def test_a_server_that_gives_smaller_pages() -> None:
    github = FakeGitHub(per_page=7)
    for _ in range(50):
        github.add("a word", "ada")
    say(github, 1)
    say(github, 2)
    assert only(github).startswith("### run 2")


def test_what_others_wrote_stays_even_with_our_mark() -> None:
    github = FakeGitHub()
    say(github, 1)
    github.add(only(github), "mallory")
    github.add(f"> {only(github)}\n\nWhat is this?", "ada")
    before = github.bodies("mallory") + github.bodies("ada")
    say(github, 2)
    assert only(github).startswith("### run 2")
    assert github.bodies("mallory") + github.bodies("ada") == before


def test_another_name_for_whoever_writes() -> None:
    github = FakeGitHub()
    github.add(write("run 1", remark(1))(None), "platform-bot")
    say(github, 2, author="platform-bot")
    assert github.bodies("platform-bot")[0].startswith("### run 2")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("place", range(4))
def test_errors_that_pass_are_tried_again(status: int, place: int) -> None:
    github = FakeGitHub(happenings=[*[nothing] * place, fails(status), fails(status), nothing])
    assert say(github, 1)
    assert only(github).startswith("### run 1")


@pytest.mark.parametrize("happening", [does_and_fails(502), breaks, fails(500)])
@pytest.mark.parametrize("there", [False, True])
def test_a_lost_answer_makes_no_second_comment(happening: Happening, there: bool) -> None:  # noqa: FBT001
    github = FakeGitHub()
    if there:
        say(github, 1)
    github.happenings = [nothing, happening]
    assert say(github, 2)
    assert only(github).startswith("### run 2")


def used_up_for(seconds: int) -> Happening:
    """Say that the limit is used up until a time that counts from the request, not from when the tests were found."""

    def happening(github: FakeGitHub, request: httpx.Request) -> httpx.Response | None:
        reset = str(int(time.time()) + seconds)
        return fails(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})(github, request)

    return happening


@pytest.mark.parametrize(
    ("happening", "least"),
    [
        (fails(429, {"retry-after": "7"}), 7),
        (fails(403, {"retry-after": "30"}, "You have exceeded a secondary rate limit"), 30),
        (fails(403, {}, "You have exceeded a secondary rate limit."), 60),
        (used_up_for(40), 30),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_limits_are_waited_for(happening: Happening, least: int, place: int) -> None:
    github = FakeGitHub(happenings=[*[nothing] * place, happening])
    assert say(github, 1)
    assert max(github.slept) >= least
    assert only(github).startswith("### run 1")


def test_nobody_waits_for_an_hour() -> None:
    limit = fails(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3600)})
    with pytest.raises(PreviewError, match="would have us wait 360"):
        say(FakeGitHub(happenings=[limit]), 1)


def test_a_server_that_stays_broken_is_told() -> None:
    github = FakeGitHub(happenings=[fails(503)] * 50)
    with pytest.raises(PreviewError, match="503 Service Unavailable, 6 times"):
        say(github, 1)
    with pytest.raises(PreviewError, match="does not take"):
        say(FakeGitHub(happenings=[nothing, fails(500)] * 50), 1)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "pull-requests: write"), (403, "pull-requests: write"), (404, "no such"), (422, "422")]
)
def test_what_does_not_pass_is_told_at_once(status: int, told: str) -> None:
    github = FakeGitHub(happenings=[fails(status)])
    with pytest.raises(PreviewError, match=told):
        say(github, 1)
    assert github.slept == []


def test_a_comment_that_is_deleted_while_it_is_written_is_made_again() -> None:
    def deleted(github: FakeGitHub, _: httpx.Request) -> None:
        github.comments.clear()

    github = FakeGitHub()
    say(github, 1)
    github.happenings = [nothing, deleted]
    assert say(github, 2)
    assert only(github).startswith("### run 2")


def test_a_comment_that_is_deleted_after_it_was_written_is_made_again() -> None:
    github = FakeGitHub()
    github.while_asleep = [github.comments.clear]
    assert say(github, 1)
    assert only(github).startswith("### run 1")


def together(first: int, second: int, place: int, there: int) -> FakeGitHub:
    """Let a second run do its work before a request of the first is answered; `place` says which.

    A write of the first is done while the second waits whether its own stays.
    """

    def meanwhile(github: FakeGitHub, request: httpx.Request) -> httpx.Response | None:
        done: list[httpx.Response] = []
        github.while_asleep = [lambda: done.append(github.does(request))] if request.method != "GET" else []
        say(github, second)
        return done[0] if done else None

    github = FakeGitHub()
    if there:
        say(github, there)
    github.happenings = [*[nothing] * place, meanwhile]
    say(github, first)
    return github


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("there", [0, 1])
@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 2)])
def test_of_two_runs_at_once_the_later_one_is_read(first: int, second: int, place: int, there: int) -> None:
    github = together(first, second, place, there)
    found = read(only(github))
    assert found is not None
    assert found.run == (3, 1)
    assert github.happenings == []


@pytest.mark.parametrize("numbers", [(2, 3), (3, 2)])
def test_two_that_each_saw_no_comment(numbers: tuple[int, int]) -> None:
    first, second = numbers

    def the_other_made_one(github: FakeGitHub, _: httpx.Request) -> None:
        github.add(write(f"run {second}", remark(second))(None))

    github = FakeGitHub(happenings=[nothing, the_other_made_one])
    say(github, first)
    say(github, second)
    assert only(github).startswith("### run 3")


def test_an_older_write_that_comes_late_is_written_over() -> None:
    late = lambda: github.comments[1].update(body=write("run 2", remark(2))(None))  # noqa: E731
    github = FakeGitHub()
    say(github, 1)
    github.while_asleep = [late]
    assert say(github, 3)
    assert only(github).startswith("### run 3")


def test_an_older_run_leaves_the_comment_of_a_later_one() -> None:
    github = FakeGitHub()
    say(github, 5)
    assert not say(github, 4)
    assert only(github).startswith("### run 5")


def test_the_same_run_may_say_something_else() -> None:
    github = FakeGitHub()
    say(github, 1)
    say(github, 1, "once more")
    assert only(github).startswith("### once more")


def test_a_comment_that_never_stays_is_told() -> None:
    github = FakeGitHub()
    github.while_asleep = [github.comments.clear] * 9
    with pytest.raises(PreviewError, match="run the job again"):
        say(github, 1)

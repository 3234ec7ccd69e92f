"""What people do with a hub, on a real cluster with real containers."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.hub_client import Person
from tests.support.hubs import COURSE, LAB, Hubs


@pytest.fixture(scope="module")
def ada(hubs: Hubs) -> Iterator[Person]:
    """Somebody at the course's hub whose server runs."""
    with hubs.person(COURSE, "ada") as person:
        yield person.log_in().start()
        person.stop()


def test_the_hub_answers(hubs: Hubs):
    answer = httpx.get(f"{hubs.url(COURSE)}/hub/api/")
    assert answer.json()["version"].startswith("5.")


def test_a_wrong_password_does_not_open(hubs: Hubs):
    with hubs.person(COURSE, "mallory") as mallory:
        refused = mallory.try_password("not the password")
    assert refused.status_code == 403
    assert "Invalid username or password" in refused.text


def test_code_runs_in_a_kernel(ada: Person):
    assert ada.run("import sys; print(sum(range(10)), sys.version_info.major)") == "45 3\n"


def test_the_server_knows_its_person_and_limits(ada: Person):
    said = ada.run("import os; print(os.getcwd(), os.environ['JUPYTERHUB_USER'], os.environ['MEM_LIMIT'], os.getuid())")
    assert said.split() == ["/home/jovyan", "ada", str(512 * 1024**2), "1000"]


def test_a_file_is_kept_across_stop_and_start(ada: Person):
    ada.run("open('kept.txt', 'w').write('what I wrote')")
    ada.stop().start()
    assert ada.run("print(open('kept.txt').read())") == "what I wrote\n"


def test_homes_are_peoples_own(ada: Person, hubs: Hubs):
    ada.run("open('secret.txt', 'w').write('mine')")
    with hubs.person(COURSE, "grace") as grace:
        listing = grace.log_in().start().run("import os; print(sorted(os.listdir()))")
        grace.stop()
    assert "secret.txt" not in listing


def test_an_idle_server_is_culled(hubs: Hubs):
    with hubs.person(LAB, "idle") as idle:
        idle.log_in().start()
        idle.wait_until_stopped(90)
    assert not hubs.kube.pods(LAB, "component=singleuser-server")


def test_a_server_is_not_culled_where_culling_is_off(ada: Person):
    assert ada.server() is not None

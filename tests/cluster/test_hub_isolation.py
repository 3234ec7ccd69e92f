"""What a person's server cannot reach: each check is held against a place where it would fail."""

import json
from collections.abc import Iterator

import httpx
import pytest

from components.versions import SINGLEUSER_IMAGE
from tests.support.hub_client import HubError, Person
from tests.support.hubs import COURSE, LAB, Hubs
from tests.support.kube import wait_for
from tests.support.metadata import ADDRESS, PORT, metadata_service

# Prints which of some addresses take a connection within two seconds.
_PROBE = """
import json, socket
def reaches(address, port):
    try:
        socket.create_connection((address, port), timeout=2).close()
        return True
    except OSError:
        return False
print(json.dumps({{f"{{a}}:{{p}}": reaches(a, p) for a, p in {targets!r}}}))
"""


def reached(person: Person, targets: list[tuple[str, int]]) -> dict[str, bool]:
    """Give which targets a person's server can connect to."""
    return json.loads(person.run(_PROBE.format(targets=targets)))


@pytest.fixture(scope="module")
def ada(hubs: Hubs) -> Iterator[Person]:
    with hubs.person(COURSE, "ada") as person:
        yield person.log_in().start()
        person.stop()


@pytest.fixture(scope="module")
def grace(hubs: Hubs) -> Iterator[Person]:
    with hubs.person(COURSE, "grace") as person:
        yield person.log_in().start()
        person.stop()


@pytest.fixture(scope="module")
def metadata(hubs: Hubs) -> Iterator[tuple[str, int]]:
    with metadata_service(hubs.cluster):
        yield ADDRESS, PORT


@pytest.fixture(scope="module")
def outsider(hubs: Hubs) -> Iterator[str]:
    """A pod in a namespace without any policy: what it reaches, is there to be reached."""
    name, namespace = "outsider", "default"
    container = {"name": "sleep", "image": SINGLEUSER_IMAGE, "command": ["sleep", "3600"]}
    pod = {"metadata": {"name": name}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 0}}
    hubs.kube.core.create_namespaced_pod(namespace, pod)
    wait_for("the outsider's pod runs", lambda: hubs.kube.pod_runs(namespace, name), 60)
    yield name
    hubs.kube.core.delete_namespaced_pod(name, namespace)


def outsider_reaches(hubs: Hubs, name: str, targets: list[tuple[str, int]]) -> dict[str, bool]:
    return json.loads(hubs.kube.run_in_pod("default", name, ["python3", "-c", _PROBE.format(targets=targets)]))


def server_of(hubs: Hubs, hub: str, name: str) -> tuple[str, int]:
    """Give where a person's server listens."""
    (pod,) = [each for each in hubs.kube.pods(hub, "component=singleuser-server") if f"-{name}" in each.metadata.name]
    return pod.status.pod_ip, 8888


def test_neither_api_server_nor_metadata(hubs: Hubs, ada: Person, outsider: str, metadata: tuple[str, int]):
    targets = [("kubernetes.default.svc", 443), hubs.kube.api_address(), metadata]
    assert set(outsider_reaches(hubs, outsider, targets).values()) == {True}
    assert set(reached(ada, targets).values()) == {False}


def test_no_credentials_for_the_cluster(ada: Person):
    assert ada.run("import os; print(os.path.exists('/var/run/secrets/kubernetes.io'))") == "False\n"


def test_its_own_hub(ada: Person):
    assert reached(ada, [("hub", 8081)]) == {"hub:8081": True}


def test_not_another_persons_server(hubs: Hubs, ada: Person, grace: Person):
    mine, hers = server_of(hubs, COURSE, "ada"), server_of(hubs, COURSE, "grace")
    assert reached(grace, [hers]) == {f"{hers[0]}:8888": True}
    assert reached(ada, [hers]) == {f"{hers[0]}:8888": False}
    assert reached(grace, [mine]) == {f"{mine[0]}:8888": False}


def test_not_the_other_hub(hubs: Hubs, ada: Person):
    inside = [(f"hub.{LAB}.svc", 8081), (f"proxy-api.{LAB}.svc", 8001)]
    with hubs.person(LAB, "lin") as lin:
        lin.log_in().start()
        hers = server_of(hubs, LAB, "lin")
        assert reached(lin, [("hub", 8081), hers]) == {"hub:8081": True, f"{hers[0]}:8888": True}
        assert set(reached(ada, [*inside, hers]).values()) == {False}


def test_one_hubs_token_is_nothing_to_the_other(hubs: Hubs, ada: Person):
    headers = {"Authorization": f"token {ada.token}"}
    assert httpx.get(f"{hubs.url(COURSE)}/hub/api/user", headers=headers).json()["name"] == "ada"
    assert httpx.get(f"{hubs.url(LAB)}/hub/api/user", headers=headers).status_code == 403


def test_one_hubs_password_is_nothing_to_the_other(hubs: Hubs):
    assert hubs.password(COURSE) != hubs.password(LAB)
    with Person(hubs.url(LAB), "ada", hubs.password(COURSE)) as ada, pytest.raises(HubError, match="cannot log in"):
        ada.log_in()


def test_the_same_name_in_two_hubs_has_two_homes(hubs: Hubs, ada: Person):
    ada.run("open('course.txt', 'w').write('x')")
    with hubs.person(LAB, "ada") as other:
        assert "course.txt" not in other.log_in().start().run("import os; print(os.listdir())")


def test_hubs_share_no_claim_volume_or_secret(hubs: Hubs):
    course, lab = hubs.kube.volumes_of(COURSE), hubs.kube.volumes_of(LAB)
    assert course
    assert lab
    assert not course & lab
    tokens = [hubs.kube.hub_secrets(hub) for hub in (COURSE, LAB)]
    assert not tokens[0] & tokens[1]

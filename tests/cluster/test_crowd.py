"""A lecture begins: everybody starts their server at once, with a database each."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.hubs import BringUp, Hubs

# Answers where a notebook would, in a hundredth of its time: thirty notebooks would only measure this machine.
_ANSWERS_ONLY = ["sh", "-c", "trap exit TERM; python3 -m http.server 8888 --directory /usr/share & wait"]


@pytest.mark.parametrize("many", [8, pytest.param(30, marks=pytest.mark.nightly)])
def test_people_who_come_at_once_each_get_their_database(bring_up: BringUp, many: int):
    hub = f"crowd{many}"
    hubs = bring_up(
        hub,
        user_database={"capacity": "1Gi"},
        users={"memory": {"guarantee": "16Mi", "limit": "128Mi"}, "cpu": {"guarantee": 0.001}, "most": many},
        chart_values={"singleuser": {"cmd": _ANSWERS_ONLY}},
    )
    names = [f"student{number}" for number in range(many)]
    with ThreadPoolExecutor(many) as pool:
        answers = list(pool.map(lambda name: _start_and_ask(hubs, hub, name), names))
    assert answers == ["42"] * many
    assert {f"postgres-{name}" for name in names} <= hubs.kube.claims(hub)


def _start_and_ask(hubs: Hubs, hub: str, name: str) -> str:
    with hubs.person(hub, name) as person:
        person.log_in().start()
    (pod,) = hubs.kube.pods(hub, f"hub.jupyter.org/username={name}")
    ask = ["psql", "--tuples-only", "--no-align", "--command", "SELECT 6 * 7"]
    return hubs.kube.run_in_pod(hub, pod.metadata.name, ask, "notebook").strip()

"""A PostgreSQL beside each person's notebook, and a disk beside the home, in running pods."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.hub_client import HubError, Person
from tests.support.hubs import BringUp, Hubs
from tests.support.kube import wait_for
from tests.support.stack_files import changed_in, one_hub

HUB = "sql"
DATABASE = {"postgres": "17", "capacity": "1Gi", "extensions": ["pg_trgm"]}
SETTINGS: dict[str, Any] = {
    "auth": {"dummy": {}, "admins": ["admin"]},
    "user_database": DATABASE,
    "extra_claims": [
        {"name": "scratch", "capacity": "1Gi", "mount": "/scratch", "delete_with_user": True},
    ],
    "culling": False,
    "on_destroy": "delete",
    # JupyterHub looks whether a server still runs, as a rule each half minute.
    "chart_values": {"hub": {"config": {"KubeSpawner": {"poll_interval": 3}}}},
}


@pytest.fixture(scope="module")
def hubs(bring_up: BringUp) -> Hubs:
    return bring_up(HUB, **SETTINGS)


@pytest.fixture(scope="module")
def ada(hubs: Hubs) -> Iterator[Person]:
    with hubs.person(HUB, "ada") as person:
        yield person.log_in().start()


def sql(person: Person, statement: str) -> str:
    """Ask the person's database from their notebook, with no settings."""
    return person.shell(f'psql --no-align --tuples-only --command "{statement}"').strip()


def pod_of(hubs: Hubs, name: str) -> Any:
    (pod,) = hubs.kube.pods(HUB, f"hub.jupyter.org/username={name}")
    return pod


def log_of(hubs: Hubs, name: str) -> str:
    pod = pod_of(hubs, name).metadata.name
    return hubs.kube.core.read_namespaced_pod_log(pod, HUB, container="postgres")


def claim(hubs: Hubs, name: str) -> Any:
    return hubs.kube.core.read_namespaced_persistent_volume_claim(name, HUB)


def test_psql_answers_with_no_settings(ada: Person):
    assert sql(ada, "SELECT current_user, current_database(), 6 * 7") == "jovyan|jovyan|42"
    assert sql(ada, "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'") == "pg_trgm"


def test_psycopg_and_jupysql_answer_with_no_settings(ada: Person):
    assert ada.run("import psycopg; print(psycopg.connect().execute('SELECT 6 * 7').fetchone()[0])") == "42\n"
    magic = "ip = get_ipython(); ip.run_line_magic('load_ext', 'sql'); ip.run_line_magic('sql', '')"
    assert "42" in ada.run(f"{magic}; print(ip.run_line_magic('sql', 'SELECT 6 * 7 AS answer'))")


def test_files_of_the_home_can_be_loaded(ada: Person):
    ada.shell("printf '1,one\\n2,two\\n' > numbers.csv")
    sql(ada, "CREATE TABLE numbers (n int, word text)")
    assert sql(ada, "COPY numbers FROM '/home/jovyan/numbers.csv' CSV") == "COPY 2"
    ada.shell("pg_dump --file dump.sql && grep -q 'two' dump.sql")


def test_nothing_but_the_pod_reaches_it(hubs: Hubs, ada: Person):
    """It listens on no address at all: neither another pod, nor the hub, nor the pod itself gets there."""
    assert sql(ada, "SHOW listen_addresses") == ""
    probe = "import socket; s = socket.socket(); s.settimeout(2); print(s.connect_ex(('{}', 5432)))"
    address = pod_of(hubs, "ada").status.pod_ip
    assert ada.run(probe.format("127.0.0.1")) != "0\n"
    assert ada.run(probe.format(address)) != "0\n"
    (hub,) = hubs.kube.pods(HUB, "component=hub")
    said = hubs.kube.run_in_pod(HUB, hub.metadata.name, ["python3", "-c", probe.format(address)])
    assert said.strip() not in ("", "0")


def test_the_notebook_does_not_see_the_databases_files(ada: Person):
    with pytest.raises(HubError):
        ada.shell("ls /var/lib/postgresql/data")


def test_a_stop_is_clean_and_the_next_start_recovers_nothing(hubs: Hubs, ada: Person):
    ada.stop().start()
    log = log_of(hubs, "ada")
    assert "database system was shut down at" in log
    assert "not properly shut down" not in log
    assert sql(ada, "SELECT count(*) FROM numbers") == "2"


def test_the_hub_writes_down_how_much_it_holds(hubs: Hubs, ada: Person):
    notes = claim(hubs, "postgres-ada").metadata.annotations
    assert int(notes["hubstack.dev/used-bytes"]) > 1_000_000
    assert notes["hub.jupyter.org/username"] == "ada"
    assert notes["hubstack.dev/last-used"]


def test_data_outlasts_a_killed_server_process(hubs: Hubs, ada: Person):
    sql(ada, "INSERT INTO numbers VALUES (3, 'three')")
    kill = "kill -9 $(head -n 1 /var/lib/postgresql/data/pgdata/postmaster.pid)"
    hubs.kube.run_in_pod(HUB, pod_of(hubs, "ada").metadata.name, ["bash", "-c", kill], "postgres")

    def restarted() -> bool:
        (state,) = pod_of(hubs, "ada").status.init_container_statuses
        return bool(state.restart_count and state.ready)

    wait_for("the database to be back", restarted)
    assert sql(ada, "SELECT word FROM numbers WHERE n = 3") == "three"


def test_data_outlasts_a_killed_pod(hubs: Hubs, ada: Person):
    sql(ada, "INSERT INTO numbers VALUES (4, 'four')")
    hubs.kube.core.delete_namespaced_pod(pod_of(hubs, "ada").metadata.name, HUB, grace_period_seconds=0)
    ada.wait_until_stopped(120)
    ada.start()
    assert sql(ada, "SELECT count(*) FROM numbers") == "4"


def test_a_person_resets_their_own_database(ada: Person):
    ada.shell("printf 'delete my database' > reset-my-database")
    wait_for("the database to be empty", lambda: "numbers" not in _tables(ada), 90)
    assert "DATABASE WAS RESET.txt" in ada.shell("ls")


def _tables(person: Person) -> str:
    try:
        return sql(person, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    except HubError:
        return "numbers, as the server is away"


def test_a_disk_beside_the_home_is_the_persons_to_write(hubs: Hubs, ada: Person):
    ada.shell("echo wide > /scratch/file && cat /scratch/file")
    assert claim(hubs, "scratch-ada").metadata.labels["component"] == "extra-pvc"


def test_larger_claims_grow_at_the_next_start_and_smaller_ones_are_refused(hubs: Hubs, ada: Person):
    config = one_hub(HUB, **SETTINGS)
    capacity = f"hubs.{HUB}.user_database.capacity"
    hubs.stack.configure(changed_in(config, (capacity, "2Gi")))
    hubs.stack.up()
    ada.stop().start()
    assert claim(hubs, "postgres-ada").spec.resources.requests["storage"] == "2Gi"
    assert claim(hubs, "scratch-ada").spec.resources.requests["storage"] == "1Gi"
    hubs.stack.configure(config)
    refused = hubs.stack.pulumi("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "capacity was 2Gi and cannot become 1Gi" in refused.text


def test_disks_are_listed_and_those_in_use_are_not_removed(hubs: Hubs, ada: Person):
    listed = hubs.stack.claims().out
    assert re.search(r"postgres-ada +ada +1Gi +[\d.Mi?]+ +20\d\d-\d\d-\d\d +jupyter-ada", listed), listed
    with hubs.person(HUB, "bob") as bob:
        bob.log_in().start().stop()
    removed = hubs.stack.claims("--hub", HUB, "--label", "hubstack.dev/claim=postgres", "--remove", typed=f"{HUB}\n")
    assert removed.code == 0, removed.text
    wait_for("the unused disk to go", lambda: "postgres-bob" not in hubs.kube.claims(HUB))
    assert {"postgres-ada", "scratch-bob"} <= hubs.kube.claims(HUB)
    assert sql(ada, "SELECT 6 * 7") == "42"


def test_the_claims_that_go_with_a_person_go_and_the_others_stay(hubs: Hubs, ada: Person):
    with hubs.person(HUB, "admin") as admin:
        admin.log_in()
        ada.stop()
        admin.delete("ada")
    wait_for("the claim to go", lambda: "scratch-ada" not in hubs.kube.claims(HUB))
    assert "postgres-ada" in hubs.kube.claims(HUB)


def test_destroy_with_servers_running_leaves_nothing(hubs: Hubs):
    with hubs.person(HUB, "grace") as grace, hubs.person(HUB, "mary") as mary:
        grace.log_in().start()
        mary.log_in().start()
        assert len(hubs.kube.pods(HUB, "component=singleuser-server")) == 2
    label = hubs.stack.output("platform")
    assert hubs.kube.volumes_of(HUB)

    hubs.stack.destroy()

    assert HUB not in hubs.kube.namespaces()
    assert hubs.kube.pods(HUB) == []
    assert hubs.kube.claims(HUB) == set()
    assert hubs.kube.volumes_of(HUB) == set()
    assert hubs.kube.labelled(label) == set()

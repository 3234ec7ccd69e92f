"""What runs in the container of a person's database, with the image that the cluster has, and no cluster."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from components import versions
from components.hub.runtime.database import ENVIRONMENT
from testbed.images import build_all, build_for_upgrades
from testbed.images.recipe import NEXT_POSTGRESQL
from tests.support.sidecar import Container, Pod, disk, unpack, wait_for

_RESET = "DATABASE WAS RESET"
_TROUBLE = "DATABASE DOES NOT RUN"
_FULL = "DATABASE DISK IS NEARLY FULL"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of PostgreSQL's image."""
    root = tmp_path_factory.mktemp("image")
    unpack(build_all()[0], versions.POSTGRESQL_IMAGE, root)
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of the image of the next major version."""
    root = tmp_path_factory.mktemp("newer")
    unpack(build_for_upgrades()[0], versions.POSTGRESQL_IMAGES[NEXT_POSTGRESQL], root)
    yield root
    shutil.rmtree(root)


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    """A person's claim and home, in memory: a real disk takes its time for PostgreSQL while other tests write to it."""
    with disk(tmp_path, 2048):
        yield Pod(tmp_path, {"SECONDS_BETWEEN_LOOKS": "0.3"})


def test_it_answers_when_the_hook_returns_and_keeps_what_it_is_given(pod: Pod, image: Path):
    with pod.container(image, EXTENSIONS="pg_trgm,uuid-ossp") as first:
        first.wait()
        assert first.sql("SELECT current_user || ' ' || current_database()") == "jovyan jovyan"
        assert first.sql("SHOW listen_addresses") == ""
        assert first.sql("SELECT extname FROM pg_extension ORDER BY 1").split() == ["pg_trgm", "plpgsql", "uuid-ossp"]
        first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
        last = first.stop()
    assert 40 << 20 < last["used_bytes"] < 120 << 20
    assert last["total_bytes"] > last["used_bytes"]

    with pod.container(image) as second:
        assert second.wait().sql("SELECT answer FROM kept") == "42"
        assert "not properly shut down" not in second.said()
        second.stop()
    assert pod.notes() == []


_PSYCOPG = "import psycopg; print(*psycopg.connect().execute('SELECT 6 * 7').fetchone())"
_JUPYSQL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "sql")
print(shell.run_line_magic("sql", "SELECT 6 * 7 AS answer").dict())
"""


def test_a_notebook_beside_it_connects_with_no_settings(
    pod: Pod, image: Path, tmp_path_factory: pytest.TempPathFactory
):
    notebook = tmp_path_factory.mktemp("notebook")
    unpack(build_all()[0], versions.SINGLEUSER_IMAGE, notebook)
    with pod.container(image) as container:
        container.wait()
        assert pod.beside(notebook, ["psql", "-Atc", "SELECT 6 * 7"], ENVIRONMENT) == "42\n"
        assert pod.beside(notebook, ["python", "-c", _PSYCOPG], ENVIRONMENT) == "42\n"
        assert "{'answer': (42,)}" in pod.beside(notebook, ["python", "-c", _JUPYSQL], ENVIRONMENT)
    shutil.rmtree(notebook)


def test_who_is_connected_does_not_hold_up_a_stop(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().sql("CREATE TABLE t (i int)")
        busy = container.begin("BEGIN; INSERT INTO t VALUES (1); SELECT pg_sleep(60)")
        wait_for(lambda: container.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN%'") == "1", "it")
        container.stop(seconds=10)
        assert busy.wait(5) != 0


@pytest.mark.parametrize("kill", [Container.kill_postgres, Container.kill], ids=["postgres", "pod"])
def test_what_was_committed_outlives_a_kill(pod: Pod, image: Path, kill: Callable[[Container], None]):
    with pod.container(image) as killed:
        killed.wait().sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS i")
        kill(killed)
        assert killed.ended() != 0
    with pod.container(image) as again:
        assert again.wait().sql("SELECT count(*) FROM kept") == "1000"
        assert "not properly shut down" in again.said()


def test_a_kill_within_the_first_start_leaves_nothing_half_made(pod: Pod, image: Path):
    with pod.container(image) as killed:
        wait_for((pod.claim / "pgdata.new").is_dir, "initdb to begin")
        killed.kill()
    assert not (pod.claim / "pgdata").exists()
    with pod.container(image) as again:
        assert again.wait().sql("SELECT 1") == "1"
    assert not (pod.claim / "pgdata.new").exists()


def test_a_group_that_may_write_does_not_keep_it_from_starting(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().stop()
    subprocess.run(["chmod", "-R", "g+rwX", pod.claim], check=True)  # the kubelet does so for a pod's fsGroup
    with pod.container(image) as again:
        assert again.wait().sql("SELECT 1") == "1"


def test_data_that_lies_in_the_claim_itself_is_taken_as_it_is(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().sql("CREATE TABLE kept AS SELECT 42 AS answer")
        container.stop()
    for part in list((pod.claim / "pgdata").iterdir()):
        part.rename(pod.claim / part.name)
    (pod.claim / "pgdata").rmdir()
    shutil.chown(pod.claim, 1000, 100)
    with pod.container(image) as again:
        assert again.wait().sql("SELECT answer FROM kept") == "42"
        again.stop()
    pod.wish_to_reset()
    with pod.container(image) as empty:
        assert empty.wait().try_sql("SELECT answer FROM kept").returncode != 0
    assert sorted(path.name for path in pod.claim.iterdir()) == ["lock", "pgdata", "reserve"]


def test_a_second_server_waits_until_the_first_lets_go_of_the_data(pod: Pod, image: Path, tmp_path: Path):
    with pod.container(image) as first:
        first.wait()
        with pod.container(image, SECONDS_FOR_THE_LOCK="0") as second:
            second.wait()
            assert "Another of your servers has the same data open" in pod.note(_TROUBLE)
            assert first.stop()
            wait_for(lambda: "ready to accept connections" in second.said(), "the second server")
            pod.wait_for_notes()
            assert second.sql("SELECT 1") == "1"


# Resetting


def test_a_person_resets_their_database_while_it_runs(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().sql("CREATE TABLE gone AS SELECT 1")
        pod.wish_to_reset()
        wait_for(lambda: f"{_RESET}.txt" in pod.notes(), "the reset")
        wait_for(lambda: container.try_sql("SELECT 1").returncode == 0, "the empty database")
        assert container.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"
        assert pod.notes() == [f"{_RESET}.txt"]
        container.stop()
    assert sorted(path.name for path in pod.claim.iterdir()) == ["lock", "pgdata", "reserve"]


@pytest.mark.parametrize("words", ["", "yes", "DELETE MY DATABASE", "delete my database please", "\0" * 9])
def test_other_words_reset_nothing(pod: Pod, image: Path, words: str):
    pod.wish_to_reset(words)
    with pod.container(image) as container:
        container.wait().sql("CREATE TABLE kept AS SELECT 1")
    with pod.container(image) as again:
        assert again.wait().sql("SELECT * FROM kept") == "1"
    assert pod.notes() == ["reset-my-database"]


def test_what_only_looks_like_the_wish_is_left_alone(pod: Pod, image: Path):
    (pod.home / "words").write_text("delete my database")
    (pod.home / "reset-my-database").symlink_to("words")
    with pod.container(image) as container:
        container.wait().sql("CREATE TABLE kept AS SELECT 1")
    (pod.home / "reset-my-database").unlink()
    subprocess.run(["mkfifo", "-m", "666", pod.home / "reset-my-database"], check=True)  # reading it would never end
    with pod.container(image) as again:
        assert again.wait().sql("SELECT * FROM kept") == "1"
        again.stop()


def test_a_home_that_takes_no_notes_does_not_matter(pod: Pod, image: Path):
    (pod.home / f"{_RESET}.txt").mkdir()
    pod.wish_to_reset()
    with pod.container(image) as container:
        assert container.wait().sql("SELECT 1") == "1"
        container.stop()
    assert pod.notes() == [f"{_RESET}.txt"]
    pod.home.chmod(0o555)
    with pod.container(image) as again:
        assert again.wait().sql("SELECT 1") == "1"


def test_what_a_killed_container_left_of_a_note_goes(pod: Pod, image: Path):
    half, others = f".database-note.{socket.gethostname()}.a1B2c3", ".database-note.jupyter-grace.d4E5f6"
    for name in (half, others):
        (pod.home / name).write_text("The disk of")
    with pod.container(image) as container:
        container.wait().stop()
    assert pod.notes() == [others]


# What keeps it from starting does not keep the notebook from it


def test_another_major_version_is_refused_and_the_notebook_starts(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().stop()
    (pod.claim / "pgdata" / "PG_VERSION").write_text("14\n")
    with pod.container(image) as newer:
        newer.wait()
        sentence = "Your data was written by PostgreSQL 14, and this is PostgreSQL 17, which cannot read it."
        assert sentence in newer.said()
        assert sentence in pod.note(_TROUBLE)
        assert newer.try_sql("SELECT 1").returncode != 0
        assert newer.stop()["used_bytes"] > 0
    with pod.container(image) as again:
        again.wait()
        pod.wish_to_reset()
        wait_for(lambda: again.try_sql("SELECT 1").returncode == 0, "the empty database")
        pod.wait_for_notes(f"{_RESET}.txt")


def test_a_setting_that_keeps_it_from_starting_is_told_with_postgres_words(pod: Pod, image: Path):
    with pod.container(image) as container:
        container.wait().sql("ALTER SYSTEM SET max_connections = 1")
        container.stop()
    with pod.container(image) as broken:
        broken.wait()
        assert re.search(r"PostgreSQL does not start: .*must be less than .*max_connections", pod.note(_TROUBLE))
        broken.stop()
    (pod.claim / "pgdata" / "postgresql.auto.conf").write_text("")
    with pod.container(image) as mended:
        assert mended.wait().sql("SELECT 1") == "1"
        pod.wait_for_notes()


def test_a_claim_that_cannot_be_written_is_told(pod: Pod, image: Path):
    pod.claim.chmod(0o555)
    with pod.container(image) as container:
        container.wait()
        assert "The folder of the data cannot be written." in pod.note(_TROUBLE)
        container.signal("TERM")
        assert container.ended() == 0


def test_an_extension_that_is_not_there_is_told_in_the_log(pod: Pod, image: Path):
    with pod.container(image, EXTENSIONS="nothing_of_this_name,pg_trgm") as container:
        assert container.wait().sql("SELECT extname FROM pg_extension ORDER BY 1").split() == ["pg_trgm", "plpgsql"]
        assert "The extension nothing_of_this_name cannot be had." in container.said()


# From one major version to another


def test_another_version_takes_over_what_the_older_one_wrote_down(pod: Pod, image: Path, newer: Path):
    odd = 'o\'d\\d "name" = $x'
    with pod.container(image) as old:
        old.wait().sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS i")
        old.sql("CREATE SEQUENCE counting START 7")
        old.sql("CREATE ROLE reader")
        old.sql("GRANT SELECT ON kept TO reader")
        old.sql('CREATE DATABASE "{}" OWNER reader'.format(odd.replace('"', '""')))
        old.sql("CREATE DATABASE narrow ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        old.sql("CREATE TABLE there AS SELECT 'é' AS letter", f"dbname='{_escaped(odd)}'")
        old.stop()

    pod.run(image, "dump")
    with pod.container(newer) as new:
        new.wait()
        assert "Reading what PostgreSQL 17 held into PostgreSQL 18." in new.said()
        assert new.sql("SELECT count(*) FROM kept") == "1000"
        assert new.sql("SELECT nextval('counting')") == "7"
        assert new.sql("SELECT has_table_privilege('reader', 'kept', 'SELECT')") == "t"
        assert new.sql("SELECT letter FROM there", f"dbname='{_escaped(odd)}'") == "é"
        assert new.sql("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'narrow'") == "LATIN1"
        assert new.sql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'o''d%'") == "reader"
        new.sql("INSERT INTO kept VALUES (1001)")
        new.stop()
    assert pod.notes() == ["DATABASE WAS UPGRADED.txt"]
    assert (pod.claim / "before-upgrade" / "PG_VERSION").read_text().strip() == "17"

    assert pod.run(image, "dump") == ""  # the setting may stay: there is nothing of the older one's any more
    with pod.container(newer) as again:
        assert again.wait().sql("SELECT count(*) FROM kept") == "1001"
        again.stop()
    ago = time.time() - 9 * 24 * 3600
    os.utime(pod.claim / "before-upgrade", (ago, ago))
    with pod.container(newer) as later:
        later.wait()
        wait_for(lambda: not (pod.claim / "before-upgrade").exists(), "the older one's data to go")


def test_what_the_older_one_wrote_down_is_never_older_than_its_data(pod: Pod, image: Path, newer: Path):
    with pod.container(image) as old:
        old.wait().sql("CREATE TABLE kept AS SELECT 1 AS i")
        old.stop()
    pod.run(image, "dump")
    with pod.container(image) as old:  # who set the new version went back
        old.wait().sql("INSERT INTO kept VALUES (2)")
        assert not (pod.claim / "upgrade").exists()
        old.stop()
    pod.run(image, "dump")
    with pod.container(newer) as new:
        assert new.wait().sql("SELECT count(*) FROM kept") == "2"
        new.stop()


def test_an_upgrade_that_is_killed_begins_again(pod: Pod, image: Path, newer: Path):
    with pod.container(image) as old:
        old.wait().sql("CREATE TABLE kept AS SELECT generate_series(1, 200000) AS i")
        old.stop()
    pod.run(image, "dump")
    with pod.container(newer) as killed:
        wait_for((pod.claim / "pgdata.new" / "postmaster.pid").is_file, "the new one to start")
        killed.kill()
    with pod.container(newer) as again:
        assert again.wait().sql("SELECT count(*) FROM kept") == "200000"
        again.stop()
    # Killed between the two renames that put the new data in the old one's place.
    (pod.claim / "pgdata").rename(pod.claim / "pgdata.restored")
    with pod.container(newer) as last:
        assert last.wait().sql("SELECT count(*) FROM kept") == "200000"


def test_what_cannot_be_carried_over_stays_and_is_told(pod: Pod, image: Path, newer: Path):
    with pod.container(image) as old:
        old.wait().sql("CREATE TABLE kept AS SELECT 1 AS i")
        old.stop()
    pod.run(image, "dump")
    (dumped,) = [path for path in (pod.claim / "upgrade").glob("*.name") if path.read_text().strip() == "jovyan"]
    dumped.with_suffix(".dump").write_bytes(b"no dump at all")
    with pod.container(newer) as new:
        new.wait()
        assert "Your data could not be carried over from PostgreSQL" in pod.note(_TROUBLE)
        assert "pg_restore: error" in pod.note(_TROUBLE)
        new.stop()
    with pod.container(image) as back:
        assert back.wait().sql("SELECT i FROM kept") == "1"


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


# The disk


def test_a_nearly_full_disk_is_told_until_there_is_room(pod: Pod, image: Path):
    with disk(pod.claim, 256), pod.container(image) as container:
        container.wait().sql(
            "CREATE TABLE big AS SELECT repeat('x', 900) || i AS t FROM generate_series(1, 185000) AS i"
        )
        pod.wait_for_notes(f"{_FULL}.txt")
        assert re.search(r"2\d\d MiB of 2\d\d MiB are taken", pod.note(_FULL))
        container.sql("DROP TABLE big")
        container.sql("CHECKPOINT")
        pod.wait_for_notes()
        last = container.stop()
        assert last["total_bytes"] == 256 << 20


def test_a_full_disk_stops_neither_the_next_start_nor_the_person(pod: Pod, image: Path):
    with disk(pod.claim, 300):
        with pod.container(image) as container:
            container.wait()
            wait_for((pod.claim / "reserve").exists, "the reserve")
            rows = "SELECT repeat('x', 900) AS t FROM generate_series(1, 9000)"
            container.sql(f"CREATE TABLE kept AS {rows}")
            while container.try_sql(f"INSERT INTO kept {rows}").returncode == 0:
                pass
            container.kill()
        with suppress(OSError), (pod.claim / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"\0" * 4096):  # and what is left, so that no log can be written either
                pass
        with pod.container(image) as again:
            assert again.wait().sql("SELECT count(*) > 0 FROM kept") == "t", again.said()
            assert "giving back the room" in again.said()
            again.sql("DROP TABLE kept")
            pod.wait_for_notes()

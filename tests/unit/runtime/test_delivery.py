"""The package as the hub gets it: files in a folder of their own, with JupyterHub and without the rest of hubstack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import components.hub.runtime
from tests.unit.runtime.test_together import ALL

SOURCES = Path(components.hub.runtime.__file__).parent

HUB = """
import asyncio, json, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pulumi", "pulumi_kubernetes", "components", "testbed"}:
            raise ModuleNotFoundError(f"no {name} in a hub")

sys.meta_path.insert(0, Nothing())
sys.path.insert(0, FOLDER)

from traitlets.config import get_config

c = get_config()
c.KubeSpawner.volumes = {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "homes"}}}
c.KubeSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan", "subPath": "{safe_username}"}}

from runtime import configure
configure(c, FOLDER + "/runtime/settings.json")

import kubespawner.spawner
kubespawner.spawner.load_config = lambda **_: None

from jupyterhub import orm
from jupyterhub.objects import Hub
from jupyterhub.user import User

async def main():
    db = orm.new_session_factory("sqlite:///:memory:")()
    row = orm.User(name="ann", groups=[orm.Group(name="physics")])
    db.add(row)
    db.commit()
    app = {"spawner_class": c.JupyterHub.spawner_class, "config": c, "hub": Hub(base_url="/hub/", connect_ip="hub")}
    spawner = User(row, app, db=db).spawners[""]
    spawner.api_token = "token"
    pod = spawner.api.api_client.sanitize_for_serialization(await spawner.get_pod_manifest())
    json.dump({"pod": pod, "modules": sorted(sys.modules)}, sys.stdout)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hubstack")
    (folder / "runtime").mkdir()
    for source in SOURCES.glob("*.py"):
        (folder / "runtime" / source.name).write_text(source.read_text())
    (folder / "runtime" / "settings.json").write_text(ALL.model_dump_json())
    for file in (folder / "runtime").iterdir():
        file.chmod(0o444)
    return folder


def run(folder, code):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-c", f"FOLDER = {str(folder)!r}\n{code}"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.thorough  # a Python of its own imports all of a hub
def test_a_hub_imports_it_and_makes_a_pod(delivered):
    said = run(delivered, HUB)
    notebook, *others = said["pod"]["spec"]["containers"]
    assert not others
    assert {"/home/jovyan", "/home/jovyan/shared", "/home/jovyan/groups/physics", "/data", "/var/run/postgresql"} <= {
        mount["mountPath"] for mount in notebook["volumeMounts"]
    }
    assert [container["name"] for container in said["pod"]["spec"]["initContainers"]] == ["postgres"]
    assert {f"runtime.{source.stem}" for source in SOURCES.glob("[!_]*.py")} <= set(said["modules"])


def test_the_program_needs_no_hub_for_the_settings(delivered):
    code = """
import json, sys
for name in ("jupyterhub", "kubespawner", "kubernetes_asyncio"):
    sys.modules[name] = None
sys.path.insert(0, FOLDER)
from runtime.settings import RuntimeSettings
from runtime import configure, marks
print(json.dumps(RuntimeSettings().model_dump(mode="json")))
"""
    assert run(delivered, code)["names"] == "safe"


def test_settings_survive_the_way_to_the_hub():
    assert type(ALL).model_validate_json(ALL.model_dump_json()) == ALL


def test_it_says_nothing_of_where_it_comes_from():
    for source in SOURCES.glob("*.py"):
        lines = source.read_text().splitlines()
        assert not [line for line in lines if line.lstrip().startswith(("import components", "from components"))]

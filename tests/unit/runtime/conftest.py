"""A hub as far as a spawner sees it: JupyterHub's own users and database, and Kubernetes' API over HTTP."""

import copy
import ssl
from functools import cache, partial

import kubespawner.spawner
import pytest
from jupyterhub import orm
from jupyterhub.objects import Hub
from jupyterhub.user import User
from jupyterhub.utils import exponential_backoff
from kubernetes_asyncio.client import Configuration
from kubespawner import KubeSpawner
from traitlets.config import Config

from components.hub.runtime import listening
from components.hub.runtime.settings import RuntimeSettings
from components.hub.runtime.spawner import HubstackSpawner
from tests.unit.runtime.api_server import NAMESPACE, ApiServer

CHART = Config(
    KubeSpawner={
        "namespace": NAMESPACE,
        "image": "quay.io/jupyter/base-notebook:2026",
        "fs_gid": 100,
        "uid": 1000,
        "delete_pvc": False,
        "common_labels": {"app": "jupyterhub", "component": "chart"},
        "storage_extra_labels": {"hubstack.dev/platform": "p1"},
        "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "homes"}}},
        "volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan", "subPath": "{safe_username}"}},
        "start_timeout": 5,
        "k8s_api_request_retry_timeout": 1,
        "delete_grace_period": 30,
    }
)
"""What the chart sets with homes on one shared claim."""


@cache
def tables():
    """JupyterHub takes its time to make the tables of another hub, so all share one's, which are emptied."""
    return orm.new_session_factory("sqlite:///:memory:")


class HubOfOne:
    """Starts people's servers with given settings; `spawner` gives that of one person."""

    def __init__(self):
        self.db = tables()()
        for table in reversed(orm.Base.metadata.sorted_tables):
            self.db.execute(table.delete())

    def person(self, name, *, groups=(), admin=False):
        row = orm.User.find(self.db, name) or orm.User(name=name)
        self.db.add(row)
        row.admin = admin
        row.groups = [orm.Group.find(self.db, group) or orm.Group(name=group) for group in groups]
        self.db.commit()
        return row

    def spawner(self, name="ann", server="", *, settings=None, config=None, **person):
        row = self.person(name, **person)
        chart = copy.deepcopy(CHART)
        chart.merge(Config(config or {}))
        app = {
            "spawner_class": HubstackSpawner,
            "config": chart,
            "hub": Hub(base_url="/hub/", connect_ip="hub"),
        }
        user = User(row, app, db=self.db)
        spawner = user.spawners[server]
        spawner.api_token = "token"
        spawner.runtime = settings or RuntimeSettings()
        return spawner


@pytest.fixture(scope="session", autouse=True)
def no_servers():
    """Wait for no server to listen: there is none behind these pods."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening, "PATIENCE", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_cluster_of_the_machines():
    """Let KubeSpawner look for no credentials: there is no cluster but the one of `api`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kubespawner.spawner, "load_config", lambda **_: None)
        yield


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Look often for what comes at once, and read no authorities: this API server speaks plain HTTP."""
    looking = partial(exponential_backoff, start_wait=0.01)
    monkeypatch.setattr(kubespawner.spawner, "exponential_backoff", looking)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)


@pytest.fixture
def hub():
    return HubOfOne()


@pytest.fixture
async def api():
    server = ApiServer()
    await server.up()
    Configuration.set_default(Configuration(host=server.url))
    yield server
    await KubeSpawner._stop_all_reflectors()
    await server.down()


@pytest.fixture
async def start(hub, api):
    """Start a person's server and give its spawner and its pod, as the API has it."""

    async def start(*words, **settings):
        spawner = hub.spawner(*words, **settings)
        await spawner.start()
        return spawner, api.pods[spawner.pod_name]

    return start

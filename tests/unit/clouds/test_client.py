"""The Kubernetes client that the dynamic resources share."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from kubernetes.client import ApiClient

from components.clouds import client
from tests.support.stacks import KUBECONFIG


def test_two_that_connect_at_once_do_so_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    def new_client(*_words: object, **_settings: object) -> ApiClient:
        with pytest.raises(threading.BrokenBarrierError):
            both.wait(0.2)
        return ApiClient()

    monkeypatch.setattr(client, "new_client_from_config_dict", new_client)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: client.connect(json.dumps(KUBECONFIG), "test"), range(2)))

"""`pulumi destroy` while people work."""

from tests.support.hubs import BringUp

HUB = "leaving"


def test_destroy_with_servers_running_leaves_nothing(bring_up: BringUp):
    hubs = bring_up(HUB)
    with hubs.person(HUB, "ada") as ada, hubs.person(HUB, "grace") as grace:
        ada.log_in().start()
        grace.log_in().start()
        assert len(hubs.kube.pods(HUB, "component=singleuser-server")) == 2
    label = hubs.stack.output("platform")
    assert hubs.kube.volumes_of(HUB)

    hubs.stack.destroy()

    assert HUB not in hubs.kube.namespaces()
    assert hubs.kube.pods(HUB) == []
    assert hubs.kube.claims(HUB) == set()
    assert hubs.kube.volumes_of(HUB) == set()
    assert hubs.kube.labelled(label) == set()

"""A host whose own firewall drops what it forwards, in network namespaces of the test's own."""

import shutil
import subprocess

import pytest

from testbed.cluster.commands import PYTHON
from tests.layers import leave_out

ROUTER = """
import socket
import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path

from testbed.cluster import firewall, host_network
from testbed.cluster.addresses import Addresses
from testbed.cluster.state import State

ANSWER = "import socket; s = socket.create_server(('0.0.0.0', 8080)); print(flush=True)\\nwhile True: s.accept()"
CALL = "import socket, sys; socket.create_connection((sys.argv[1], 8080), timeout=1)"
BOOT = "import sys; print(flush=True); sys.stdin.read()"


def sh(*commands):
    for command in commands:
        subprocess.run(command.split(), check=True, capture_output=True)


def machine():
    words = ["unshare", "--net", sys.executable, "-c", BOOT]
    started = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    started.stdout.readline()
    return started


def inside(machine, *words):
    return ["nsenter", "--net", "--target", str(machine.pid), *words]


def reaches(source, address):
    return subprocess.run(inside(source, sys.executable, "-c", CALL, address), capture_output=True).returncode == 0


state, addresses = State(Path("/one")), Addresses(IPv4Network("10.97.0.0/16"))
node, outside = machine(), machine()
host_network.claim(state, addresses, 1500)
sh(
    "ip link add world type veth peer name eth0",
    f"ip link set eth0 netns {outside.pid}",
    "ip address add 192.0.2.1/24 dev world",
    "ip link set world up",
)
sh(*(" ".join(inside(outside, *command.split())) for command in (
    "ip address add 192.0.2.2/24 dev eth0", "ip link set eth0 up", "ip route add default via 192.0.2.1",
)))
sh(*sys.argv[1:])
before = firewall._listed("ruleset")
host_network.connect(state, addresses, node.pid, way_out=True)
sh(*(" ".join(inside(node, *command.split())) for command in (
    f"ip address add {addresses.node}/30 dev {host_network.UPLINK}",
    f"ip link set {host_network.UPLINK} up",
    f"ip route add default via {addresses.host}",
)))
servers = []
for one in (node, outside):
    servers.append(subprocess.Popen(inside(one, sys.executable, "-c", ANSWER), stdout=subprocess.PIPE))
    servers[-1].stdout.readline()
print("the node reaches out:", reaches(node, "192.0.2.2"))
print("the world reaches in:", reaches(outside, str(addresses.node)))
print("rules while up:", sum(text.startswith("rule") for text in host_network.leftovers(state)))
for process in (*servers, node, outside):
    process.kill()
    process.wait()
host_network.disconnect(state)
handles = lambda rules: [rule for rule in rules if "metainfo" not in rule]
print("as before:", handles(firewall._listed("ruleset")) == handles(before))
print("left:", host_network.leftovers(state))
"""

WAYS = {
    "nothing drops": [],
    "iptables drops": ["iptables -P FORWARD DROP", "iptables -A FORWARD -i docker0 -j ACCEPT"],
    "nftables drops": [
        "nft add table inet mine",
        "nft add chain inet mine passing { type filter hook forward priority 0 ; policy drop ; }",
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_node_gets_out_whatever_the_host_drops(way: str):
    commands = WAYS[way]
    if commands and not shutil.which(commands[0].split()[0]):
        leave_out("iptables is not installed")

    done = subprocess.run(
        ["unshare", "--net", *PYTHON[:1], "-c", ROUTER, *commands], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    drops = len(commands) > 0
    assert done.stdout.splitlines() == [
        "the node reaches out: True",
        f"the world reaches in: {not drops}",
        f"rules while up: {2 if drops else 0}",
        "as before: True",
        "left: []",
    ]

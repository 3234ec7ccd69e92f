"""For each policy, stacks that it must stop: what somebody might write in a stack file, or change in the program."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from policies.model import Policy, Resource, Stack
from tests.support.policies import stack_and_resources
from tests.support.stack_files import Config, changed
from tests.support.whole_stacks import config_of

Edit = Callable[[list[Resource]], list[Resource]]
REMOVED = object()


@dataclass(frozen=True)
class Broken:
    """A stack that does what a policy forbids."""

    of: str
    """One of the repository's stacks."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings, by their path, that make it so."""
    edit: Edit = lambda resources: resources
    """What a change of the program would make of its resources."""

    def run(self, folder: Path) -> tuple[Stack, list[Resource]]:
        if not self.settings:
            stack, resources = as_it_is(self.of, folder)
            return stack, self.edit(resources)
        config: Config = config_of(self.of)
        for path, value in self.settings.items():
            config = changed(config, path, value)
        stack, resources = stack_and_resources(config, folder)
        return stack, self.edit(resources)


_AS_THEY_ARE: dict[str, tuple[Stack, list[Resource]]] = {}


def as_it_is(name: str, folder: Path) -> tuple[Stack, list[Resource]]:
    """Give one of the repository's stacks; its program runs once in each process."""
    if name not in _AS_THEY_ARE:
        _AS_THEY_ARE[name] = stack_and_resources(config_of(name), folder)
    return _AS_THEY_ARE[name]


def inputs(name: str, changes: Mapping[str, Any], kind: str = "") -> Edit:
    """Change inputs of the resources of a name, by their path."""

    def edit(resources: list[Resource]) -> list[Resource]:
        hit = [each for each in resources if each.name == name and each.type.endswith(kind)]
        assert hit, f"no {kind} {name}"
        return [_with(each, changes) if each in hit else each for each in resources]

    return edit


def without(kind: str) -> Edit:
    """Leave out the resources of a kind."""

    def edit(resources: list[Resource]) -> list[Resource]:
        left = [each for each in resources if not each.type.endswith(kind)]
        assert len(left) < len(resources)
        return left

    return edit


def beside(kind: str, name: str, content: Mapping[str, Any]) -> Edit:
    """Put another resource beside them."""
    return lambda resources: [*resources, Resource(kind, name, dict(content))]


def unprotected(name: str, kind: str) -> Edit:
    return lambda all_of_them: [
        replace(each, protect=False) if each.name == name and each.type.endswith(kind) else each for each in all_of_them
    ]


def _with(resource: Resource, changes: Mapping[str, Any]) -> Resource:
    content = copy.deepcopy(dict(resource.inputs))
    for path, value in changes.items():
        *front, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        place: Any = content
        for part in front:
            place = place[part]
        if value is REMOVED:
            place.pop(last)
        else:
            place[last] = value
    return replace(resource, inputs=content)


def hollow(policy: Policy) -> Policy:
    """Give a policy of the same name that checks nothing."""
    nothing: Any = lambda *_: ()  # noqa: E731
    return replace(policy, check=policy.check and nothing, whole=policy.whole and nothing)


def unproven(policies: Sequence[Policy], stacks: Mapping[str, Sequence[tuple[Stack, list[Resource]]]]) -> list[str]:
    """Give the broken stacks that a policy of these lets pass."""
    by_name = {policy.name: policy for policy in policies}
    return [
        f"{name} {number}"
        for name, broken in stacks.items()
        for number, (stack, resources) in enumerate(broken)
        if name not in by_name or not list(by_name[name].findings(resources, stack))
    ]


DUMMY = {"dummy": {}, "admins": ["admin"]}
SERVICE = "kubernetes:core/v1:Service"
POD = "spec/template/spec/containers/0"
SCRATCH = {"name": "scratch", "capacity": "5Gi", "mount": "/scratch"}

BROKEN: dict[str, tuple[Broken, ...]] = {
    "no-public-data": (
        Broken(
            "research",
            edit=beside(
                SERVICE,
                "way-in",
                {"metadata": {"namespace": "analytics"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 5432.0}]}},
            ),
        ),
        Broken(
            "research",
            edit=inputs(
                "analytics-database",
                {"spec/managed": {"services": {"additional": [{"serviceTemplate": {"spec": {"type": "NodePort"}}}]}}},
            ),
        ),
        Broken(
            "research",
            edit=inputs(
                "homes", {"cidrIpv4": "0.0.0.0/0", "referencedSecurityGroupId": REMOVED}, ":SecurityGroupIngressRule"
            ),
        ),
        Broken(
            "research",
            edit=inputs(
                "homes",
                {"policy": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "elasticfilesystem:*"}]}'},
                ":FileSystemPolicy",
            ),
        ),
        Broken("team-data", edit=inputs("homes", {"publicNetworkAccess": "Enabled"}, ":StorageAccount")),
        Broken("course-fall", edit=inputs("hubstack-backups", {"publicAccessPrevention": "inherited"})),
        Broken("course-fall", edit=beside("aws:rds/instance:Instance", "grades", {"publiclyAccessible": True})),
        Broken(
            "course-fall",
            edit=beside(
                "gcp:sql/databaseInstance:DatabaseInstance",
                "grades",
                {"settings": {"ipConfiguration": {"ipv4Enabled": True}}},
            ),
        ),
    ),
    "closed-control-plane": (
        Broken("course-fall", edit=inputs("cluster", {"controlPlaneEndpointsConfig/ipEndpointsConfig/enabled": True})),
        Broken("research", edit=inputs("cluster", {"vpcConfig/publicAccessCidrs": REMOVED}, "eks/cluster:Cluster")),
        Broken(
            "research", edit=inputs("cluster", {"vpcConfig/publicAccessCidrs": ["0.0.0.0/0"]}, "eks/cluster:Cluster")
        ),
        Broken("team-data", edit=inputs("cluster", {"apiServerAccessProfile": {}})),
        Broken("team-data", edit=inputs("cluster", {"apiServerAccessProfile/authorizedIPRanges": ["0.0.0.0/0"]})),
    ),
    "no-dummy-login": (
        Broken("course-fall", {"hubs.data8.auth": DUMMY, "hubs.data8.domain": None, "hubs.data8.proxy": {}}),
        Broken("local", edit=inputs("hub-release", {"values/proxy/service/type": "LoadBalancer"})),
    ),
    "tls": (Broken("course-fall", {"hubs.data8.proxy": {}}), Broken("team-data", {"hubs.team.proxy": {}})),
    "no-plain-secrets": (
        Broken("local", {"hubs.hub.chart_values": {"hub": {"services": {"grader": {"apiToken": "hunter2hunter2"}}}}}),
        Broken("local", {"hubs.hub.chart_values": {"hub": {"extraEnv": {"URL": "https://ann:hunter2@example.edu/"}}}}),
        Broken("local", {"hubs.hub.users.environment": {"GITHUB_TOKEN": "hunter2"}}),
        Broken("local", edit=inputs("hub-folder", {f"{POD}/env/0": {"name": "DB_PASSWORD", "value": "hunter2"}})),
        Broken("local", edit=beside("kubernetes:core/v1:Secret", "login", {"stringData": {"anything": "hunter2"}})),
        Broken(
            "local",
            edit=beside(
                "kubernetes:core/v1:ConfigMap", "files", {"data": {"id": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"}}
            ),
        ),
    ),
    "pinned-images": (
        Broken(
            "local",
            edit=inputs("hub-release", {"values/singleuser/image": {"name": "quay.io/jupyter/scipy", "tag": "latest"}}),
        ),
        Broken(
            "local",
            edit=inputs(
                "hub-release",
                {"values/singleuser/profileList": [{"kubespawner_override": {"image": "quay.io/jupyter/scipy"}}]},
            ),
        ),
        Broken("local", edit=inputs("hub-folder", {f"{POD}/image": "busybox"})),
        Broken(
            "research",
            edit=inputs("analytics-database", {"spec/imageName": "ghcr.io/cloudnative-pg/postgresql:latest"}),
        ),
    ),
    "pinned-charts": (
        Broken("local", edit=inputs("hub-release", {"version": REMOVED})),
        Broken("local", edit=inputs("hub-release", {"version": "^4.0.0"})),
    ),
    "no-wildcard-rights": (
        Broken("local", edit=inputs("hub-hub-role", {"rules/0/verbs": ["*"]})),
        Broken("local", edit=inputs("hub-hub-binding", {"roleRef/name": "cluster-admin"})),
        Broken(
            "research",
            edit=inputs("autoscaler-scaling", {"policy": '{"Statement": {"Effect": "Allow", "Action": "ec2:*"}}'}),
        ),
        Broken(
            "research",
            edit=inputs("nodes-AmazonEKS_CNI_Policy", {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ),
        Broken("course-fall", edit=inputs("nodes-logs", {"role": "roles/editor"})),
        Broken(
            "team-data", edit=inputs("network-grant", {"roleDefinitionId": "x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"})
        ),
    ),
    "no-privileged-pods": (
        Broken("local", {"hubs.hub.security": {"metadata": "iptables"}}),
        Broken("local", edit=inputs("hub-folder", {f"{POD}/securityContext": {"privileged": True}})),
        Broken(
            "local", edit=inputs("hub-folder", {f"{POD}/securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}})
        ),
        Broken("local", edit=inputs("hub-folder", {"spec/template/spec/hostNetwork": True})),
        Broken("local", edit=inputs("hub-folder", {"spec/template/spec/volumes/0": {"hostPath": {"path": "/"}}})),
        Broken("local", edit=inputs("hub-release", {"values/singleuser/allowPrivilegeEscalation": True})),
        Broken("local", edit=inputs("hub-release", {"values/singleuser/extraPodConfig": {"hostPID": True}})),
    ),
    "encrypted": (
        Broken("research", edit=inputs("homes", {"encrypted": False}, ":FileSystem")),
        Broken("research", edit=inputs("storage-block", {"parameters/encrypted": "false"})),
        Broken("research", edit=inputs("pool-core", {"blockDeviceMappings/0/ebs/encrypted": REMOVED})),
        Broken("research", edit=inputs("cluster", {"encryptionConfig": REMOVED}, "eks/cluster:Cluster")),
        Broken("team-data", edit=inputs("homes", {"minimumTlsVersion": "TLS1_0"}, ":StorageAccount")),
    ),
    "limits": (
        Broken("local", edit=inputs("hub-release", {"values/singleuser/memory/limit": REMOVED})),
        Broken("local", edit=inputs("hub-release", {"values/hub/resources": {}})),
        Broken("research", edit=inputs("lab-release", {"values/proxy/traefik/resources": {}})),
        Broken("local", edit=inputs("hub-folder", {f"{POD}/resources": {}})),
        Broken("research", edit=inputs("analytics-database", {"spec/resources": {}})),
    ),
    "core-pool": (
        Broken("course-fall", edit=inputs("core", {"autoscaling/totalMinNodeCount": 0.0})),
        Broken("research", edit=inputs("core-eu-central-1a", {"scalingConfig/minSize": 0.0}, ":NodeGroup")),
        Broken("team-data", edit=inputs("cluster", {"agentPoolProfiles/0/minCount": 0.0})),
    ),
    "labelled": (
        Broken("local", edit=inputs("hub-claim", {"metadata/labels": {}})),
        Broken("course-fall", edit=inputs("homes", {"labels": {}}, ":Instance")),
        Broken("team-data", edit=inputs("homes", {"tags": REMOVED}, ":StorageAccount")),
        Broken(
            "research",
            edit=lambda every: [
                replace(each, provider={"region": "eu-central-1"}) if each.provider else each for each in every
            ],
        ),
    ),
    "data-held": (
        Broken("course-fall", edit=unprotected("homes", ":Instance")),
        Broken("research", edit=unprotected("homes", ":FileSystem")),
        Broken("team-data", edit=unprotected("homes-share", ":FileShare")),
        Broken("research", edit=unprotected("analytics-database", ":Cluster")),
        Broken("course-fall", edit=inputs("data8-consent", {"refused": []})),
        Broken("local", {"hubs.hub.extra_claims": [SCRATCH]}, without(":Consent")),
        Broken("local", {"hubs.hub.storage": {"type": "dynamic"}}, without(":Consent")),
        Broken("local", {"hubs.hub.storage": {"type": "static", "claim": "old"}}, without(":Consent")),
    ),
    "backed-up": (
        Broken("course-fall", edit=without("cloudscheduler/job:Job")),
        Broken("research", edit=inputs("homes", {"backupPolicy/status": "DISABLED"}, ":BackupPolicy")),
        Broken("team-data", edit=inputs("homes-service", {"shareDeleteRetentionPolicy/enabled": False})),
    ),
    "course-over": (Broken("course-fall", {"hubs.data8.ends": "2026-02-05"}),),
}

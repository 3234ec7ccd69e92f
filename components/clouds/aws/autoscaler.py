"""The cluster autoscaler, which EKS does not run itself.

As objects and not as its Helm chart: a preview shows each right and each flag, the image is pinned with the cluster's
version in components/versions.py, and there is no further repository to trust and no second place for values. What the
chart would add, other clouds' ways above all, is of no use here.
"""

from collections.abc import Callable, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.clouds.aws.cluster import ControlPlane
from components.clouds.aws.identity import autoscaler_policy, give_role, make_role
from components.clouds.aws.site import Site
from components.labels import Labels
from components.settings.clouds.aws import AwsCloud

_ACCOUNT = "cluster-autoscaler"
_NAMESPACE = "kube-system"
_OWNED = "k8s.io/cluster-autoscaler"
_NOBODY = 65534


def autoscaler(
    site: Site, plane: ControlPlane, needs: Sequence[pulumi.Resource]
) -> Callable[[pulumi.ResourceOptions], None]:
    """Give it its rights in AWS, and give what puts it into the cluster; it runs on the nodes, so it `needs` them."""
    role = make_role("autoscaler", "pods.eks", [], site, {"scaling": autoscaler_policy(plane.name)})
    rights = give_role("autoscaler", plane.name, _ACCOUNT, role, site)

    def inside(opts: pulumi.ResourceOptions) -> None:
        within = pulumi.ResourceOptions(parent=opts.parent, provider=opts.provider)
        granted = _grant(site.labels, within)
        after = pulumi.ResourceOptions(depends_on=[rights, *needs, *granted])
        _run(site, plane, pulumi.ResourceOptions.merge(within, after))

    return inside


def _grant(labels: Labels, opts: pulumi.ResourceOptions) -> Sequence[pulumi.Resource]:
    """Let it look at what the scheduler looks at, move pods off a node that goes, and keep its own notes."""
    metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {"name": _ACCOUNT, "labels": labels.of("autoscaler")}
    inside: kubernetes.meta.v1.ObjectMetaArgsDict = {**metadata, "namespace": _NAMESPACE}
    account = kubernetes.core.v1.ServiceAccount("autoscaler-account", metadata=inside, opts=opts)
    who: kubernetes.rbac.v1.SubjectArgsDict = {
        "kind": "ServiceAccount",
        "name": account.metadata.name,
        "namespace": _NAMESPACE,
    }
    kind = "rbac.authorization.k8s.io"
    everywhere = kubernetes.rbac.v1.ClusterRole("autoscaler-role", metadata=metadata, rules=_everywhere(), opts=opts)
    notes = kubernetes.rbac.v1.Role("autoscaler-notes", metadata=inside, rules=_notes(), opts=opts)
    return [
        kubernetes.rbac.v1.ClusterRoleBinding(
            "autoscaler-role",
            metadata=metadata,
            role_ref={"api_group": kind, "kind": "ClusterRole", "name": everywhere.metadata.name},
            subjects=[who],
            opts=opts,
        ),
        kubernetes.rbac.v1.RoleBinding(
            "autoscaler-notes",
            metadata=inside,
            role_ref={"api_group": kind, "kind": "Role", "name": notes.metadata.name},
            subjects=[who],
            opts=opts,
        ),
    ]


def _everywhere() -> list[kubernetes.rbac.v1.PolicyRuleArgsDict]:
    seen = ["get", "list", "watch"]
    core = ["pods", "services", "namespaces", "replicationcontrollers", "persistentvolumes", "persistentvolumeclaims"]
    storage = ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"]
    devices = ["resourceclaims", "resourceslices", "deviceclasses"]
    return [
        {"api_groups": [""], "resources": core, "verbs": seen},
        {"api_groups": [""], "resources": ["nodes"], "verbs": [*seen, "update", "patch", "delete"]},
        {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
        {"api_groups": [""], "resources": ["pods/status"], "verbs": ["update"]},
        {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"api_groups": ["apps"], "resources": ["daemonsets", "replicasets", "statefulsets"], "verbs": seen},
        {"api_groups": ["batch"], "resources": ["jobs", "cronjobs"], "verbs": seen},
        {"api_groups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": seen},
        {"api_groups": ["storage.k8s.io"], "resources": storage, "verbs": seen},
        {"api_groups": ["resource.k8s.io"], "resources": devices, "verbs": seen},
    ]


def _notes() -> list[kubernetes.rbac.v1.PolicyRuleArgsDict]:
    return [
        {"api_groups": [""], "resources": ["configmaps"], "verbs": ["create", "list", "watch", "get", "update"]},
        {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "get", "update"]},
    ]


def _run(site: Site, plane: ControlPlane, opts: pulumi.ResourceOptions) -> None:
    labels = site.labels
    tags = pulumi.Output.concat(f"asg:tag={_OWNED}/enabled,{_OWNED}/", plane.name)
    selected = {"app.kubernetes.io/name": _ACCOUNT}
    kubernetes.apps.v1.Deployment(
        "autoscaler",
        metadata={"name": _ACCOUNT, "namespace": _NAMESPACE, "labels": labels.of("autoscaler")},
        spec={
            "replicas": 1,
            "selector": {"match_labels": selected},
            "template": {
                "metadata": {"labels": {**labels.of("autoscaler"), **selected}},
                "spec": {
                    "service_account_name": _ACCOUNT,
                    "priority_class_name": "system-cluster-critical",
                    "security_context": {
                        "run_as_non_root": True,
                        "run_as_user": _NOBODY,
                        "fs_group": _NOBODY,
                        "seccomp_profile": {"type": "RuntimeDefault"},
                    },
                    "containers": [_container(site.settings, tags)],
                },
            },
        },
        opts=opts,
    )


def _container(settings: AwsCloud, groups: pulumi.Output[str]) -> kubernetes.core.v1.ContainerArgsDict:
    version = versions.CLUSTER_AUTOSCALER[settings.cluster.version]
    return {
        "name": _ACCOUNT,
        "image": f"registry.k8s.io/autoscaling/cluster-autoscaler:v{version}",
        "image_pull_policy": "IfNotPresent",
        "command": ["./cluster-autoscaler"],
        "args": [
            "--cloud-provider=aws",
            pulumi.Output.concat("--node-group-auto-discovery=", groups),
            # Of two groups that would do, the one that a pod fits best; and zones filled evenly.
            "--expander=least-waste",
            "--balance-similar-node-groups",
            # A node with nothing but Kubernetes' own pods on it, or a pod with a scratch folder, may go.
            "--skip-nodes-with-system-pods=false",
            "--skip-nodes-with-local-storage=false",
        ],
        # A pod reaches no metadata service that would say so.
        "env": [{"name": "AWS_REGION", "value": settings.region}],
        "resources": {"requests": {"cpu": "50m", "memory": "300Mi"}, "limits": {"memory": "600Mi"}},
        "security_context": {
            "allow_privilege_escalation": False,
            "capabilities": {"drop": ["ALL"]},
            "read_only_root_filesystem": True,
        },
    }

"""AWS, asked with `aws`."""

import zlib
from collections.abc import Mapping
from typing import Any

from ops.clouds.asking import answer
from ops.clouds.looking import TAG
from ops.clouds.place import Place
from ops.clouds.thing import Look, Thing

CLUSTER = "aws:eks/cluster:Cluster"

_TAGGED = f"--filters Name=tag:{TAG},Values={{{TAG.replace('-', '_')}}}"


def _of_network(words: str, found: str, key: str, **match: str) -> Look:
    """Give the look-up of a kind that has an id and no name: by its tag, less those that the state knows."""
    return Look(f"aws ec2 {words} {_TAGGED}", found=found, key=key, match=match)


LOOKS = {
    "aws:ec2/vpc:Vpc": _of_network("describe-vpcs", "Vpcs", "VpcId"),
    "aws:ec2/subnet:Subnet": _of_network("describe-subnets", "Subnets", "SubnetId", CidrBlock="cidrBlock"),
    "aws:ec2/internetGateway:InternetGateway": _of_network(
        "describe-internet-gateways", "InternetGateways", "InternetGatewayId"
    ),
    "aws:ec2/natGateway:NatGateway": Look(
        f"aws ec2 describe-nat-gateways {_TAGGED.replace('--filters', '--filter')}",
        found="NatGateways",
        key="NatGatewayId",
        match={"SubnetId": "subnetId"},
    ),
    "aws:ec2/eip:Eip": _of_network("describe-addresses", "Addresses", "AllocationId"),
    "aws:ec2/routeTable:RouteTable": _of_network("describe-route-tables", "RouteTables", "RouteTableId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Look(
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values={subnetId}",
        found="RouteTables.Associations",
        key="RouteTableAssociationId",
        match={"SubnetId": "subnetId", "RouteTableId": "routeTableId"},
    ),
    "aws:ec2/route:Route": Look(
        "aws ec2 describe-route-tables --route-table-ids {routeTableId}",
        "r-{routeTableId}{destinationHash}",
        found="RouteTables.Routes",
        match={"DestinationCidrBlock": "destinationCidrBlock"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": _of_network(
        "describe-security-groups", "SecurityGroups", "GroupId", GroupName="name"
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": _of_network(
        "describe-launch-templates", "LaunchTemplates", "LaunchTemplateId", LaunchTemplateName="name"
    ),
    CLUSTER: Look("aws eks describe-cluster --name {name}", "{name}"),
    "aws:eks/nodeGroup:NodeGroup": Look(
        "aws eks describe-nodegroup --cluster-name {clusterName} --nodegroup-name {nodeGroupName}",
        "{clusterName}:{nodeGroupName}",
    ),
    "aws:eks/addon:Addon": Look(
        "aws eks describe-addon --cluster-name {clusterName} --addon-name {addonName}", "{clusterName}:{addonName}"
    ),
    "aws:eks/accessEntry:AccessEntry": Look(
        "aws eks describe-access-entry --cluster-name {clusterName} --principal-arn {principalArn}",
        "{clusterName}:{principalArn}",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Look(
        "aws eks list-pod-identity-associations --cluster-name {clusterName} --namespace {namespace}"
        " --service-account {serviceAccount}",
        found="associations",
        key="associationId",
    ),
    "aws:iam/role:Role": Look("aws iam get-role --role-name {name}", "{name}"),
    "aws:iam/rolePolicy:RolePolicy": Look(
        "aws iam get-role-policy --role-name {role} --policy-name {name}", "{role}:{name}"
    ),
    "aws:iam/instanceProfile:InstanceProfile": Look(
        "aws iam get-instance-profile --instance-profile-name {name}", "{name}"
    ),
    "aws:efs/fileSystem:FileSystem": Look("aws efs describe-file-systems", found="FileSystems", key="FileSystemId"),
    "aws:efs/mountTarget:MountTarget": Look(
        "aws efs describe-mount-targets --file-system-id {fileSystemId}",
        found="MountTargets",
        key="MountTargetId",
        match={"SubnetId": "subnetId"},
    ),
    "aws:cloudwatch/logGroup:LogGroup": Look(
        "aws logs describe-log-groups --log-group-name-prefix {name}", found="logGroups", key="logGroupName"
    ),
    "aws:kms/key:Key": Look(
        "aws resourcegroupstaggingapi get-resources --resource-type-filters kms:key"
        f" --tag-filters Key={TAG},Values={{{TAG.replace('-', '_')}}}",
        found="ResourceTagMappingList",
        key="ResourceARN",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _of_network("describe-vpc-endpoints", "VpcEndpoints", "VpcEndpointId"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _of_network(
        "describe-security-group-rules", "SecurityGroupRules", "SecurityGroupRuleId"
    ),
    "aws:backup/vault:Vault": Look("aws backup describe-backup-vault --backup-vault-name {name}", "{name}"),
    "aws:s3/bucket:Bucket": Look("aws s3api head-bucket --bucket {name}", "{name}"),
}
"""How each kind is found: by its name where it has one, which is Pulumi's own, else by its tag."""

AGAIN = (
    *("aws:iam/rolePolicyAttachment:", "aws:eks/accessPolicyAssociation:", "aws:autoscaling/tag:", "aws:ec2/tag:"),
    *("aws:ec2/defaultSecurityGroup:", "aws:route53/record:", "aws:efs/backupPolicy:", "aws:efs/fileSystemPolicy:"),
    "aws:s3/bucketPublicAccessBlock:",
)
"""Kinds that are the same thing when they are made twice: something set on another resource.

Not among them: a role's own policy, which gets another name and would be there twice, and routes and associations of
route tables, which AWS refuses to make again.
"""

_REMOVALS = {
    "ec2:volume": "aws ec2 delete-volume --volume-id {name}",
    "ec2:snapshot": "aws ec2 delete-snapshot --snapshot-id {name}",
    "ec2:vpc": "aws ec2 delete-vpc --vpc-id {name}",
    "ec2:subnet": "aws ec2 delete-subnet --subnet-id {name}",
    "ec2:natgateway": "aws ec2 delete-nat-gateway --nat-gateway-id {name}",
    "ec2:elastic-ip": "aws ec2 release-address --allocation-id {name}",
    "ec2:security-group": "aws ec2 delete-security-group --group-id {name}",
    "elasticfilesystem:file-system": "aws efs delete-file-system --file-system-id {name}",
    "elasticloadbalancing:loadbalancer": "aws elbv2 delete-load-balancer --load-balancer-arn {arn}",
    "eks:cluster": "aws eks delete-cluster --name {name}",
    "backup:recovery-point": "aws backup delete-recovery-point --recovery-point-arn {arn}",
    "s3:": "aws s3 rb --force s3://{name}",
}


def common(place: Place) -> list[str]:
    """Give the words that every command ends with."""
    return ["--region", place.region, "--output", "json"]


def derived(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Give what an id holds beside inputs: of a route, its destination's checksum, as the provider writes it."""
    destination = str(inputs.get("destinationCidrBlock") or "")
    return {"destinationHash": str(zlib.crc32(destination.encode()))} if destination else {}


def things_of(place: Place, platform: str) -> list[Thing]:
    """Give what bears a platform's tag in the region; roles and policies are global and not seen by it."""
    words = ("aws", "resourcegroupstaggingapi", "get-resources", "--tag-filters", f"Key={TAG},Values={platform}")
    found: dict[str, Any] = answer(*words, *common(place)) or {}
    return [_thing(str(each["ResourceARN"]), place) for each in found.get("ResourceTagMappingList", [])]


def cluster_command(identity: str, outputs: dict[str, Any]) -> list[str]:
    """Give the command that describes a cluster, by its name and the region in its ARN."""
    region = str(outputs.get("arn") or ":::").split(":")[3]
    return [
        "aws",
        "eks",
        "describe-cluster",
        "--name",
        identity,
        *(["--region", region] if region else []),
        "--output",
        "json",
    ]


def _thing(arn: str, place: Place) -> Thing:
    _, _, service, region, _, rest = arn.split(":", 5)
    kind, _, name = rest.partition("/") if "/" in rest else rest.rpartition(":")
    whole = f"{service}:{kind}"
    removal = _REMOVALS.get(whole, "").format(name=name, arn=arn)
    return Thing(whole, name, region or place.region, arn, f"{removal} --region {place.region}" if removal else "")

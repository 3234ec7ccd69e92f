"""What is asked of the clouds' command lines, and what their answers are taken for."""

import pytest

from ops.clouds import aws, azure, gcp
from ops.clouds.account import cloud_of, cluster_is_gone, is_known, is_same_when_made_again, look_up, places, things_of
from ops.clouds.asking import CloudError
from ops.clouds.looking import UnclearError
from ops.clouds.place import Place
from ops.recovery.state import Resource, read
from tests.unit.ops.command_lines import CommandLines
from tests.unit.ops.deployments import deployment

GCP = Place("gcp", project="uni", region="europe-west1")
AWS = Place("aws", region="eu-central-1")
AZURE = Place("azure-native", subscription="sub-1")
GCP_MISSING = "ERROR: (gcloud.x.describe) ResponseError: code=404, message=Not found: projects/uni."
AWS_MISSING = "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster."
AZURE_MISSING = "ERROR: (ResourceNotFound) The Resource 'x' under resource group 'y' was not found."


def made(kind: str, identity: str = "", **inputs: object) -> Resource:
    return Resource(f"urn:pulumi:fall::hubstack::{kind}::it", kind, identity, "", dict(inputs), {})


def cluster(place: Place) -> Resource:
    match place.cloud:
        case "gcp":
            return made(gcp.CLUSTER, "projects/uni/locations/europe-west1-b/clusters/course-1a2b")
        case "aws":
            arn = "arn:aws:eks:eu-central-1:123456789012:cluster/course-1a2b"
            return Resource("urn", aws.CLUSTER, "course-1a2b", "", {}, {"arn": arn})
        case _:
            return made(azure.CLUSTER, "/subscriptions/sub-1/resourceGroups/g/providers/x/managedClusters/course-1a2b")


@pytest.mark.parametrize(
    ("place", "missing"), [(GCP, GCP_MISSING), (AWS, AWS_MISSING), (AZURE, AZURE_MISSING)], ids=str
)
def test_a_cluster_is_gone_only_where_its_cloud_says_so(place: Place, missing: str, clouds: CommandLines):
    clouds.answer("course-1a2b", error=missing)
    assert cluster_is_gone(cluster(place))
    clouds.forget()
    clouds.answer("course-1a2b", said={"status": "RUNNING"})
    assert not cluster_is_gone(cluster(place))
    clouds.forget()
    clouds.answer("course-1a2b", error="ERROR: You do not have permission to access it.")
    with pytest.raises(CloudError, match="permission"):
        cluster_is_gone(cluster(place))


@pytest.mark.parametrize(
    ("program", "place", "error"),
    [
        ("gcloud auth login", GCP, "ERROR: There was a problem refreshing your current auth tokens: not found"),
        ("aws sso login", AWS, "An error occurred (ExpiredToken): The security token included is expired"),
        ("az login", AZURE, "ERROR: AADSTS70043: The refresh token has expired. Run: az login"),
    ],
)
def test_an_expired_login_is_never_taken_for_nothing_there(
    program: str, place: Place, error: str, clouds: CommandLines
):
    clouds.answer("course-1a2b", error=error)
    with pytest.raises(CloudError, match=program):
        cluster_is_gone(cluster(place))


def test_a_command_line_that_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CloudError, match="gcloud is not installed"):
        cluster_is_gone(cluster(GCP))


def test_everything_with_the_platforms_label(clouds: CommandLines):
    disk = {
        "name": "//compute.googleapis.com/projects/uni/zones/europe-west1-b/disks/pvc-1",
        "assetType": "compute.googleapis.com/Disk",
        "displayName": "pvc-1",
        "location": "europe-west1-b",
    }
    clouds.answer("asset search-all-resources --scope=projects/uni --query=labels.hubstack-platform=p1", said=[disk])
    (found,) = things_of(GCP, "p1")
    assert str(found) == "compute.googleapis.com/Disk pvc-1 in europe-west1-b"
    assert found.removal == "gcloud compute disks delete pvc-1 --zone=europe-west1-b --project=uni"


def test_what_has_no_labels_is_asked_for_by_its_description(clouds: CommandLines):
    router = {
        "assetType": "compute.googleapis.com/Router",
        "name": "//compute.googleapis.com/projects/uni/regions/europe-west1/routers/way-out-1a",
        "displayName": "way-out-1a",
        "location": "europe-west1",
        "description": "hubstack-platform=p1",
    }
    query = '--query=labels.hubstack-platform=p1 OR description:"hubstack-platform=p1" --format=json'
    clouds.answer(f"asset search-all-resources --scope=projects/uni {query}", said=[router])
    (found,) = things_of(GCP, "p1")
    assert found.removal == "gcloud compute routers delete way-out-1a --region=europe-west1 --project=uni"


def test_everything_with_the_platforms_tag_on_aws(clouds: CommandLines):
    arns = [
        "arn:aws:ec2:eu-central-1:123:volume/vol-1",
        "arn:aws:elasticloadbalancing:eu-central-1:123:loadbalancer/net/k8s/1",
    ]
    clouds.answer(
        "get-resources --tag-filters Key=hubstack-platform,Values=p1 --region eu-central-1 --output json",
        said={"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []} for arn in arns]},
    )
    volume, balancer = things_of(AWS, "p1")
    assert volume.removal == "aws ec2 delete-volume --volume-id vol-1 --region eu-central-1"
    assert balancer.removal.startswith(f"aws elbv2 delete-load-balancer --load-balancer-arn {arns[1]}")


def test_everything_with_the_platforms_tag_on_azure(clouds: CommandLines):
    group = {"id": "/subscriptions/sub-1/resourceGroups/g", "name": "g", "location": "westeurope"}
    share = {"id": "/subscriptions/sub-1/x/y", "name": "y", "type": "Microsoft.Storage/x", "resourceGroup": "g"}
    clouds.answer("group list --tag hubstack-platform=p1 --subscription sub-1", said=[group])
    clouds.answer("resource list --tag hubstack-platform=p1 --subscription sub-1", said=[share])
    assert [each.removal for each in things_of(AZURE, "p1")] == [
        "az group delete --name g",
        "az resource delete --ids /subscriptions/sub-1/x/y",
    ]


def test_a_thing_is_found_by_its_name(clouds: CommandLines):
    pool = made(
        "gcp:container/nodePool:NodePool",
        name="users-1a",
        location="europe-west1-b",
        cluster="projects/uni/x/clusters/c",
    )
    clouds.answer(
        "container node-pools describe users-1a --cluster=c --location=europe-west1-b --project=uni --format=json",
        said={"name": "users-1a", "status": "PROVISIONING", "config": {}},
    )
    found = look_up(pool, GCP, "p1", [])
    assert found
    assert found.id == "projects/uni/locations/europe-west1-b/clusters/c/nodePools/users-1a"
    assert found.state == "PROVISIONING"


def test_a_thing_that_the_cloud_does_not_have(clouds: CommandLines):
    clouds.answer("networks describe net-1a", error=GCP_MISSING)
    assert look_up(made("gcp:compute/network:Network", name="net-1a"), GCP, "p1", []) is None


def test_a_thing_without_a_name_is_the_one_of_its_kind_that_the_state_does_not_have(clouds: CommandLines):
    subnets = [
        {"SubnetId": f"subnet-{number}", "CidrBlock": block, "Tags": [{"Key": "hubstack-platform", "Value": "p1"}]}
        for number, block in enumerate(["10.0.0.0/24", "10.0.1.0/24", "10.0.1.0/24"])
    ]
    clouds.answer("describe-subnets --filters Name=tag:hubstack-platform,Values=p1", said={"Subnets": subnets})
    wanted = made("aws:ec2/subnet:Subnet", cidrBlock="10.0.1.0/24")
    found = look_up(wanted, AWS, "p1", ["subnet-1"])
    assert found
    assert (found.id, found.platform) == ("subnet-2", "p1")
    with pytest.raises(UnclearError, match="subnet-1, subnet-2"):
        look_up(wanted, AWS, "p1", [])


def test_things_without_a_name_may_differ_by_their_name_tag(clouds: CommandLines):
    tags = [{"Key": "hubstack-platform", "Value": "p1"}]
    addresses = [
        {"AllocationId": f"eipalloc-{zone}", "Tags": [*tags, {"Key": "Name", "Value": f"nat-{zone}"}]} for zone in "ab"
    ]
    clouds.answer("describe-addresses", said={"Addresses": addresses})
    found = look_up(made("aws:ec2/eip:Eip", tags={"Name": "nat-b"}), AWS, "p1", [])
    assert found
    assert found.id == "eipalloc-b"


def test_a_role_assignment_is_found_by_its_scope(clouds: CommandLines):
    scope = "/subscriptions/sub-1/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    wanted = made("azure-native:authorization:RoleAssignment", scope=scope, roleAssignmentName="0a1b", principalId="x")
    clouds.answer(f"resource show --ids {scope}/providers/Microsoft.Authorization/roleAssignments/0a1b", said={"id": 1})
    found = look_up(wanted, AZURE, "p1", [])
    assert found
    assert found.id == f"{scope}/providers/Microsoft.Authorization/roleAssignments/0a1b"


def test_inputs_that_do_not_name_the_thing_are_never_taken_for_nothing_there():
    with pytest.raises(UnclearError, match="do not name it"):
        look_up(made("gcp:compute/network:Network"), GCP, "p1", [])


def test_kinds():
    assert [cloud_of(kind) for kind in ("aws:ec2/vpc:Vpc", "pulumi:providers:gcp", "kubernetes:core/v1:Pod")] == [
        "aws",
        "gcp",
        "",
    ]
    assert is_known("azure-native:network:VirtualNetwork")
    assert not is_known("aws:lambda/function:Function")
    assert is_same_when_made_again("gcp:projects/iAMMember:IAMMember")
    assert not is_same_when_made_again("random:index/randomId:RandomId")


def test_azures_subscription_may_stand_in_ids_only():
    provider = {"urn": "urn:x", "type": "pulumi:providers:azure-native", "inputs": {}}
    group = {"urn": "urn:y", "type": "azure-native:resources:ResourceGroup", "id": "/subscriptions/s7/resourceGroups/g"}
    assert places(read(deployment([provider, group])).resources) == [Place("azure-native", subscription="s7")]


def test_azures_subscription_may_be_the_selected_one(clouds: CommandLines):
    clouds.answer("account show", said={"id": "s9"})
    clouds.answer("group show --name g --subscription s9", said={"name": "g", "properties": {"provisioningState": "x"}})
    group = made("azure-native:resources:ResourceGroup", resourceGroupName="g")
    found = look_up(group, Place("azure-native"), "p1", [])
    assert found
    assert found.id == "/subscriptions/s9/resourceGroups/g"


def test_accounts_come_from_the_providers_of_the_state():
    provider = {"urn": "urn:x", "type": "pulumi:providers:gcp", "inputs": {"project": "uni", "region": "r"}}
    assert places(read(deployment([provider])).resources) == [Place("gcp", project="uni", region="r")]


def test_a_subnets_association_is_found_in_its_route_table(clouds: CommandLines):
    others = {"RouteTableAssociationId": "rtbassoc-1", "SubnetId": "subnet-b", "RouteTableId": "rtb-1"}
    own = {**others, "RouteTableAssociationId": "rtbassoc-2", "SubnetId": "subnet-a"}
    clouds.answer(
        "describe-route-tables --filters Name=association.subnet-id,Values=subnet-a",
        said={"RouteTables": [{"RouteTableId": "rtb-1", "Associations": [others, own]}]},
    )
    association = made("aws:ec2/routeTableAssociation:RouteTableAssociation", subnetId="subnet-a", routeTableId="rtb-1")
    found = look_up(association, AWS, "p1", [])
    assert found
    assert found.id == "rtbassoc-2"


@pytest.mark.parametrize(("there", "found"), [("0.0.0.0/0", "r-rtb-11080289494"), ("10.0.0.0/16", "")])
def test_a_route_is_found_by_its_destination_and_named_as_its_provider_does(
    there: str, found: str, clouds: CommandLines
):
    routes = [{"DestinationCidrBlock": there, "State": "active"}]
    clouds.answer("describe-route-tables --route-table-ids rtb-1", said={"RouteTables": [{"Routes": routes}]})
    way = made("aws:ec2/route:Route", routeTableId="rtb-1", destinationCidrBlock="0.0.0.0/0")
    seen = look_up(way, AWS, "p1", [])
    assert (seen.id if seen else "") == found


def test_a_roles_own_policy_is_found_as_it_would_be_there_twice_otherwise(clouds: CommandLines):
    clouds.answer("iam get-role-policy --role-name scaler-1a --policy-name scaling-2b", said={"PolicyName": "x"})
    policy = made("aws:iam/rolePolicy:RolePolicy", role="scaler-1a", name="scaling-2b")
    assert not is_same_when_made_again(policy.type)
    found = look_up(policy, AWS, "p1", [])
    assert found
    assert found.id == "scaler-1a:scaling-2b"

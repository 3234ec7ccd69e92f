"""What the stand-ins for the clouds' command lines answer."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from testbed.cloud import cli, clock, furnishing, ledger, providers
from testbed.cloud.ledger import Account
from testbed.cloud.records import New

BIN = Path(cli.__file__).parent / "bin"
TAG = {"hubstack-platform": "1a2b3c4d"}
CLUSTER = "projects/p/locations/europe-west1/clusters/c1"
GROUP = f"/subscriptions/{providers.AZURE_SUBSCRIPTION}/resourceGroups/g1"


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv(ledger.FOLDER, str(tmp_path))
    monkeypatch.setenv(clock.SPEED, "10000")
    made = Account(tmp_path)
    made.add(New("gcp", "gcp:container/cluster:Cluster", "c1", CLUSTER, outputs={"location": "europe-west1"}, tags=TAG))
    made.add(New("aws", "aws:eks/cluster:Cluster", "c2", outputs={"name": "c2", "arn": "arn:aws:eks:::c2"}, tags=TAG))
    made.add(New("aws", "aws:ec2/vpc:Vpc", "", id="vpc-1", tags=TAG))
    made.add(New("azure-native", "azure-native:resources:ResourceGroup", "g1", GROUP, tags=TAG))
    return made


def ask(program: str, line: str) -> cli.Said:
    return cli.run(program, line.split())


def test_gcloud_describes_what_is_there(account: Account) -> None:
    said = ask("gcloud", "container clusters describe c1 --location=europe-west1 --project=p --format=json")
    assert (said.out["name"], said.out["status"], said.out["labels"]) == ("c1", "RUNNING", TAG)


def test_gcloud_says_that_something_is_not_there(account: Account) -> None:
    said = ask("gcloud", "container clusters describe c9 --location=europe-west1 --project=p --format=json")
    assert said.code == 1
    assert "NOT_FOUND" in said.err


def test_gcloud_searches_labels_and_descriptions(account: Account) -> None:
    account.add(
        New("gcp", "gcp:compute/network:Network", "n", inputs={"description": "hubstack-platform=1a2b3c4d"}, tags={})
    )
    query = '--query=labels.hubstack-platform=1a2b3c4d OR description:"hubstack-platform=1a2b3c4d"'
    said = cli.run("gcloud", ["asset", "search-all-resources", "--scope=projects/p", query, "--format=json"])
    assert [(each["assetType"], each["displayName"]) for each in said.out] == [
        ("container.googleapis.com/Cluster", "c1"),
        ("compute.googleapis.com/Network", "n"),
    ]


def test_aws_describes_and_lists(account: Account) -> None:
    said = ask("aws", "eks describe-cluster --name c2 --region r --output json")
    assert (said.out["cluster"]["status"], said.out["cluster"]["tags"]) == ("ACTIVE", TAG)
    listed = ask("aws", "ec2 describe-vpcs --filters Name=tag:hubstack-platform,Values=1a2b3c4d --region r")
    assert listed.out["Vpcs"][0]["VpcId"] == "vpc-1"
    other = ask("aws", "ec2 describe-vpcs --filters Name=tag:hubstack-platform,Values=ffffffff --region r")
    assert other.out == {"Vpcs": []}
    missing = ask("aws", "eks describe-cluster --name c9 --region r --output json")
    assert (missing.code, "ResourceNotFoundException" in missing.err) == (254, True)


def test_aws_finds_by_tag(account: Account) -> None:
    said = ask("aws", "resourcegroupstaggingapi get-resources --tag-filters Key=hubstack-platform,Values=1a2b3c4d")
    assert [each["ResourceARN"].rpartition(":")[2] for each in said.out["ResourceTagMappingList"]] == [
        "c2",
        "vpc/vpc-1",
    ]


def test_az_shows_and_lists(account: Account) -> None:
    assert ask("az", "group show --name g1 -o json").out["id"] == GROUP
    assert [each["name"] for each in ask("az", "group list --tag hubstack-platform=1a2b3c4d -o json").out] == ["g1"]
    assert ask("az", f"resource show --ids {GROUP}x -o json").code == 3


def test_a_file_system_is_backed_up(account: Account) -> None:
    instance = "gcp:filestore/instance:Instance"
    account.add(New("gcp", instance, "homes", "projects/p/locations/z/instances/homes"))
    words = "--project p --region r --instance homes --instance-location z --file-share homes --labels a=b"
    said = ask("gcloud", f"filestore backups create b1 {words} --format json --quiet")
    assert said.out["state"] == "READY"
    assert account.records("gcp:filestore/backup:Backup", tags={"a": "b"})
    lost = ask("gcloud", f"filestore backups create b2 {words.replace('homes', 'none', 1)} --format json --quiet")
    assert lost.code == 1


def test_a_backup_job_ends(account: Account) -> None:
    arn = "arn:aws:elasticfilesystem:r:1:file-system/fs-1"
    account.add(New("aws", "aws:efs/fileSystem:FileSystem", "", id="fs-1", outputs={"arn": arn}))
    begun = ask("aws", f"backup start-backup-job --backup-vault-name v --resource-arn {arn} --iam-role-arn x")
    job = begun.out["BackupJobId"]
    assert clock.until(
        lambda: ask("aws", f"backup describe-backup-job --backup-job-id {job}").out["State"] == "COMPLETED", 10000
    )


def test_what_is_in_use_is_not_deleted(account: Account) -> None:
    vpc = account.find("vpc-1")
    assert vpc
    subnet = account.add(New("aws", "aws:ec2/subnet:Subnet", "", id="subnet-1", refers={"vpcId": [vpc.serial]}))
    assert "DependencyViolation" in ask("aws", "ec2 delete-vpc --vpc-id vpc-1").err
    account.remove(subnet)
    assert ask("aws", "ec2 delete-vpc --vpc-id vpc-1").code == 0
    assert account.find("vpc-1") is None


def test_an_expired_credential_is_said(account: Account) -> None:
    account.credential = "expired"
    assert "AADSTS700082" in ask("az", "group show --name g1").err


def test_the_zones_of_the_example_stacks_are_made_once(account: Account) -> None:
    furnishing.dns_zones(account)
    furnishing.dns_zones(account)
    assert len(account.records(made_by="person")) == 4


@pytest.mark.parametrize(
    ("command", "version"),
    [
        ("gke-gcloud-auth-plugin", "v1beta1"),
        ("aws eks get-token --cluster-name c --region r", "v1beta1"),
        ("kubelogin get-token --server-id 6dae42f8-4368-4678-94ff-3960e28e3630 --login azurecli", "v1"),
    ],
)
def test_exec_plugins_give_the_accounts_token(account: Account, command: str, version: str) -> None:
    (account.folder / "token").write_text("t0ken")
    program, *words = command.split()
    info = json.dumps({"apiVersion": f"client.authentication.k8s.io/{version}"})
    environment = {**os.environ, "KUBERNETES_EXEC_INFO": info}

    def run() -> subprocess.CompletedProcess[str]:
        line = [str(BIN / program), *words]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)

    given = json.loads(run().stdout)
    assert given["apiVersion"] == f"client.authentication.k8s.io/{version}"
    assert given["status"] == {"token": "t0ken"}
    account.credential = "expired"
    assert run().returncode == 1

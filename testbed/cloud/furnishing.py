"""What an account holds before any platform: what people made, such as the DNS zones of the example stack files."""

from testbed.cloud import providers
from testbed.cloud.ledger import Account
from testbed.cloud.records import New

GCP_ZONE = "gcp:dns/managedZone:ManagedZone"
AWS_ZONE = "aws:route53/zone:Zone"
AZURE_GROUP = "azure-native:resources:ResourceGroup"
AZURE_ZONE = "azure-native:dns:Zone"


def dns_zones(account: Account) -> None:
    """Make the zones that the example stack files name, each of which a person has made by hand; once."""
    if account.records(GCP_ZONE):
        return
    account.add(
        New(
            *("gcp", GCP_ZONE, "example-edu", "projects/my-university/managedZones/example-edu"),
            outputs={"name": "example-edu", "dnsName": "example.edu."},
            made_by="person",
        )
    )
    name = "research.example.edu"
    account.add(New("aws", AWS_ZONE, name, "Z0123456789ABCDEFGHIJ", outputs={"name": name}, made_by="person"))
    group = f"/subscriptions/{providers.AZURE_SUBSCRIPTION}/resourceGroups/dns"
    account.add(
        New("azure-native", AZURE_GROUP, "dns", group, outputs={"name": "dns"}, made_by="person", scope="by hand")
    )
    name = "hubs.example.edu"
    zone = f"{group}/providers/Microsoft.Network/dnsZones/{name}"
    account.add(New("azure-native", AZURE_ZONE, name, zone, outputs={"name": name}, made_by="person", scope="by hand"))

"""Which cloud a managed cluster is of."""

from testbed.cloud.managed.book import Book
from testbed.cloud.managed.clouds.aws import Eks
from testbed.cloud.managed.clouds.azure import Aks
from testbed.cloud.managed.clouds.gcp import Gke
from testbed.cloud.managed.outside import Outside


def outside_of(book: Book) -> Outside:
    """Give the cloud's side of the cluster that the book is about."""
    provider = book.cluster.kind.partition(":")[0]
    return {"gcp": Gke, "aws": Eks, "azure-native": Aks}[provider](book)

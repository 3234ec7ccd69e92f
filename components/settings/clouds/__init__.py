"""Where a platform may run: one module a cloud, with all that lies outside the cluster."""

from components.settings.words import nearest

PROVIDERS = ("local", "gcp", "aws", "azure")
"""What `cloud.provider` may be."""

_OTHER_NAMES = {
    "kind": "local",
    "kubernetes": "local",
    "google": "gcp",
    "google_cloud": "gcp",
    "gke": "gcp",
    "amazon": "aws",
    "eks": "aws",
    "microsoft": "azure",
    "aks": "azure",
}


def meant(provider: str) -> str | None:
    """Give the provider that a text was probably meant to be: a slip of the pen, or the name of what it offers."""
    names = {**dict.fromkeys(PROVIDERS), **_OTHER_NAMES}
    near = nearest(provider, names)
    return None if near is None else names[near] or near

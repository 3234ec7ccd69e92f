"""One JupyterHub: its namespace, its homes, who may do what in it, and the release of its chart."""

from components.hub.hub import Hub, Place

__all__ = ["Hub", "Place"]

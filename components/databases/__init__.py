"""PostgreSQL clusters of the platform, and the operator that runs them."""

from components.databases.databases import Databases
from components.databases.ground import Ground

__all__ = ["Databases", "Ground"]

"""A folder of the node in the place of a shared file system.

It is what a cluster of one node needs. On several nodes each would have a folder of its own, and a person's files
would depend on where the server starts; such a cluster needs a real file system under the same path.
"""

import pulumi

from components.clouds.cloud import FileSystem, VolumeSource


def node_folder(path: pulumi.Output[str]) -> FileSystem:
    """Give the folder at `path` of the node as a file system; it is made when a pod first mounts it."""

    def source(folder: str) -> VolumeSource:
        whole = pulumi.Output.concat(path, "/", folder) if folder else path
        # A folder within must have been made, with its mode, by the homes' Job; only the root may come from nowhere.
        return {"host_path": {"path": whole, "type": "Directory" if folder else "DirectoryOrCreate"}}

    return FileSystem(source)

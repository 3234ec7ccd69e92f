"""A folder of the node in the place of a shared file system.

It is what a cluster of one node needs. On several nodes each would have a folder of its own, and a person's files
would depend on where the server starts; such a cluster needs a real file system under the same path.
"""

import pulumi

from components.clouds.cloud import FileSystem, VolumeSource


def node_folder(homes_path: str, platform: pulumi.Input[str]) -> FileSystem:
    """Give the platform's folder below `homes_path` of the node as a file system; a pod that mounts it makes it."""
    root = pulumi.Output.concat(homes_path, "/", platform)

    def source(folder: str) -> VolumeSource:
        # A folder within must have been made, with its mode, by the homes' Job; only the root may come from nowhere.
        if folder:
            return {"host_path": {"path": pulumi.Output.concat(root, "/", folder), "type": "Directory"}}
        return {"host_path": {"path": root, "type": "DirectoryOrCreate"}}

    return FileSystem(source, fixed={"hubstack:cloud.homes_path": homes_path})

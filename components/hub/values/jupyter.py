"""Settings of Jupyter's own programs in people's servers, as files that have the least say.

An image's settings and a person's own go before these. They lie in `jupyter_config.json`, which every Jupyter program
reads; in the folder `jupyter_server_config.d` a server looks for extensions to load and for nothing else.
"""

from components.hub.values.tree import Values
from components.settings.storage import HomeStorage
from components.settings.workload import Culling


def values(culling: Culling | None, homes: HomeStorage) -> Values:
    """Let kernels end that nobody uses, and keep Jupyter's databases off the network."""
    over_the_network = homes.type in ("shared", "static")
    jupyter = {**(_kernels(culling) if culling else {}), **(_databases() if over_the_network else {})}
    files: Values = {}
    if jupyter:
        files["hubstack-jupyter"] = {"mountPath": "/etc/jupyter/jupyter_config.json", "data": jupyter}
    if over_the_network:
        history = {"HistoryManager": {"hist_file": "/tmp/ipython-history.sqlite"}}  # noqa: S108
        files["hubstack-ipython"] = {"mountPath": "/etc/ipython/ipython_config.json", "data": history}
    return {"singleuser": {"extraFiles": files}} if files else {}


def _kernels(culling: Culling) -> Values:
    """End a kernel or terminal left open in a tab, so that its server can be idle."""
    idle, every = culling.idle.seconds, culling.every.seconds
    return {
        "MappingKernelManager": {"cull_idle_timeout": idle, "cull_interval": every, "cull_connected": True},
        "TerminalManager": {"cull_inactive_timeout": idle, "cull_interval": every},
    }


def _databases() -> Values:
    """Keep Jupyter's SQLite files on the container's own disk.

    SQLite locks files in a way that NFS does not keep up with: kernels hang at their first cell, and files come apart.
    What goes with the container is the history of cells, and which notebooks are trusted.
    """
    return {
        "NotebookNotary": {"db_file": "/tmp/jupyter-signatures.sqlite"},  # noqa: S108
        "BaseFileIdManager": {"db_path": "/tmp/jupyter-file-ids.sqlite"},  # noqa: S108
        "SQLiteYStore": {"db_path": "/tmp/jupyter-ystore.sqlite"},  # noqa: S108
    }

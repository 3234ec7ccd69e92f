"""The command line: `python -m testbed.cluster up|down|status|exec --state DIR`."""

import argparse
import sys
from pathlib import Path

from rich.table import Table

from testbed.cluster import Cluster
from testbed.steps import StepError, console, fail


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    cluster = Cluster(options.state, control_plane_only=options.control_plane_only)
    try:
        match options.command:
            case "up":
                cluster.up(options.image)
                console.print(f"The cluster is up: KUBECONFIG={cluster.kubeconfig}")
            case "down":
                cluster.down()
                console.print("The cluster is down, and nothing of it is left.")
            case "exec":
                sys.stdout.write(cluster.node_exec([word for word in options.words if word != "--"]))
            case _:
                return _status(cluster)
    except StepError as error:
        return fail(error)
    return 0


def _status(cluster: Cluster) -> int:
    statuses = cluster.status()
    if not statuses:
        console.print(f"No cluster runs from {cluster.state.folder}.")
        return 1
    table = Table("component", "state", "started in", "restarts")
    for status in statuses:
        state = f"[red]{status.trouble}[/red]" if status.trouble else "[green]well[/green]"
        table.add_row(status.name, state, f"{status.seconds_to_start:.1f} s", str(status.restarts))
    console.print(table)
    console.print(f"Logs: {cluster.state.logs}")
    return 1 if any(status.trouble for status in statuses) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m testbed.cluster", description="An embedded one-node Kubernetes.")
    commands = parser.add_subparsers(dest="command", required=True)
    helps = {
        "up": "start it, or find that it runs",
        "down": "end it and remove all of it, its volumes too",
        "status": "say how each component fares",
        "exec": "run a command on the node",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--state", type=Path, required=True, help="the cluster's folder")
        command.add_argument("--control-plane-only", action="store_true", help="no node: neither root nor pods")
        if name == "up":
            command.add_argument("--image", type=Path, action="append", default=[], help="an image archive to bring in")
        if name == "exec":
            command.add_argument("words", nargs=argparse.REMAINDER, help="the command, after --")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

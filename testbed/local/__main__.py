"""The command line behind the Makefile: `python -m testbed.local up|down|doctor|shell|preview|lint|test`."""

import sys


def main() -> int:
    """Run the command; whenever Ctrl-C comes, also while modules are still read, end with a sentence."""
    try:
        from testbed.local import commands  # noqa: PLC0415 - see above

        return commands.main(sys.argv[1:])
    except KeyboardInterrupt:
        print(f"\nStopped. `make {' '.join(sys.argv[1:])}` goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

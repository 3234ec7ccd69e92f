"""Check stack files without Pulumi: `python -m components.settings [FILE …]`, by default every one of stacks/.

For a look before a commit, and in checks that may not open secrets: an encrypted value counts as given.
"""

import os
import sys
from pathlib import Path

from components.settings import stack_file
from components.settings.errors import SettingsError
from components.settings.loading import load

_STACKS = Path(__file__).parents[2] / "stacks"


def main(files: list[Path]) -> int:
    """Report the mistakes of each file; give how many files have some."""
    return sum(not _is_sound(file) for file in files)


def _is_sound(file: Path) -> bool:
    try:
        settings, source = stack_file.read(file.read_text(), os.path.relpath(file))
        load(settings, os.environ, source)
    except (SettingsError, stack_file.StackFileError) as error:
        print(error, end="\n\n")
    except OSError as error:
        print(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        print(f"{file} is not a text in UTF-8.")
    else:
        print(f"{os.path.relpath(file)}: no mistakes.")
        return True
    return False


if __name__ == "__main__":
    sys.exit(min(main([Path(name) for name in sys.argv[1:]] or sorted(_STACKS.glob("Pulumi.*.yaml"))), 1))

"""Names as clouds take them: a pattern for the whole of a text."""

import re
from collections.abc import Iterable

from testbed.cloud.kinds import Inputs, Wrong, at, is_known


def fits(inputs: Inputs, path: str, pattern: str, code: str = "InvalidResourceName") -> Iterable[Wrong]:
    """Find the texts at a path that a pattern does not fit."""
    for value in at(inputs, path):
        if is_known(value) and not re.fullmatch(pattern, str(value), re.ASCII):
            yield Wrong(path, f"{code}: {value!r} does not fit the pattern {pattern}.")

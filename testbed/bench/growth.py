"""How a time grows with a number of things."""

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, float]
"""A number of things, and the seconds that they took."""


def seconds_each(points: Sequence[Point]) -> float:
    """Give the seconds that one more thing costs: the slope of the line that lies closest to the points."""
    middle = sum(number for number, _ in points) / len(points)
    height = sum(seconds for _, seconds in points) / len(points)
    rise = sum((number - middle) * (seconds - height) for number, seconds in points)
    return rise / sum((number - middle) ** 2 for number, _ in points)


def exponent(points: Sequence[Point]) -> float:
    """Give the steepest growth between two neighbouring points, as the power of the number: 1 is linear, 2 its square.

    The steepest and not the average, so that what only begins to grow at many hubs is not hidden by the few.
    """
    return max(
        math.log(later_seconds / seconds) / math.log(later / number)
        for (number, seconds), (later, later_seconds) in pairwise(points)
    )

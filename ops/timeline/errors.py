"""The one error of this package."""


class TimelineError(Exception):
    """There is nothing to draw; the message says why and what to do."""

"""Times and operations, as people say them."""

from ops.timeline.log import Span

_MINUTE = 60

_DONE = {
    "create": "made",
    "create-replacement": "made anew",
    "delete": "deleted",
    "delete-replaced": "deleted, replaced",
    "update": "changed",
    "import": "adopted",
    "import-replacement": "adopted",
}


def length(seconds: float) -> str:
    """Give `8 s`, `0.4 s` or `12 min 03 s`."""
    if seconds >= _MINUTE:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02d} s"
    return f"{seconds:.0f} s" if seconds == int(seconds) else f"{seconds:.1f} s"


def done(span: Span) -> str:
    """Say what was done, and whether it came to an end."""
    what = _DONE.get(span.op, span.op)
    if span.failed:
        return f"{what}: failed"
    return f"{what}: not ended" if span.unfinished else what

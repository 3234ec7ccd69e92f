"""The one error of this package."""


class PreviewError(Exception):
    """The comment cannot be made or written; the message says why and what to do."""

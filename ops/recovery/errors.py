"""The one error of this package."""


class RecoverError(Exception):
    """Recovering cannot go on; the message is a sentence or two that say why and what to do."""

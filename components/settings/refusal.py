"""How a type of a setting says no."""

from pydantic_core import PydanticCustomError

REFUSED = "hubstack_refused"
"""The error type that tells a refusal of ours from pydantic's own."""


def refuse(allowed: str, mend: str = "") -> PydanticCustomError:
    """Make the error to raise: what is allowed here, and how to mend what was given.

    Neither text repeats the given value of a secret.
    """
    return PydanticCustomError(REFUSED, "not allowed", {"allowed": allowed, "mend": mend})

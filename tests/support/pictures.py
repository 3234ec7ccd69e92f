"""Pictures that tests take of what people see."""

import os

from tests.support.engine import CHECKOUT

TAKEN = CHECKOUT / "build"
IN_THE_DOCS = CHECKOUT / "docs" / "images"


def keep_picture(name: str, picture: bytes) -> None:
    """Keep a picture; HUBSTACK_SCREENSHOT=1 (`make screenshot`) puts it into the docs too."""
    for folder in (TAKEN, IN_THE_DOCS) if os.environ.get("HUBSTACK_SCREENSHOT") else (TAKEN,):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture)

"""Figures in files of build/, which several runs fill."""

import json
from pathlib import Path
from typing import Any


def add(file: Path, figures: dict[str, Any]) -> None:
    """Write figures to a JSON file; those of earlier runs stay where these have none."""
    before: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**before, **figures}, indent=2) + "\n")

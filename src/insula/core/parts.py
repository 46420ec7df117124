"""Finished parts of a long computation on disk: whole or not there, and kept only for the same computation."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from insula.core.tables import write_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any


def open_parts(folder: Path, identity: str) -> None:
    """Prepare the folder; parts of another computation (other text, seed or version) are thrown away."""
    stamp = folder / "identity.json"
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == identity:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stamp.write_text(json.dumps(identity), encoding="utf-8")


def write_part(part: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Store tables in the folder ``part``; who is killed in between leaves no half part."""
    unfinished = part.with_name(f".unfinished_{part.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, table in tables.items():
        write_parquet(unfinished / f"{name}.parquet", table)
    unfinished.replace(part)


def discard(folder: Path) -> None:
    """Remove what is no longer needed, or must not be left half-written."""
    shutil.rmtree(folder, ignore_errors=True)

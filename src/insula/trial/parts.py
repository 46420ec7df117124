"""Finished blocks on disk: reused by a run that goes on, joined at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.parts import write_part
from insula.core.tables import read_parquet, write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

TABLES = ("patients", "parameters", "course", "endpoints", "cgm", "screening", "map_error")


def block_folder(folder: Path, number: int) -> Path:
    """Where a finished block lies."""
    return folder / f"block_{number:06d}"


def write_block(folder: Path, number: int, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Store all tables of a block."""
    write_part(block_folder(folder, number), {name: tables[name] for name in TABLES})


def accepted(folder: Path, number: int) -> np.ndarray:
    """Candidate numbers of the block's patients, in order."""
    return np.unique(
        read_parquet(block_folder(folder, number) / "patients.parquet", ["candidate"])["candidate"]
    )


def join(folder: Path, results: Path, numbers: range, patients: Mapping[int, int]) -> None:
    """Join blocks into the final tables.

    Parameters
    ----------
    patients
        Patient number by candidate number; rows of other candidates are left out, except in the screening table.
    """
    for name in TABLES:
        parts = [_renumber(part, patients) for part in _read(folder, numbers, name)]
        write_parquet(
            results / f"{name}.parquet", {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
        )


def _read(folder: Path, numbers: range, name: str) -> Iterator[dict[str, np.ndarray]]:
    for number in numbers:
        yield read_parquet(block_folder(folder, number) / f"{name}.parquet")


def _renumber(table: dict[str, np.ndarray], patients: Mapping[int, int]) -> dict[str, np.ndarray]:
    """Put the patient number in front, drop candidates that are not patients."""
    if "passed" in table:
        return table
    names = np.array([patients.get(int(c), -1) for c in np.unique(table["candidate"])])
    _, place = np.unique(table["candidate"], return_inverse=True)
    numbers = names[place] if len(names) else np.empty(0, dtype=np.int64)
    kept = numbers >= 0
    rest = {k: v[kept] for k, v in table.items() if k != "candidate" or "status" in table}
    arm = {"arm": rest.pop("arm")} if "arm" in rest else {}
    return {**arm, "patient": numbers[kept], **rest}

"""Finished blocks on disk: reused by a run that goes on, and joined into the final tables."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insula.core.parts import discard, write_part
from insula.core.tables import ParquetRows, read_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

TABLES = (
    "patients", "parameters", "course", "endpoints", "cgm", "screening", "map_error", "adverse_events", "conditional",
)  # fmt: skip
_NAME_CANDIDATES = ("patients", "screening")


def block_folder(folder: Path, number: int) -> Path:
    """Where a finished block lies."""
    return folder / f"block_{number:06d}"


def write_block(folder: Path, number: int, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Store all tables of a block."""
    write_part(block_folder(folder, number), {name: tables[name] for name in TABLES})


def accepted(block: Path) -> list[int]:
    """Candidate numbers of the block's patients, in order."""
    candidates = read_parquet(block / "patients.parquet", ["candidate"])["candidate"]
    return [int(candidate) for candidate in np.unique(candidates)]


class Results:
    """The final tables, which grow block by block; a context manager that leaves nothing behind after an error.

    Finished blocks are kept elsewhere, so that the tables can grow again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, ExitStack()
        self._rows = {name: ParquetRows(folder / f"{name}.parquet") for name in TABLES}

    def __enter__(self) -> Results:
        for rows in self._rows.values():
            self._files.enter_context(rows)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        self._files.__exit__(kind, *error)
        if kind is not None:
            discard(self._folder)

    def add(self, block: Path, candidates: Sequence[int], first: int) -> None:
        """Add a finished block.

        Parameters
        ----------
        candidates, first
            They become the patients from number ``first`` on; rows of others are left out, except in the screening
            table.
        """
        numbers = pa.array(candidates, pa.int64())
        for name, rows in self._rows.items():
            table = pq.read_table(block / f"{name}.parquet")
            if name != "screening":
                table = _of_patients(table, numbers, first)
            rows.add(table if name in _NAME_CANDIDATES else table.drop_columns("candidate"))


def _of_patients(table: pa.Table, candidates: pa.Array, first: int) -> pa.Table:
    """Drop candidates that are not patients and put the number of the patient before that of the candidate."""
    place = pc.index_in(table["candidate"], value_set=candidates)
    patient = pc.add(pc.drop_null(place).cast(pa.int64()), first)
    return table.filter(pc.is_valid(place)).add_column(
        table.column_names.index("candidate"), "patient", patient
    )

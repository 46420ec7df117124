"""Finished simulations of an answer on disk: an answer that was interrupted does not simulate them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from insula.core.parts import open_parts, write_part
from insula.core.provenance import text_hash
from insula.core.tables import read_parquet
from insula.trial.manifest import making_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from insula.analysis.ask.patient import Asked
    from insula.catalog import Catalog
    from insula.catalog.records import Question

    Table = dict[str, NDArray[Any]]
    Task = Callable[[Callable[[float], None]], Table]

_TABLE = "table"


@dataclass(frozen=True)
class Kept:
    """A folder of finished tasks; without one (None) nothing is kept."""

    folder: Path | None = None

    def task(self, name: str, task: Task) -> Task:
        """Return the task that is done only where its table does not lie in the folder yet."""
        return task if self.folder is None else partial(_done_once, self.folder / name, task)


NOTHING_KEPT = Kept()


def keep(folder: Path, catalog: Catalog, question: Question, asked: Asked, size: int) -> Kept:
    """Open the folder; what lies there of another question, patient, science text or version is thrown away."""
    about = {
        **making_of(catalog, question.seed),
        "question": question.model_dump(mode="json", by_alias=True),
        "patient": asdict(asked),
        "size": size,
    }
    open_parts(folder, text_hash(json.dumps(about, sort_keys=True, default=sorted)))
    return Kept(folder)


def _done_once(part: Path, task: Task, report: Callable[[float], None]) -> Table:
    if not part.is_dir():
        write_part(part, {_TABLE: task(report)})
    return read_parquet(part / f"{_TABLE}.parquet")

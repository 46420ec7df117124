"""More patients than fit into memory: chunks in several threads, results to Parquet as they come."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insula.core.errors import ProtocolError
from insula.core.parts import open_parts, write_part
from insula.core.tables import merge_parquet
from insula.engine.solve import Solution

Ints = NDArray[np.int64]
TABLES = ("values", "patients")
_OWN_COLUMNS = ("patient", "time")


def solve_stream(
    solve_some: Callable[[Ints], Solution],
    outputs: Sequence[str],
    n_patients: int,
    out: Path,
    *,
    identity: str,
    workers: int,
    chunk: int = 4096,
) -> None:
    """Integrate patients 0 to ``n_patients`` - 1 and store what :func:`insula.engine.solve.solve` returns.

    ``values.parquet`` holds a row per reading: patient, time and the outputs. ``patients.parquet`` holds a row
    per patient: patient, status, time of the end and steps. Both have the same bytes for any number of workers
    and any chunk. Memory grows with workers and chunk, not with the patients. A stream that was killed goes on
    after its finished chunks when it is started again with the same identity and chunk.

    Parameters
    ----------
    solve_some
        The solution of the patients with these numbers. It must follow from the numbers alone, patient by
        patient, and is called in several threads at once.
    outputs : Q names of the columns of its values
    out
        Folder to write into; tables of an earlier stream are replaced.
    identity
        Changes whenever ``solve_some`` would give other numbers: kernel key, tolerances, seed.
    workers
        Threads; machine code runs in all of them at once.
    chunk
        Patients that one thread integrates at a time.

    Raises
    ------
    ProtocolError
        If there is nothing to integrate, or an output is called like one of the other columns.
    """
    _check(outputs, n_patients, workers, chunk)
    parts = out / "parts"
    open_parts(parts, f"{identity} chunk {chunk}")

    def finish(first: int) -> Path:
        """Folder of the chunk that begins with this patient, integrated unless an earlier stream has done it."""
        folder = parts / f"from_{first:012d}"
        if not folder.is_dir():
            numbers = np.arange(first, min(first + chunk, n_patients))
            write_part(folder, _tables(solve_some(numbers), outputs, numbers))
        return folder

    with ThreadPoolExecutor(workers) as pool:
        try:
            folders = list(pool.map(finish, range(0, n_patients, chunk)))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    for name in TABLES:
        merge_parquet(out / f"{name}.parquet", [folder / f"{name}.parquet" for folder in folders])
    shutil.rmtree(parts)


def _check(outputs: Sequence[str], n_patients: int, workers: int, chunk: int) -> None:
    for name, number in (("n_patients", n_patients), ("workers", workers), ("chunk", chunk)):
        if number < 1:
            raise ProtocolError(f"stream: {name} is {number}; at least 1 is needed.")
    taken = sorted(set(outputs) & set(_OWN_COLUMNS))
    if taken:
        raise ProtocolError(f"stream: an output is called {taken[0]}, like a column that every table has.")


def _tables(found: Solution, outputs: Sequence[str], numbers: Ints) -> Mapping[str, Mapping[str, Any]]:
    values = {name: found.values[:, k] for k, name in enumerate(outputs)}
    readings = {"patient": np.repeat(numbers, np.diff(found.row_start)), "time": found.row_time}
    patients = {"patient": numbers, "status": found.status, "time": found.time, "steps": found.steps}
    return {"values": readings | values, "patients": patients}

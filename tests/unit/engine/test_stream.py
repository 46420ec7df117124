"""Streams of patients: the same bytes however they are cut, resumed after a kill, never all in memory."""

import gc
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from engine_models import CLEARANCE, kernel, rows

from insula.core.errors import ProtocolError
from insula.core.provenance import file_hash
from insula.core.tables import read_parquet
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.engine.stream import TABLES, solve_stream

OUTPUTS = ("A", "C")


@pytest.fixture(scope="module")
def clearance():
    return kernel(CLEARANCE, OUTPUTS, inputs=("A",))


def cohort(k):
    """Patients of their own rates, doses and numbers of readings; every seventh has no rate and fails."""

    def solve_some(numbers):
        n = len(numbers)
        rates = np.where(numbers % 7 == 3, np.nan, 0.1 + 0.01 * (numbers % 50))
        read = [(p, 1.0 + t, READ, np.nan) for p in range(n) for t in range(1 + int(numbers[p]) % 3)]
        given = [(p, 0.5, k.action("add:A"), 1.0 + numbers[p] % 5) for p in range(n)]
        schedule = Schedule.build(n, *map(np.array, zip(*read, *given, strict=True)))
        return solve(k, rows(k, n, k=rates), schedule)

    return solve_some


def stream(k, out, n=60, **options):
    solve_stream(cohort(k), OUTPUTS, n, out, **({"identity": k.key, "workers": 1} | options))
    return {name: file_hash(out / f"{name}.parquet") for name in TABLES}


def test_a_stream_holds_what_solve_returns(clearance, tmp_path):
    stream(clearance, tmp_path, chunk=8)
    whole = cohort(clearance)(np.arange(60))
    values, patients = (read_parquet(tmp_path / f"{name}.parquet") for name in TABLES)
    assert values["patient"].tolist() == [p for p in range(60) for _ in range(1 + p % 3)]
    np.testing.assert_array_equal(np.stack([values[name] for name in OUTPUTS], axis=1), whole.values)
    np.testing.assert_array_equal(values["time"], whole.row_time)
    assert patients["patient"].tolist() == list(range(60))
    for name in ("status", "time", "steps"):
        np.testing.assert_array_equal(patients[name], getattr(whole, name))
    assert (patients["status"] != 0).sum() == sum(p % 7 == 3 for p in range(60)), "failures are in the table"


def test_any_chunk_and_any_number_of_workers_give_the_same_bytes(clearance, tmp_path):
    wanted = stream(clearance, tmp_path / "whole", chunk=1000)
    for chunk in (1, 2, 7, 59, 60):
        for workers in (1, 3):
            assert stream(clearance, tmp_path / f"{chunk}_{workers}", chunk=chunk, workers=workers) == wanted
            assert not (tmp_path / f"{chunk}_{workers}" / "parts").exists()


KILLED = """
import os, sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_stream import CLEARANCE, OUTPUTS, cohort, kernel, solve_stream
k = kernel(CLEARANCE, OUTPUTS, inputs=("A",))
def solve_some(numbers):
    if numbers[0] >= 24:
        os.kill(os.getpid(), 9)
    return cohort(k)(numbers)
solve_stream(solve_some, OUTPUTS, 60, Path({out!r}), identity=k.key, workers=1, chunk=8)
"""


def test_a_killed_stream_goes_on_after_its_finished_chunks(clearance, tmp_path):
    wanted, out = stream(clearance, tmp_path / "undisturbed", chunk=8), tmp_path / "killed"
    text = KILLED.format(path=sys.path, out=str(out))
    assert subprocess.run([sys.executable, "-c", text], env=os.environ, check=False).returncode == -9
    assert not (out / "values.parquet").exists()
    asked = []

    def solve_some(numbers):
        asked.append(int(numbers[0]))
        return cohort(clearance)(numbers)

    solve_stream(solve_some, OUTPUTS, 60, out, identity=clearance.key, workers=1, chunk=8)
    assert asked == [24, 32, 40, 48, 56]
    assert {name: file_hash(out / f"{name}.parquet") for name in TABLES} == wanted


def stop_after_two_chunks(k, out, shift, identity):
    """Leave two finished chunks of 8; ``shift`` takes the numbers of other patients."""

    def solve_some(numbers):
        if numbers[0] >= 16:
            raise RuntimeError("stopped")
        return cohort(k)(numbers + shift)

    with pytest.raises(RuntimeError, match="stopped"):
        solve_stream(solve_some, OUTPUTS, 60, out, identity=identity, workers=1, chunk=8)
    assert len(list((out / "parts").glob("from_*"))) == 2


@pytest.mark.parametrize(("shift", "identity", "chunk"), [(1, "another", 8), (0, "the same", 12)])
def test_chunks_of_another_stream_or_size_are_not_used(clearance, tmp_path, shift, identity, chunk):
    stop_after_two_chunks(clearance, tmp_path / "reused", shift, identity)
    found = stream(clearance, tmp_path / "reused", chunk=chunk, identity="the same")
    assert found == stream(clearance, tmp_path / "undisturbed", chunk=chunk)


def test_memory_does_not_grow_with_the_patients(clearance, tmp_path):
    """Peak of what Python and NumPy hold, for few and for ten times as many patients."""

    def solve_some(numbers):
        return solve(clearance, clearance.defaults, Schedule.readings(len(numbers), np.arange(100.0)))

    def peak(n):
        gc.collect()
        tracemalloc.start()
        folder = tmp_path / str(n)
        solve_stream(solve_some, OUTPUTS, n, folder, identity="", workers=1, chunk=200)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    few, many = peak(1000), peak(10_000)
    whole = solve_some(np.arange(10_000)).values.nbytes
    assert many < 1.2 * few
    assert many < whole / 4


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n": 0}, "n_patients is 0"),
        ({"workers": 0}, "workers is 0"),
        ({"chunk": 0}, "chunk is 0"),
    ],
)
def test_a_stream_of_nothing_is_refused(clearance, tmp_path, wrong, words):
    with pytest.raises(ProtocolError, match=words):
        stream(clearance, tmp_path, **wrong)
    assert list(Path(tmp_path).iterdir()) == []


def test_an_output_must_not_hide_a_column(clearance, tmp_path):
    with pytest.raises(ProtocolError, match="patient"):
        solve_stream(cohort(clearance), ("patient",), 1, tmp_path, identity="", workers=1)

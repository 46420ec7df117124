"""Finished blocks on disk."""

import numpy as np
import pytest

from insula.core.parts import open_parts
from insula.core.tables import read_parquet
from insula.trial import parts


def tables(candidates, value):
    """Two arms with the same candidates; every table holds one row for each."""
    n = len(candidates)
    plain = {
        "arm": np.array(["a"] * n + ["b"] * n, dtype=object),
        "candidate": np.tile(np.array(candidates), 2),
        "value": np.full(2 * n, value),
    }
    patients = {**plain, "status": np.array(["ok"] * 2 * n, dtype=object)}
    screened = np.arange(min(candidates), max(candidates) + 1)
    screening = {"candidate": screened, "passed": np.isin(screened, candidates)}
    return {name: plain for name in parts.TABLES} | {"patients": patients, "screening": screening}


@pytest.fixture
def folder(tmp_path):
    open_parts(tmp_path / "parts", "this run")
    return tmp_path / "parts"


def test_parts_of_the_same_run_are_kept_and_those_of_another_thrown_away(folder):
    parts.write_block(folder, 0, tables([1, 3], 0.5))
    open_parts(folder, "this run")
    assert parts.block_folder(folder, 0).is_dir()
    open_parts(folder, "another run")
    assert not parts.block_folder(folder, 0).exists()


def test_parts_without_a_stamp_are_thrown_away(folder):
    parts.write_block(folder, 0, tables([1, 3], 0.5))
    (folder / "identity.json").unlink()
    open_parts(folder, "this run")
    assert not parts.block_folder(folder, 0).exists()


def test_a_block_that_was_not_finished_is_not_there_and_does_not_disturb(folder):
    unfinished = folder / ".unfinished_block_000000"
    unfinished.mkdir()
    (unfinished / "course.parquet").write_bytes(b"half")
    assert not parts.block_folder(folder, 0).exists()
    parts.write_block(folder, 0, tables([1, 3], 0.5))
    assert parts.accepted(parts.block_folder(folder, 0)) == [1, 3]
    assert not unfinished.exists()


def test_an_error_while_writing_leaves_no_block(folder):
    broken = {name: table for name, table in tables([1], 0.5).items() if name != "cgm"}
    with pytest.raises(KeyError):
        parts.write_block(folder, 0, broken)
    assert not parts.block_folder(folder, 0).exists()


def test_blocks_are_joined_and_candidates_become_patients(folder, tmp_path):
    parts.write_block(folder, 0, tables([1, 3], 0.5))
    parts.write_block(folder, 1, tables([7, 9], 1.5))
    with parts.Results(tmp_path / "results") as results:
        results.add(parts.block_folder(folder, 0), [1, 3], first=0)
        results.add(parts.block_folder(folder, 1), [7], first=2)
    course = read_parquet(tmp_path / "results" / "course.parquet")
    assert list(course) == ["arm", "patient", "value"]
    assert course["patient"].tolist() == [0, 1, 0, 1, 2, 2]
    assert course["arm"].tolist() == ["a", "a", "b", "b", "a", "b"]
    assert course["value"].tolist() == [0.5] * 4 + [1.5] * 2
    patients = read_parquet(tmp_path / "results" / "patients.parquet")
    assert patients["candidate"].tolist() == [1, 3, 1, 3, 7, 7]
    screening = read_parquet(tmp_path / "results" / "screening.parquet")
    assert screening["candidate"].tolist() == [1, 2, 3, 7, 8, 9], "who did not pass stays in the table"


def test_a_block_without_patients_leaves_its_screening(folder, tmp_path):
    """Its texts have no type on disk, because there are none."""
    nobody = {
        name: {key: values[:0] for key, values in table.items()} for name, table in tables([5], 0.5).items()
    }
    parts.write_block(folder, 0, nobody | {"screening": tables([5], 0.5)["screening"]})
    parts.write_block(folder, 1, tables([7], 1.5))
    with parts.Results(tmp_path / "results") as results:
        results.add(parts.block_folder(folder, 0), [], first=0)
        results.add(parts.block_folder(folder, 1), [7], first=0)
    course = read_parquet(tmp_path / "results" / "course.parquet")
    assert course["arm"].tolist() == ["a", "b"]
    screening = read_parquet(tmp_path / "results" / "screening.parquet")
    assert screening["candidate"].tolist() == [5, 7]


def test_results_of_a_run_that_failed_get_no_name(folder, tmp_path):
    parts.write_block(folder, 0, tables([1], 0.5))
    results = parts.Results(tmp_path / "results")
    with pytest.raises(FileNotFoundError), results:
        add_both(results, folder)
    assert not list((tmp_path / "results").glob("*.parquet"))


def add_both(results, folder):
    for number in (0, 1):
        results.add(parts.block_folder(folder, number), [1], first=number)

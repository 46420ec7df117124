"""Finished simulations of an answer: done once, for one patient and one science, and never half there."""

import numpy as np
import pytest

from insula.analysis.ask.kept import NOTHING_KEPT, Kept, keep
from insula.analysis.ask.patient import Asked
from insula.catalog import Catalog


def counted(table):
    """A task that says how often it was done."""
    done = []

    def task(report):
        done.append(1)
        report(1.0)
        return table

    return task, done


def test_a_task_is_done_once_and_its_numbers_come_back_as_they_were(tmp_path):
    table = {"candidate": np.array([3, 5]), "x": np.array([0.1 + 0.2, np.nan])}
    task, done = counted(table)
    for _ in range(2):
        found = Kept(tmp_path).task("a", task)(lambda _: None)
        assert {name: column.dtype for name, column in found.items()} == {
            name: column.dtype for name, column in table.items()
        }
        np.testing.assert_array_equal(found["x"], table["x"])
    assert len(done) == 1


def test_a_task_that_fails_leaves_nothing(tmp_path):
    def task(_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Kept(tmp_path).task("a", task)(lambda _: None)
    assert not list(tmp_path.glob("*a"))


def test_without_a_folder_every_task_is_done():
    task, done = counted({})
    for _ in range(2):
        NOTHING_KEPT.task("a", task)(lambda _: None)
    assert len(done) == 2


def test_what_lies_there_of_another_patient_is_thrown_away(tmp_path):
    catalog = Catalog.open()
    question = next(iter(catalog.questions.readable().values()))
    mine = Asked("type_1", {"age": 40.0}, frozenset({"a", "b"}), frozenset(), ())
    other = Asked("type_1", {"age": 41.0}, frozenset({"a", "b"}), frozenset(), ())
    task, done = counted({"x": np.zeros(1)})
    for asked, size in ((mine, 8), (mine, 8), (other, 8), (other, 9)):
        keep(tmp_path / "parts", catalog, question, asked, size).task("a", task)(lambda _: None)
    assert len(done) == 3

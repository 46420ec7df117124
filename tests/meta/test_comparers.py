"""The comparers of the tests and of the product see what they are there to see."""

import json

import numpy as np
import pytest

from insula.trial.manifest import differences
from tolerances import close, same_bits

WANTED = np.array([1.0, -2.0, 0.0, np.nan])
WRONG = [
    np.array([1.0, 2.0, 0.0, np.nan]),  # sign
    np.array([1.0, -2.0, 0.0]),  # shape
    np.array([[1.0, -2.0, 0.0, np.nan]]),  # as many, another shape
    np.array([1.0, np.nan, 0.0, np.nan]),  # missing where there is a number
    np.array([1.0, -2.0, 0.0, 3.0]),  # a number where it is missing
    np.array([1.0, -2.1, 0.0, np.nan]),  # size
    np.array([1.0, np.inf, 0.0, np.nan]),
    np.array([-2.0, 1.0, 0.0, np.nan]),  # order
]


@pytest.mark.parametrize("found", WRONG)
def test_close_rejects(found):
    assert not close(found, WANTED, relative=1e-3, absolute=1e-3)


@pytest.mark.parametrize("off", [0.0, 0.9e-3, -0.9e-3])
def test_close_accepts_what_is_allowed_and_no_more(off):
    assert close(WANTED + off, WANTED, absolute=1e-3)
    assert not close(WANTED + 3 * off, WANTED, absolute=1e-3) or off == 0.0


@pytest.mark.parametrize("found", [*WRONG, np.array([1.0, -2.0, -0.0, np.nan]), np.nextafter(WANTED, 9)])
def test_same_bits_rejects(found):
    assert not same_bits({"a": found}, {"a": WANTED})


def test_same_bits_wants_the_same_names_and_texts():
    texts = np.array(["x", "y"], dtype=object)
    assert same_bits({"a": WANTED, "b": texts}, {"b": texts.copy(), "a": WANTED.copy()})
    assert not same_bits({"a": WANTED}, {"b": WANTED})
    assert not same_bits({"b": texts[::-1]}, {"b": texts})


FIRST = {"results": {"a.parquet": "1", "b.parquet": "2"}, "science": "s", "seed": 1}


@pytest.mark.parametrize(
    ("second", "tables", "causes"),
    [
        ({}, [], []),
        ({"results": {"a.parquet": "1", "b.parquet": "3"}}, ["b.parquet"], []),
        ({"results": {"a.parquet": "1"}}, ["b.parquet"], []),
        ({"results": {**FIRST["results"], "c.parquet": "4"}}, ["c.parquet"], []),
        ({"science": "t", "seed": 2}, [], ["science", "seed"]),
    ],
)
def test_manifests_are_compared_in_both_directions(second, tables, causes):
    found = differences(json.loads(json.dumps(FIRST)), FIRST | second)
    assert (found.results, found.causes) == (tables, causes)

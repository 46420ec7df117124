"""What metafor said, and the data it said it of."""

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np

from insula.statistics.meta.records import given_effects

FOLDER = Path(__file__).parents[4] / "reference" / "metafor"

# Both sides compute the same number: what is left is 15 printed digits and the order of sums.
SAME = 1e-8

INTERVALS = {"z": "wald", "knha": "hksj", "adhoc": "modified_hksj"}


@cache
def said():
    return json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))


def rows(section):
    return sorted(said()[section])


@cache
def table(name):
    """Columns of a data set; numbers as arrays (empty cells NaN), texts as lists."""
    with (FOLDER / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {key: _column([line[key] for line in lines]) for key in lines[0]}


def _column(cells):
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return cells


@cache
def effects(name):
    found = said()["effects"][name]
    return given_effects(numbers(found["yi"]), numbers(found["vi"]))


def numbers(values):
    """A list or number of the file as an array; null is NaN."""
    if isinstance(values, list):
        return np.array([np.nan if value in (None, "NA") else value for value in values], dtype=float)
    return np.array([np.nan if values in (None, "NA", {}, []) else values], dtype=float)


def differs(found, wanted, relative=SAME, absolute=1e-12):
    """Say where two sets of named numbers differ: a list to show, empty when they agree."""
    wrong = []
    for name, value in found.items():
        a, b = np.atleast_1d(np.asarray(value, dtype=float)).ravel(), numbers(wanted[name]).ravel()
        if a.shape != b.shape or not np.allclose(a, b, rtol=relative, atol=absolute, equal_nan=True):
            wrong.append((name, a.tolist(), b.tolist()))
    return wrong

"""Every effect size as metafor's escalc has it, zero cells included."""

import numpy as np
import pytest
from metafor import differs, rows, said, table

from insula.statistics.meta.effect_sizes import COLUMNS, effect_sizes


def columns(name, measure):
    data = table(name)
    if name == "rates" and measure in ("IRR", "IRD", "IRSD"):
        data = {"x1i": data["xi"], "t1i": data["ti"], "x2i": data["x2i"], "t2i": data["t2i"]}
    return {key: value for key, value in data.items() if isinstance(value, np.ndarray)}


@pytest.mark.parametrize("row", rows("effects"))
def test_effects(row):
    *words, name = row.split(" ")
    measure, options = words[0], {}
    if len(words) == 3:
        options = {"to": words[1], "drop00": words[2] == "drop00"}
    found = effect_sizes(measure, columns(name, measure), **options)
    assert differs({"yi": found.estimate, "vi": found.variance}, said()["effects"][row], 1e-12) == []


def test_every_measure_is_compared():
    assert {row.split(" ")[0] for row in rows("effects")} == set(COLUMNS)

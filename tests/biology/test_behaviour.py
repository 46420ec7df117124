"""Every row of the metabolic modules' behaviour.csv is a test."""

import csv
import warnings

import pytest
from tests.biology.behaviour_protocol import STATISTICS, read_protocol

from insula.compiler.numpy_reference import reference_solve
from insula.core.paths import science_root

BIOLOGY = science_root() / "biology"
MODULES = (
    "glucose", "insulin", "secretion", "gut", "subcutaneous_insulin", "c_peptide", "glucagon", "awareness_of_lows"
)  # fmt: skip


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def person(name):
    return {
        r["symbol"]: float(r["value"])
        for r in rows_of(BIOLOGY / "models" / "persons.csv")
        if r["person"] == name
    }


ROWS = [
    pytest.param(row, id=f"{module}-{row['id']}")
    for module in MODULES
    for row in rows_of(BIOLOGY / "modules" / module / "behaviour.csv")
]


@pytest.mark.parametrize("row", ROWS)
def test_the_model_does_what_it_is_held_to(metabolic, row):
    experiment = read_protocol(row["protocol"])
    settings = {**person(row["population"]), **experiment.settings}
    values = metabolic.defaults.copy()
    for name, value in settings.items():
        values[metabolic.parameters.index(name)] = value
    found = reference_solve(metabolic, [row["quantity"]], experiment.events, values, rtol=1e-6, atol=1e-8)
    value = STATISTICS[row["statistic"]](experiment.readings, found[:, 0])
    inside = (not row["low"] or value >= float(row["low"])) and (
        not row["high"] or value <= float(row["high"])
    )
    told = f"{row['quantity']} {row['statistic']} = {value:.5g} {row['unit']}, held to {row['low']} .. {row['high']}"
    if row["severity"] == "warning" and not inside:
        warnings.warn(told, stacklevel=1)
    else:
        assert inside, told

"""Other people's models with other people's answers: every case of the SBML semantic test suite, through the engine."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from semantic_cases import PASSED, archive, compare, course, files, read_case, verdict

from insula.compiler.read_sbml import build_system

if not archive().is_file():
    pytest.skip(f"no SBML semantic suite at {archive()}: set INSULA_SBML_SUITE", allow_module_level=True)

NOT_PASSED = Path(__file__).with_name("not_passed.csv")
SMOKE = 12  # every twelfth case stays in `make quick`


def not_passed() -> dict[str, str]:
    with NOT_PASSED.open(encoding="utf-8", newline="") as file:
        return {row["case"]: row["reason"] for row in csv.DictReader(file)}


LISTED = not_passed()
CASES = [
    pytest.param(number, marks=[] if k % SMOKE == 0 else [pytest.mark.slow])
    for k, number in enumerate(files())
]


@pytest.mark.parametrize("number", CASES)
def test_case(number):
    """A case is passed unless not_passed.csv says why not, and then for that reason."""
    assert verdict(number) == LISTED.get(number, PASSED)


def test_the_list_names_cases_of_the_archive():
    assert set(LISTED) <= set(files())


def test_the_list_excuses_no_wrong_number():
    """It holds refusals, cases that are not in the archive, and one parameter without a value."""
    kinds = Counter(reason.partition(":")[0] for reason in LISTED.values())
    assert kinds.keys() <= {"refused", "absent", "error"}
    assert kinds["error"] == 1


def test_a_wrong_number_is_noticed():
    case = read_case("00001")
    found = course(case, build_system(case.sbml))
    assert compare(case, found) == PASSED
    off = {name: 1.001 * column for name, column in case.expected.items()}
    assert compare(replace(case, expected=off), found).startswith("wrong: S1 at 0 is")

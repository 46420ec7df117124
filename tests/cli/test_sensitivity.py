"""``insula sensitivity``: effects that are known beforehand, files, both languages, refusals."""

import csv
import json

import numpy as np
import pytest

from insula.analysis.sensitivity import _effects
from insula.analysis.sensitivity_methods import Morris, Sobol
from insula.report.expected_results import ASKED_FIRST
from tiny_study import CONTROL_ARM, FOLLOW_UP, THERAPY_ARM, insula

FUNCTION = "stem_cell_islets.potency"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sensitivity")


@pytest.fixture(scope="module")
def asked(small_science, cache, folder):
    options = ("--patients", "3", "--trajectories", "2", "--out", "out")
    return lambda *more: insula(
        "sensitivity", "tiny", *options, *more, science=small_science, cache=cache, cwd=folder
    )


@pytest.fixture(scope="module")
def answered(asked):
    return asked("--format", "json")


@pytest.fixture(scope="module")
def answer(answered):
    assert answered.returncode == 0, answered.stderr
    return json.loads(answered.stdout)


def effect(answer, arm, endpoint, symbol):
    """Effect at the last visit; 0 where nothing moves the endpoint at all."""
    for output in answer["outputs"]:
        if (output["arm"], output["day"], output["endpoint"]) == (arm, FOLLOW_UP, endpoint):
            return next(one for one in output["effects"] if one["symbol"] == symbol)
    return {"mu": 0.0, "mu_star": 0.0}


def test_a_product_moves_the_arm_that_gets_it_and_not_usual_care(answer):
    assert effect(answer, THERAPY_ARM, "mmtt_c_peptide_peak", FUNCTION)["mu"] > 0
    assert effect(answer, CONTROL_ARM, "mmtt_c_peptide_peak", FUNCTION)["mu_star"] == 0


def test_one_replay_for_every_number_and_one_more_for_each_trajectory(answer):
    assert answer["vectors"] == 2 * (len(answer["parameters"]) + 1)
    assert FUNCTION in answer["parameters"]
    assert not set(answer["parameters"]) & set(answer["unseen"])


def test_what_only_a_sensor_tells_has_a_reason(answer):
    reasons = {one["endpoint"]: one["reason"] for one in answer["without"]}
    assert "does not tell" in reasons["tir"]
    assert "hba1c" not in {one["endpoint"] for one in answer["without"] if one["day"] == FOLLOW_UP}


def test_every_number_stands_in_the_table(answer, folder):
    with (folder / "out" / "sensitivity.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(answer["outputs"]) * len(answer["parameters"])


def test_the_same_question_in_chinese_has_the_same_numbers(asked, answer, folder):
    before = (folder / "out" / "sensitivity.csv").read_bytes()
    again = asked("--lang", "zh")
    assert again.returncode == 0, again.stderr
    assert "末次访视" in again.stdout
    last = [output for output in answer["outputs"] if output["day"] == FOLLOW_UP]
    first = [
        output for output in last if output["endpoint"] in ASKED_FIRST
    ]  # the terminal shows these, or all
    assert ("行见 sensitivity.csv" in again.stdout) == (0 < len(first) < len(last))
    assert "基本效应" in (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert (folder / "out" / "sensitivity.csv").read_bytes() == before


def test_effects_of_a_linear_function_are_its_slopes():
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    method = Morris(4)
    points = method.points(problem, 1)
    found, without = _effects(method, problem, points, {("arm", 0.0, "end"): points @ [2.0, -1.0, 0.0]}, 1)
    assert without == {}
    assert found["arm", 0.0, "end"]["mu"] == pytest.approx([2.0, -1.0, 0.0])
    assert found["arm", 0.0, "end"]["mu_star"] == pytest.approx([2.0, 1.0, 0.0])


def test_indices_of_sobol_are_those_of_ishigami():
    """Saltelli et al. (2008), Global sensitivity analysis, the primer, section 4.6; a = 7, b = 0.1."""
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    method = Sobol(2048)
    points = method.points(problem, 1)
    x = np.pi * (2 * points - 1)
    output = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = method.effects(problem, points, output, 1)
    assert found["first"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["total"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_sobol_goes_all_the_way_to_the_page(asked, folder):
    told = asked("--method", "sobol", "--points", "4", "--out", "sobol", "--format", "json")
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["vectors"] == 4 * (len(answer["parameters"]) + 2)
    # four points tell whether a number of the therapy counts at all, not how much
    assert effect(answer, THERAPY_ARM, "mmtt_c_peptide_peak", FUNCTION)["total"] > 0
    assert effect(answer, CONTROL_ARM, "mmtt_c_peptide_peak", FUNCTION).get("total", 0.0) == 0
    page = (folder / "sobol" / "report.html").read_text(encoding="utf-8")
    assert "Indices of Sobol" in page
    assert "Elementary effects" not in page


def test_a_study_that_is_not_there_is_refused(small_science, cache, tmp_path):
    refused = insula("sensitivity", "tinyy", science=small_science, cache=cache, cwd=tmp_path)
    assert refused.returncode == 2
    assert 'Did you mean "tiny"' in refused.stderr
    assert list(tmp_path.iterdir()) == []

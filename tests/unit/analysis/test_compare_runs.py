"""Two runs side by side."""

import numpy as np
import pytest

from insula.analysis import compare_runs
from insula.core.errors import InsulaError
from insula.core.tables import write_parquet


def store(folder, values, arm="full_dose", first_candidate=0, day=365.0, endpoint="tir"):
    size = len(values)
    patient = np.arange(size)
    write_parquet(
        folder / "results" / "patients.parquet",
        {
            "arm": [arm] * size,
            "patient": patient,
            "candidate": patient + first_candidate,
            "ensemble_member": patient % 20,
        },
    )
    write_parquet(
        folder / "results" / "endpoints.parquet",
        {
            "arm": [arm] * size,
            "patient": patient,
            "day": [day] * size,
            "endpoint": [endpoint] * size,
            "value": values,
        },
    )
    return folder


def one_line(a, b):
    table = compare_runs(a, b)
    assert len(table["endpoint"]) == 1
    return {name: column[0] for name, column in table.items()}


def test_the_same_candidates_are_compared_one_by_one(tmp_path):
    base = 100.0 * np.arange(10)
    a, b = store(tmp_path / "a", base), store(tmp_path / "b", base + [1.0, 3.0] * 5)
    line = one_line(a, b)
    assert (line["pairs"], line["difference"]) == (10, pytest.approx(2))
    assert line["standard_error"] == pytest.approx(np.sqrt(10 / 9 / 10))
    assert line["second"] - line["first"] == pytest.approx(2)


def test_other_people_are_compared_by_their_means(tmp_path):
    a = store(tmp_path / "a", np.array([1.0, 3.0]))
    b = store(tmp_path / "b", np.array([4.0, 6.0]), first_candidate=50)
    line = one_line(a, b)
    assert (line["pairs"], line["difference"]) == (0, 3)
    assert line["standard_error"] == pytest.approx(np.sqrt(2))


def test_a_patient_without_value_is_left_out_of_the_pairs(tmp_path):
    a = store(tmp_path / "a", np.array([1.0, np.nan, 3.0]))
    b = store(tmp_path / "b", np.array([2.0, 9.0, 4.0]))
    line = one_line(a, b)
    assert (line["n_first"], line["n_second"], line["pairs"], line["difference"]) == (2, 3, 2, 1)


def test_nobody_with_a_value_gives_no_difference(tmp_path):
    a, b = store(tmp_path / "a", np.full(3, np.nan)), store(tmp_path / "b", np.ones(3))
    line = one_line(a, b)
    assert line["first"] is line["difference"] is line["standard_error"] is None


def test_single_arms_of_other_names_are_compared(tmp_path):
    a, b = store(tmp_path / "a", np.ones(3), arm="x"), store(tmp_path / "b", np.ones(3), arm="y")
    line = one_line(a, b)
    assert (line["arm_first"], line["arm_second"]) == ("x", "y")


def test_runs_that_share_no_arm_are_refused_with_the_arms_of_both(tmp_path):
    a, b = store(tmp_path / "a", np.ones(3), arm="x"), store(tmp_path / "b", np.ones(3), arm="y")
    more = store(tmp_path / "c", np.ones(3), arm="z")
    patients = more / "results" / "patients.parquet"
    two = {"arm": ["z", "w"], "patient": [0, 0], "candidate": [0, 0], "ensemble_member": [0, 0]}
    write_parquet(patients, two)
    assert compare_runs(a, b)["endpoint"]
    with pytest.raises(InsulaError, match="share no arm: x; z, w"):
        compare_runs(a, more)


def test_only_what_both_runs_measured_is_listed(tmp_path):
    a, b = store(tmp_path / "a", np.ones(3)), store(tmp_path / "b", np.ones(3), day=90.0)
    assert compare_runs(a, b)["endpoint"] == []


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(InsulaError, match=r"has no results/patients.parquet. Is it a finished run\?"):
        compare_runs(tmp_path, tmp_path)


def test_a_damaged_run_is_named(tmp_path):
    a = store(tmp_path / "a", np.ones(3))
    size = 2
    write_parquet(
        a / "results" / "patients.parquet",
        {
            "arm": ["full_dose"] * size,
            "patient": [0, 1],
            "candidate": [0, 1],
            "ensemble_member": [0, 1],
        },
    )
    with pytest.raises(InsulaError, match="names patient 2 in arm full_dose, day 365"):
        compare_runs(a, store(tmp_path / "b", np.ones(3)))

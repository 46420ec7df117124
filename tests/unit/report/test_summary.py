"""The one result object: complete, honest about failures, ready for JSON."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from fake_run import ARMS, write_run

from insula.catalog import Catalog
from insula.core.errors import InsulaError
from insula.report.summary import summarise


def edit(folder, name, change):
    path = folder / "results" / f"{name}.parquet"
    columns = {key: list(values) for key, values in pq.read_table(path).to_pydict().items()}
    change(columns)
    import pyarrow as pa

    pq.write_table(pa.table(columns), path)


def test_it_is_json_without_nan(summary):
    assert json.loads(json.dumps(summary, allow_nan=False)) == json.loads(json.dumps(summary))


def test_every_evidence_row_is_there_once(summary):
    assert len(summary["comparison"]) == 11
    assert summary["verdict"] == {"rows": 11, "scored": 8, "inside": 7}


def test_key_results_are_the_last_scored_row_of_each_outcome(summary):
    keys = [(row["outcome"], row["time_months"]) for row in summary["key_results"]]
    assert ("tir", 12.0) in keys
    assert len(keys) == len(dict(keys)) == 5
    assert all(row["scored"] for row in summary["key_results"])


def test_a_run_that_nothing_published_stands_beside_says_what_a_trial_of_its_size_would_report(
    invented, tmp_path
):
    alone = shutil.copytree(invented / "run", tmp_path / "alone")
    science = shutil.copytree(invented / "science", tmp_path / "science")
    shutil.copy(Path(__file__).parents[3] / "science" / "endpoints.yaml", science)
    edit(alone, "comparison", lambda table: [column.clear() for column in table.values()])
    found = summarise(alone, Catalog.open(science))
    assert found["key_results"] == []
    last = {row["endpoint"]: row for row in found["expected"] if row["arm"] == ARMS[0]}
    assert {row["day"] for row in last.values()} == {365.0}
    assert {row["arm"] for row in found["expected"]} == set(ARMS)
    endpoints = pq.read_table(alone / "results" / "endpoints.parquet").to_pandas()
    for name, row in last.items():
        here = endpoints.query("arm == @ARMS[0] and endpoint == @name and day == 365")
        assert row["low"] <= here.value.mean() <= row["high"], name
    assert "hba1c" in last


def test_where_something_published_could_be_compared_nothing_else_is_told(summary):
    assert summary["expected"] == []


def test_failures_are_counted_with_their_reason(summary):
    assert [(arm["arm"], arm["patients"], arm["failed"]) for arm in summary["failures"]["arms"]] == [
        (arm, 60, 2) for arm in ARMS
    ]
    (reason,) = summary["failures"]["reasons"]
    assert reason["patients"] == 4
    assert "minute 431" in reason["reason"]


def test_a_failed_patient_is_in_no_band(invented, catalog, tmp_path):
    folder = write_run(tmp_path / "run", patients=20, failed=1)

    def add_failed(columns):
        for key, value in (
            ("arm", "full_dose"),
            ("patient", 19),
            ("day", 0.0),
            ("quantity", "insulin_dose_total"),
        ):
            columns[key].append(value)
        columns["value"].append(1e9)

    edit(folder, "course", add_failed)
    bands = summarise(folder, catalog)["course"]["full_dose"]["insulin_dose_total"]
    assert max(bands["p95"]) < 1000
    assert set(bands["n"]) == {19}


def test_screening_counts_candidates_who_pass_everything(summary, invented):
    table = pq.read_table(invented / "run" / "results" / "screening.parquet").to_pydict()
    passed = {}
    for candidate, ok in zip(table["candidate"], table["passed"], strict=True):
        passed[candidate] = passed.get(candidate, True) and ok
    assert summary["screening"]["candidates"] == len(passed) == 180
    assert summary["screening"]["admitted"] == sum(passed.values())


def test_the_course_is_known_by_endpoint_and_the_rest_by_symbol(summary):
    course = summary["course"]["full_dose"]
    assert len(course["hba1c"]["day"]) > 50
    assert len(course["tir"]["day"]) == 4
    assert course["hba1c"]["unit"] == "percent"
    assert course["invented_cells.capacity"]["unit"] == "dimensionless"
    assert course["insulin_independent"]["share"]


def test_baseline_stands_beside_what_was_published(summary):
    rows = {row["endpoint"]: row for row in summary["baseline"]}
    assert rows["hba1c"]["published"]["value"] == 7.8
    assert rows["mmtt_c_peptide_peak"]["published"] is None
    assert rows["insulin_independent"]["unit"] == "fraction"
    assert rows["hba1c"]["mean"] == pytest.approx(7.8, abs=0.3)


def test_traits_stand_beside_what_they_were_drawn_from(summary):
    rows = {row["trait"]: row for row in summary["people"]}
    assert rows["trait.age"]["mean"] == pytest.approx(42, abs=4)
    assert rows["trait.age"]["published"]["value"] == 42
    assert rows["trait.female"]["unit"] == "fraction"
    assert rows["trait.female"]["published"]["value"] == 0.66


def test_the_error_of_the_averaged_map_is_that_of_its_rows(summary, invented):
    table = pq.read_table(invented / "run" / "results" / "map_error.parquet").to_pydict()
    names = np.array(table["quantity"]) == "disease:averaged_day.mean_glucose"
    worst = np.max(np.abs(np.array(table["predicted"]) - np.array(table["sampled"]))[names])
    row = next(row for row in summary["map_error"] if row["quantity"].endswith("mean_glucose"))
    assert 0 < abs(row["bias"]) < row["typical"] < row["worst_95"] < worst


def test_numbers_have_a_source_and_count_up(summary):
    numbers = summary["numbers"]
    assert all(row["source"] and row["place"] for row in numbers)
    assert sum(summary["number_counts"]["by_kind"].values()) == len(numbers)
    glucose = {row["symbol"]: row for row in numbers if row["where"] == "glucose"}
    assert glucose["V_G"]["value"] == 1.88
    assert summary["number_counts"]["by_kind"]["derived"] == 1


def test_a_dose_takes_the_source_that_stands_around_it(summary):
    dose = next(row for row in summary["numbers"] if row["symbol"].endswith("invented_cells.dose"))
    assert (dose["value"], dose["source"], dose["place"]) == (0.8e9, "invented2020", "Methods")


def test_every_source_is_in_the_bibliography(summary):
    keys = [reference["key"] for reference in summary["references"]]
    assert "invented2020" in keys
    assert "assumed" not in keys
    assert keys == sorted(keys)


def test_a_folder_without_manifest_says_so(tmp_path, catalog):
    with pytest.raises(InsulaError, match=r"is no finished run: it has no manifest\.json.*insula run"):
        summarise(tmp_path, catalog)


def test_a_missing_table_is_named(tmp_path, invented, catalog):
    shutil.copytree(invented / "run", tmp_path / "run")
    (tmp_path / "run" / "results" / "comparison.parquet").unlink()
    with pytest.raises(InsulaError, match=r"not complete: results/comparison\.parquet missing.*insula run"):
        summarise(tmp_path / "run", catalog)

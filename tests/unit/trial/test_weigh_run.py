"""Weights from the tables of a run to what is predicted and shown of it."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from published_people import amount, marginal, people

from insula.analysis.compare_with_published import MATCHED, patients_at, predict_row
from insula.analysis.visit_values import read_visit_values
from insula.core.errors import ProtocolError
from insula.core.tables import write_parquet
from insula.report.bands import spread_by
from insula.report.run_folder import read_run
from insula.trial.weigh_run import weigh_run

PATIENTS = 60
AGE = np.linspace(12, 39, PATIENTS)
HBA1C = 6 + 0.05 * AGE


def run_folder(tmp_path):
    """Two arms of the same people, the second in reverse order; treated people end at half their HbA1c."""
    results = tmp_path / "results"
    results.mkdir()
    patient = np.concatenate([np.arange(PATIENTS), np.arange(PATIENTS)[::-1]])
    arm = np.repeat(["a", "b"], PATIENTS)
    plain = {"arm": arm, "patient": patient, "candidate": patient, "ensemble_member": patient % 5}
    write_parquet(results / "patients.parquet", plain | {"status": np.repeat("ok", len(arm))})
    drawn = {"patient": np.arange(PATIENTS), "symbol": np.repeat("trait.age", PATIENTS), "value": AGE}
    write_parquet(results / "parameters.parquet", drawn)
    values = {0.0: HBA1C[patient], 365.0: HBA1C[patient] / np.where(arm == "b", 2, 1)}
    rows = {
        "arm": np.tile(arm, 2),
        "patient": np.tile(patient, 2),
        "day": np.repeat(list(values), len(arm)),
        "endpoint": np.repeat("hba1c", 2 * len(arm)),
        "value": np.concatenate(list(values.values())),
    }
    write_parquet(results / "endpoints.parquet", rows)
    (tmp_path / "manifest.json").write_text('{"study": "mine"}', encoding="utf-8")
    for name in ("course", "comparison"):
        write_parquet(results / f"{name}.parquet", {"arm": np.array(["a"]), "patient": np.array([0])})
    return tmp_path


def clinic(*marginals, fewest=0.1):
    return SimpleNamespace(
        population=people(*marginals, fewest=fewest),
        units={"trait.age": "year", "endpoint.hba1c": "percent"},
    )


def test_a_run_is_weighed_by_what_was_drawn_and_by_what_was_measured_at_first(tmp_path):
    folder = run_folder(tmp_path)
    matched = (
        marginal("trait.age", mean=amount(22, "year")),
        marginal("endpoint.hba1c", share=amount(0.6, "dimensionless"), at_most=amount(7, "percent")),
    )
    told = weigh_run(clinic(*matched), folder / "results", PATIENTS)
    (folder / "manifest.json").write_text(json.dumps({"study": "mine"} | told), encoding="utf-8")
    run = read_visit_values(folder)
    for arm in run.arms:
        weights = run.weights_in(arm)
        assert np.average(AGE[run.people(arm)[0]], weights=weights) == pytest.approx(22, rel=1e-4)
        assert np.average(run.values(arm, "hba1c", 0.0) <= 7, weights=weights) == pytest.approx(0.6, abs=1e-4)
    assert told["effective_sample_size"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert [row["stated"] for row in told["matched"]] == [22, 0.6]


def test_what_the_weights_reach_is_not_judged_as_predicted(tmp_path):
    folder = run_folder(tmp_path)
    wanted = marginal("endpoint.hba1c", mean=amount(7, "percent"))
    told = weigh_run(clinic(wanted), folder / "results", PATIENTS)
    (folder / "manifest.json").write_text(json.dumps({"study": "mine"} | told), encoding="utf-8")
    run = read_visit_values(folder)

    def row(statistic, months):
        return SimpleNamespace(
            arm_id="b",
            endpoint="hba1c",
            statistic=statistic,
            time_months=months,
            day=months * 365 / 12,
            n=12,
            made_of=None,
        )

    assert patients_at(run, row("mean", 0)) == predict_row(run, row("mean", 0), 1).note == MATCHED
    later = predict_row(run, row("mean", 12), 1).prediction
    assert later.mean == pytest.approx(3.5, abs=4 * later.mean_error)
    assert predict_row(run, row("change_from_baseline", 12), 1).prediction.mean < -3


def test_the_report_shows_the_weighted_patients(tmp_path):
    folder = run_folder(tmp_path)
    weigh_run(clinic(marginal("trait.age", mean=amount(22, "year"))), folder / "results", PATIENTS)
    table = read_run(folder).table("endpoints")
    treated = (table["arm"] == "b") & (table["day"] == 365)
    shown = spread_by(table["day"][treated], table["value"][treated], "day", table["weight"][treated])
    assert shown["mean"][0] == pytest.approx((6 + 0.05 * 22) / 2, rel=1e-4)
    assert shown["p50"][0] < np.median(HBA1C) / 2
    plain = spread_by(table["day"][treated], table["value"][treated], "day")
    assert plain["mean"][0] == pytest.approx(HBA1C.mean() / 2)


def test_nothing_stated_means_no_weights_and_no_table(tmp_path):
    folder = run_folder(tmp_path)
    alike = SimpleNamespace(population=SimpleNamespace(id="mine", matches=None))
    assert weigh_run(alike, folder / "results", PATIENTS) == {}
    assert not (folder / "results" / "weights.parquet").exists()
    assert read_visit_values(folder).weights_in("a") is None
    assert "weight" not in read_run(folder).table("endpoints")


def test_a_run_that_cannot_be_weighed_leaves_no_tables(tmp_path):
    folder = run_folder(tmp_path)
    with pytest.raises(ProtocolError, match="asks for 95%"):
        weigh_run(
            clinic(marginal("trait.age", mean=amount(15, "year")), fewest=0.95), folder / "results", PATIENTS
        )
    assert not (folder / "results").exists()

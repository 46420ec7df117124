"""What ``insula meta`` answers beyond the pooled effect, held against metafor and clubSandwich where they know it."""

import csv
import json
from math import erfc, sqrt
from pathlib import Path

import pytest

from meta_runs import run_meta

REFERENCE = Path(__file__).parents[2] / "reference" / "metafor"


@pytest.fixture(scope="module")
def said():
    return json.loads((REFERENCE / "values.json").read_text(encoding="utf-8"))


@pytest.fixture
def meta(capsys, monkeypatch):
    def run(path, *options):
        path = path if isinstance(path, Path) else REFERENCE / "data" / f"{path}.csv"
        answer = run_meta(capsys, monkeypatch, path, "--format", "json", *options)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


def test_mantel_haenszel_is_metafors(meta, said):
    found, wanted = meta("bcg", "--measure", "OR", "--method", "MH")["pooled"], said["rare"]["mh OR bcg"]
    for ours, theirs in {
        "estimate": "beta",
        "low": "ci.lb",
        "high": "ci.ub",
        "q": "QE",
        "i2": "I2",
        "h2": "H2",
    }.items():
        assert found[ours] == pytest.approx(wanted[theirs], rel=1e-8)
    assert found["tests"]["tarone"]["statistic"] == pytest.approx(wanted["TA"], rel=1e-8)
    assert found["tau2"] is None


@pytest.mark.parametrize("table", ["bcg", "hine1989", "nielweise2007"])
def test_petos_method_is_metafors(meta, said, table):
    """The last has trials with a zero cell: rma.peto pools the counts as they are, and drops trials without events."""
    found, wanted = (
        meta(table, "--measure", "PETO", "--method", "EE")["pooled"],
        said["rare"][f"peto {table}"],
    )
    for ours, theirs in {"estimate": "beta", "low": "ci.lb", "high": "ci.ub", "q": "QE", "p": "pval"}.items():
        assert found[ours] == pytest.approx(wanted[theirs], rel=1e-8)


def test_petos_odds_ratio_takes_counts_as_they_are(meta, tmp_path):
    """(sum of observed - expected) / (sum of hypergeometric variances), written out; two trials cannot inform it."""
    path = tmp_path / "rare.csv"
    rows = [
        ("A", 0, 20, 3, 21),
        ("B", 2, 15, 5, 14),
        ("C", 1, 40, 0, 42),
        ("D", 0, 31, 0, 30),
        ("E", 9, 9, 8, 8),
    ]
    path.write_text("study,ai,n1i,ci,n2i\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    excess = variance = 0.0
    for _, a, n1, c, n2 in rows:
        n, events = n1 + n2, a + c
        excess += a - events * n1 / n
        variance += events * (n - events) * n1 * n2 / (n**2 * (n - 1))
    found = meta(path, "--measure", "PETO", "--method", "EE")
    assert found["pooled"]["estimate"] == pytest.approx(excess / variance, rel=1e-12)
    assert found["pooled"]["standard_error"] == pytest.approx(variance**-0.5, rel=1e-12)
    assert (found["pooled"]["studies"], found["omitted"]) == (3, ["D", "E"])
    assert any(
        "nobody, or everybody" in note["message"] and "D, E" in note["message"] for note in found["notes"]
    )


@pytest.mark.parametrize(
    ("table", "measure", "wanted"),
    [
        ("bcg", "OR", [0.656527373745, 1.877225492974, 0.730744362631]),
        ("bcg", "RR", [0.656295430727, 1.851846593893, 0.716029637094]),
        ("bcg", "RD", [0.0747657135993, 0.1744337931147, 0.1291046787115]),
        ("hart1999", "IRR", [13.78143164683, 14.01061419347, 9.78031695744]),
        ("hart1999", "IRD", [17.6717577067, 11.0592480602, 20.0334052343]),
    ],
)
def test_weights_of_mantel_haenszel_are_metafors(meta, table, measure, wanted):
    """From metafor 3.8.1: weights(rma.mh(measure, ..., data))[1:3]."""
    rows = meta(table, "--measure", measure, "--method", "MH")["studies"]
    assert [row["weight"] for row in rows[:3]] == pytest.approx(wanted, rel=1e-10)
    assert sum(row["weight"] for row in rows) == pytest.approx(100)


def test_the_mixed_model_is_metafors(meta, said):
    found = meta("nielweise2007", "--measure", "OR", "--method", "GLMM")
    wanted = said["glmm"]["OR CM.EL nielweise2007"]
    assert found["pooled"]["estimate"] == pytest.approx(wanted["beta"], rel=1e-4)
    assert found["pooled"]["tau2"] == pytest.approx(wanted["tau2"], rel=1e-3)
    assert found["interval"] == "wald"


def test_three_levels_and_robust_intervals_are_metafors(meta, said):
    found = meta("konstantopoulos2011", "--measure", "GEN", "--cluster", "district")["clusters"]
    wanted = said["levels"]["konstantopoulos2011|REML|t"]
    assert found["estimate"] == pytest.approx(wanted["beta"], rel=1e-6)
    assert [found["tau2_between"], found["tau2_within"]] == pytest.approx(wanted["sigma2"], rel=1e-4)
    assert found["robust"]["standard_error"] == pytest.approx(wanted["CR2"]["se"], rel=1e-5)
    assert found["robust"]["degrees"] == pytest.approx(wanted["CR2"]["dfs"], rel=1e-4)
    assert found["clusters"] == 11


def test_small_study_effects_and_leave_one_out_are_metafors(meta, said):
    found = meta("bcg", "--measure", "RR")
    egger, wanted = found["small_study_effects"]["egger"], said["bias"]["RR bcg"]["lm_sei"]
    assert [egger["statistic"], egger["p"]] == pytest.approx([wanted["zval"], wanted["pval"]], rel=1e-8)
    leave = said["sensitivity"]["RR bcg|REML|knha"]["leave"]
    assert [row["estimate"] for row in found["leave_one_out"]] == pytest.approx(leave["estimate"], rel=1e-6)


def test_the_baujat_plot_is_metafors(meta):
    """Places from metafor 3.8.1: baujat(rma(measure="RR", ai, bi, ci, di, data=dat.bcg, test="knha"))."""
    x = [0.0478183320721, 1.4934111867875, 0.5508752745771, 1.5860497234914, 0.6777109218995]
    y = [0.0014741068165, 0.1112477537304, 0.0235837199257, 0.2240756549469, 0.0668752319457]
    rows = meta("bcg", "--measure", "RR")["influence"][:5]
    assert [row["baujat_x"] for row in rows] == pytest.approx(x, rel=1e-5)
    assert [row["baujat_y"] for row in rows] == pytest.approx(y, rel=1e-4)


def test_the_last_cumulated_effect_is_that_of_all(meta):
    found = meta("bcg", "--measure", "RR", "--order", "year")
    steps = found["cumulative"]["steps"]
    assert [step["order"] for step in steps] == sorted(step["order"] for step in steps)
    assert [step["studies"] for step in steps] == list(range(1, 14))
    assert steps[-1]["estimate"] == pytest.approx(found["pooled"]["estimate"], rel=1e-9)


def test_a_shared_control_counts_once(meta, tmp_path):
    """Declared as shared, the table says what the same table says with the control divided by hand."""
    head = "study,group,ai,n1i,ci,n2i\n"
    shared, divided = tmp_path / "shared.csv", tmp_path / "divided.csv"
    shared.write_text(head + "Li,x,3,30,12,60\nLi,x,5,30,12,60\nWu,,4,30,6,30\nMa,,2,25,7,26\n")
    divided.write_text(head + "Li a,,3,30,6,30\nLi b,,5,30,6,30\nWu,,4,30,6,30\nMa,,2,25,7,26\n")
    for measure in ("OR", "RD"):
        found = meta(shared, "--measure", measure, "--shared-control", "group")
        wanted = meta(divided, "--measure", measure)
        assert found["pooled"] == wanted["pooled"]
        assert any("divided evenly" in note["message"] for note in found["notes"])
    assert [row["study"] for row in found["studies"][:2]] == ["Li", "Li (2)"]


def test_a_shared_control_of_means_keeps_mean_and_spread(meta, tmp_path):
    head = "study,group,m1i,sd1i,n1i,m2i,sd2i,n2i\n"
    shared, divided = tmp_path / "shared.csv", tmp_path / "divided.csv"
    shared.write_text(head + "Li a,x,1,2,30,4,3,60\nLi b,x,2,2,30,4,3,60\nWu,,4,2,30,6,2,30\n")
    divided.write_text(head + "Li a,,1,2,30,4,3,30\nLi b,,2,2,30,4,3,30\nWu,,4,2,30,6,2,30\n")
    found = meta(shared, "--measure", "SMD", "--shared-control", "group")
    assert found["pooled"] == meta(divided, "--measure", "SMD")["pooled"]


def test_effects_of_one_study_share_its_judgement(meta, tmp_path):
    path, risk = tmp_path / "arms.csv", tmp_path / "rob.csv"
    path.write_text("study,yi,vi\nLi,0.5,0.04\nLi,0.9,0.04\nMa,0.2,0.04\nWu,0.3,0.05\n")
    risk.write_text("study,D1,overall\nLi,low,Some  Concerns\n")
    found = meta(path, "--measure", "GEN", "--cluster", "study", "--risk-of-bias", risk)
    assert [row["study"] for row in found["studies"]] == ["Li", "Li (2)", "Ma", "Wu"]
    assert [row["study"] for row in found["risk_of_bias"]["studies"]] == ["Li", "Ma", "Wu"]
    assert found["risk_of_bias"]["studies"][0]["judgements"] == {"D1": "low", "overall": "some concerns"}


def test_virtual_trials_are_pooled_apart(meta, tmp_path):
    rows = [("Li", 0.5), ("Wu", 0.9), ("Ma", 0.2), ("Xu", 0.7)]
    alone, both = tmp_path / "alone.csv", tmp_path / "both.csv"
    text = "study,kind,yi,vi\n" + "".join(f"{name},published,{y},0.05\n" for name, y in rows)
    alone.write_text(text)
    both.write_text(text + "Twin,virtual,0.6,0.01\nFar,virtual,9,0.01\n")
    found, wanted = meta(both, "--measure", "GEN"), meta(alone, "--measure", "GEN")
    assert found["pooled"] == wanted["pooled"]
    assert found["small_study_effects"] == wanted["small_study_effects"]
    assert (found["virtual"]["trials"], found["virtual"]["inside_prediction"]) == (2, 1)
    assert found["virtual"]["estimate"] == pytest.approx(4.8)
    assert (found["virtual"]["p"], found["virtual"]["q_p"]) == (None, None)
    assert sum(row["weight"] for row in found["studies"]) == pytest.approx(200)


def test_a_subgroup_of_one_study_has_a_wald_interval(meta, tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("study,g,yi,vi\nLi,a,0.5,0.04\nWu,b,0.9,0.04\nMa,b,0.2,0.04\n")
    groups = meta(path, "--measure", "GEN", "--by", "g")["subgroups"]["groups"]
    assert [group["interval"] for group in groups] == ["wald", "hksj"]
    assert groups[0]["high"] == pytest.approx(0.5 + 1.959963984540054 * 0.2)


def test_the_interval_is_no_matter_to_the_difference_of_subgroups(meta, tmp_path):
    """Two groups of two whose effects happen to agree closely: their HKSJ standard errors are near 0, and no judge."""
    path = tmp_path / "trials.csv"
    path.write_text("study,g,yi,vi\nLi,a,0.2,0.04\nWu,a,0.21,0.04\nMa,b,0.4,0.04\nXu,b,0.41,0.04\n")
    for interval in ("wald", "hksj", "modified_hksj"):
        found = meta(path, "--measure", "GEN", "--by", "g", "--interval", interval)["subgroups"]
        assert found["statistic"] == pytest.approx(
            0.2**2 / (0.02 + 0.02)
        )  # tau2 0: each mean has variance 0.04 / 2
        assert found["degrees"] == 1
        assert found["p"] == pytest.approx(erfc(sqrt(0.5)))


def test_dependent_effects_make_the_regression_robust(meta):
    plain = meta("konstantopoulos2011", "--measure", "GEN", "--moderators", "year")["regression"]
    found = meta("konstantopoulos2011", "--measure", "GEN", "--moderators", "year", "--cluster", "district")
    robust = found["regression"]
    assert (plain["robust"], robust["robust"]) == (False, True)
    errors = [fit["coefficients"][1]["standard_error"] for fit in (plain, robust)]
    assert errors[0] != pytest.approx(errors[1], rel=0.01)
    assert any("independent" in note["message"] for note in found["notes"])


def test_a_table_of_virtual_trials_alone_says_so(meta, tmp_path):
    path = tmp_path / "virtual.csv"
    path.write_text("study,kind,yi,vi\nA,virtual,1,1\nB,virtual,2,1\n")
    assert any("only about the model" in note["message"] for note in meta(path, "--measure", "GEN")["notes"])


@pytest.mark.parametrize("k", [1, 2])
def test_too_few_studies_give_reasons_and_no_crash(meta, tmp_path, k):
    path = tmp_path / "few.csv"
    path.write_text("study,yi,vi\n" + "".join(f"S{i},{i},1\n" for i in range(k)))
    found = meta(path, "--measure", "GEN", "--interval", "wald")
    assert found["small_study_effects"]["egger"]["reason"] == "TooFewStudies"
    assert isinstance(found["leave_one_out"], list) is (k > 1)


def test_many_studies_are_pooled_without_leaving_each_out(meta, tmp_path):
    path = tmp_path / "many.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("study", "yi", "vi"), *((f"S{i}", i % 7, 1 + i % 3) for i in range(700))]
        )
    found = meta(path, "--measure", "GEN")
    assert found["pooled"]["studies"] == 700
    assert "up to 500" in found["leave_one_out"]["detail"]

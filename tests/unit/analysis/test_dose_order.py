"""Doses of one therapy against effect: which arms belong together, and how many pairs keep their order."""

import pytest

from insula.analysis.dose_order import dose_orders
from insula.catalog import Catalog
from insula.report.figures.dose_order import dose_order_figure
from insula.report.writing import Writer

CATALOG = Catalog.open()
STUDY = CATALOG.studies["protrans_1_2"]


def row(arm, observed, predicted, *, months=12.0, primary=True, n=3):
    return {
        "study_id": "protrans_1_2", "arm_id": arm, "outcome": "mmtt_c_peptide_auc", "statistic": "percent_change",
        "unit": "percent", "time_months": months, "observed": observed, "predicted": predicted,
        "pi_low": predicted - 1, "pi_high": predicted + 1, "n_published": n, "primary": primary,
    }  # fmt: skip


def test_arms_stand_in_order_of_dose_and_pairs_are_counted():
    rows = [row("high", -6.0, -9.0), row("low", -28.0, -20.0), row("p2_placebo", -47.0, -15.0)]
    (found,) = dose_orders(CATALOG, STUDY, rows)
    assert [(arm["arm_id"], arm["dose"]) for arm in found["arms"]] == [
        ("p2_placebo", 0.0), ("low", 25e6), ("high", 200e6),
    ]  # fmt: skip
    assert (found["therapy"], found["dose_unit"]) == ("mesenchymal_stem_cells", "cell")
    assert (found["pairs"], found["pairs_alike"]) == (3, 2)  # low above placebo is published, not predicted


def test_pairs_of_one_dose_or_one_number_are_not_counted():
    rows = [row("high", -6.0, -9.0), row("p2_msc", -10.0, -8.0), row("medium", -6.0, -11.0)]
    (found,) = dose_orders(CATALOG, STUDY, rows)
    assert (found["pairs"], found["pairs_alike"]) == (1, 0)


def test_a_control_and_one_dose_are_no_order_and_neither_are_baselines_or_rows_that_do_not_count():
    assert dose_orders(CATALOG, STUDY, [row("p2_msc", -10.0, -8.0), row("p2_placebo", -47.0, -20.0)]) == []
    assert dose_orders(CATALOG, STUDY, [row(arm, 1.0, 1.0, months=0) for arm in ("low", "high")]) == []
    assert dose_orders(CATALOG, STUDY, [row("low", 1.0, 1.0), row("high", 1.0, 1.0, primary=False)]) == []


def test_two_infusions_count_together_and_other_therapies_apart():
    again = CATALOG.studies["protrans_repeat"]
    (found,) = dose_orders(CATALOG, again, [row("low", -20.0, -20.0), row("high", -5.0, -5.0)])
    assert [arm["dose"] for arm in found["arms"]] == [50e6, 400e6]
    lone = CATALOG.studies["reichman_2025_zimislecel"]
    assert dose_orders(CATALOG, lone, [row("full_dose", 1.0, 1.0)]) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_a_place_for_each_dose(lang):
    rows = [row("high", -6.0, -9.0), row("p2_msc", -10.0, -8.0), row("low", -28.0, -20.0)]
    (found,) = dose_orders(CATALOG, STUDY, rows)
    (axes,) = dose_order_figure(found, "", Writer(lang), difference=False).axes
    assert len(axes.get_xticks()) == 2
    published = [line for line in axes.lines if line.get_marker() == "D"]
    assert [float(line.get_ydata()[0]) for line in published] == [-28.0, -6.0, -10.0]

"""Virtual counterparts of the trials of a review: what they compare, how they are pooled, and what they are held to."""

import numpy as np
import pytest

from insula.analysis.review import conduct_review
from insula.analysis.review.runs import NO_FILE, NO_RUN, OTHER_ARMS
from insula.analysis.review.virtual import virtual_counterpart
from insula.analysis.review.virtual_effects import BEYOND_CONTROLS, NOT_MEASURED_HERE, NOT_SIMULATED
from insula.catalog import Catalog
from small_review import REVIEW, add_review
from small_review_runs import add_run, add_study_files


@pytest.fixture
def counterpart(science, tmp_path):
    def make(effects, *, files=("two_doses", "plain", "changes"), review=REVIEW):
        add_review(science.root, review)
        add_study_files(science.root, *files)
        runs = tmp_path / "runs"
        runs.mkdir()
        for study, effect in effects.items():
            add_run(runs, study, effect)
        catalog = Catalog.open(science.root)
        found = virtual_counterpart(catalog, conduct_review(catalog, "cells"), runs)
        cells = {(p.outcome, p.months, p.subgroup): cell for p, cell in found.cells.items()}
        return found, cells

    return make


def test_trials_of_the_published_size_are_pooled_as_the_published_ones(counterpart):
    _, cells = counterpart({"two_doses": -1.5, "plain": -1.5, "changes": -1.5})
    cell = cells["range", 12.0, "overall"]
    sizes = {e.trial.study_id: (e.treated.n, e.control.n) for e in cell.effects}
    assert sizes == {"two_doses": (20, 20), "plain": (16, 16), "changes": (25, 25)}
    assert cell.pooled.found.estimate == pytest.approx(-1.5, abs=0.25)
    assert cell.pooled.found.low < -1.5 < cell.pooled.found.high < 0.0
    widths = {e.trial.study_id: np.std(e.estimate) for e in cell.effects}
    assert widths["plain"] == pytest.approx(2.0 * np.sqrt(2 / 16), rel=0.25)  # SD of final values
    assert widths["changes"] == pytest.approx(2.0 * np.sqrt(2) * np.sqrt(2 / 25), rel=0.25)  # of changes


def test_what_is_compared_is_what_the_published_trial_compared(counterpart):
    _, cells = counterpart({"plain": -1.0, "changes": -1.0})
    kinds = {e.trial.study_id: e.kind for e in cells["range", 12.0, "overall"].effects}
    assert kinds == {"plain": "final value", "changes": "change from baseline"}


def test_the_rule_of_the_review_judges_them(counterpart):
    _, cells = counterpart({"two_doses": -5.0, "plain": -5.0, "changes": -5.0})
    whole = cells["range", 12.0, "overall"]
    assert whole.verdict.word == "disagrees"  # the published interval ends at -2.5 and lies above
    answers = [(one.question, one.agrees) for one in whole.verdict.judgements]
    assert answers == [("direction", True), ("significance", True), ("interval", False)]
    assert cells["range", 12.0, "second"].verdict.word == "disagrees"  # published: higher


def test_significance_is_that_of_most_draws_not_of_where_the_pooled_effect_lies(counterpart):
    _, cells = counterpart({"plain": -0.7})
    pooled = cells["range", 12.0, "overall"].pooled
    assert 0.05 < pooled.significant < 0.5
    (significance,) = [
        one for one in cells["range", 12.0, "overall"].verdict.judgements if one.question == "significance"
    ]
    assert not significance.agrees


def test_every_trial_without_a_number_says_why(counterpart):
    found, cells = counterpart({"plain": -1.0}, files=("plain", "changes"))
    assert {one.trial.study_id: one.reason for one in found.replays} == {
        "two_doses": NO_FILE, "plain": "", "changes": NO_RUN,
    }  # fmt: skip
    assert dict(cells["range", 12.0, "overall"].missing) == {"two_doses": NO_FILE, "changes": NO_RUN}
    assert dict(cells["range", 3.0, "overall"].missing)["plain"] == NOT_MEASURED_HERE
    assert set(dict(cells["responder", 12.0, "overall"].missing).values()) == {NOT_SIMULATED}
    assert cells["range", 3.0, "overall"].verdict.word == "cannot be compared"


HARM = """
any_harm:
  title: {en: Any harm, zh: 任何危害}
  family: had_event
  of: any
  unit: dimensionless
  source: assumed
  place: here
  reason: assumed
"""


def test_harms_beyond_controls_give_no_ratio(counterpart, science):
    with (science.root / "endpoints.yaml").open("a", encoding="utf-8") as file:
        file.write(HARM)
    harms = REVIEW.replace("{of: [responder], measure: RR}", "{of: [any_harm], measure: RR}")
    _, cells = counterpart({"plain": -1.0}, review=harms)
    assert set(dict(cells["responder", 12.0, "overall"].missing).values()) == {BEYOND_CONTROLS}


def test_a_study_file_that_lacks_an_arm_replays_nothing(counterpart, science):
    path = science.root / "studies" / "plain_again.yaml"
    control = "  placebo: {protocol: pump_protocol, size: 16, title: {en: Arm, zh: 组}}\n"
    add_study_files(science.root, "plain")
    text = path.read_text(encoding="utf-8").replace(control, "")
    found, _ = counterpart({"plain": -1.0}, files=())
    assert [one.reason for one in found.replays if one.trial.study_id == "plain"] == [""]
    path.write_text(text, encoding="utf-8")
    catalog = Catalog.open(science.root)
    again = virtual_counterpart(catalog, conduct_review(catalog, "cells"), science.root.parent / "runs")
    assert [one.reason for one in again.replays if one.trial.study_id == "plain"] == [OTHER_ARMS]


def test_a_run_of_another_state_of_the_text_is_told(counterpart):
    found, _ = counterpart({"plain": -1.0})
    assert [one.same_text for one in found.replays if one.run] == [False]

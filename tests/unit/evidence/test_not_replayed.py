"""The list of published studies without a replay: complete, without doubles, and shown."""

import json

from click.testing import CliRunner

from insula.catalog import Catalog
from insula.cli.evidence import command
from insula.evidence import rows_of_study

CATALOG = Catalog.open()
TOPICS = ("natural_history", "beta_replacement", "msc_diabetes")
LISTED = [study for group in CATALOG.not_replayed.values() for study in group.studies]


SILENT = ("no_time_or_size", "no_value_at_a_visit", "no_outcome_seen", "many_durations")
DOSE_OF_ISLETS_NOT_TOLD = {("reparixin_218or", "placebo")}


def answer(*arguments):
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_study_of_these_topics_is_replayed_or_has_a_reason():
    published = {row.cells["study_id"] for topic in TOPICS for row in CATALOG.evidence(topic).studies}
    replayed = {study.evidence or name for name, study in CATALOG.studies.items()}
    assert published - replayed == set(LISTED)
    assert len(LISTED) == len(set(LISTED)), "one reason each"


def after_the_start(study):
    """Arms of a study with a number after the start against which a prediction can be held."""
    return {row.arm_id for row in rows_of_study(CATALOG, study) if row.scorable and row.time_months > 0}


def test_a_study_said_to_have_no_number_of_a_visit_has_none():
    held = {(reason, study) for reason in SILENT for study in CATALOG.not_replayed[reason].studies}
    assert not {(reason, study) for reason, study in held if after_the_start(study)}


def test_no_control_arm_that_can_be_held_is_left_with_the_treated_one():
    arms = [row.cells for topic in TOPICS for row in CATALOG.evidence(topic).arms]
    controls = {(cells["study_id"], cells["arm_id"]) for cells in arms if cells["role"] == "control"}
    listed = [CATALOG.not_replayed[reason].studies for reason in ("no_such_therapy", "chosen_by_the_future")]
    held = {(study, arm) for studies in listed for study in studies for arm in after_the_start(study)}
    assert held & controls == DOSE_OF_ISLETS_NOT_TOLD


def test_a_study_tells_why_it_is_not_replayed():
    assert "Not replayed: type 2 diabetes" in answer("kahn_2006_adopt", "--lang", "en")
    assert "未复现：2 型糖尿病" in answer("kahn_2006_adopt", "--lang", "zh")
    told = json.loads(answer("kahn_2006_adopt", "--format", "json"))["not_replayed_because"]
    assert told["en"].startswith("type 2 diabetes")
    assert json.loads(answer("herold_2013_abate", "--format", "json"))["not_replayed_because"] is None


def test_the_overview_lists_them_all():
    found = json.loads(answer("--format", "json"))["not_replayed"]
    assert [study for group in found for study in group["studies"]] == LISTED
    assert "Published and not replayed" in answer("--lang", "en")

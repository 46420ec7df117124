"""The list of published studies without a replay: complete, without doubles, and shown."""

import json

from click.testing import CliRunner

from insula.catalog import Catalog
from insula.cli.evidence import command

CATALOG = Catalog.open()
TOPICS = ("natural_history", "beta_replacement", "msc_diabetes")
LISTED = [study for group in CATALOG.not_replayed.values() for study in group.studies]


def answer(*arguments):
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_study_of_these_topics_is_replayed_or_has_a_reason():
    published = {row.cells["study_id"] for topic in TOPICS for row in CATALOG.evidence(topic).studies}
    replayed = {study.evidence or name for name, study in CATALOG.studies.items()}
    assert published - replayed == set(LISTED)
    assert len(LISTED) == len(set(LISTED)), "one reason each"


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

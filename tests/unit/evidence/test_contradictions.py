"""What is said of contradictions: rows and numbers that exist, and every disagreement that is found explained."""

import json

import pytest
from click.testing import CliRunner

from insula.catalog import Catalog
from insula.catalog.records.contradictions import CarriedBy, NamedRows
from insula.checks.contradictions import contradictions_name_what_exists
from insula.checks.survey import Survey
from insula.cli.evidence import command
from insula.evidence.contradictions import rows_named

TEXT = """two_answers:
  title: {en: Two answers, zh: 两个答案}
  says: {en: They differ., zh: 两者不同。}
  model: {en: Both stay., zh: 均保留。}
  rows:
    - {study: smith_2001_pump, outcome: tir}
  carried_by:
    - {symbol: glucose.volume}
"""


@pytest.fixture
def told(science):
    """The problems of a text with one passage replaced; a symbol of the good folder stands in it."""
    catalog = Catalog(science.root)
    name, module = next((n, m) for n, m in catalog.modules.items() if m.parameters)
    text = TEXT.replace("glucose.volume", f"{name}.{module.parameters[0].symbol}")
    study = next(row.cells for row in next(iter(catalog.topics.values())).outcomes)
    text = text.replace("smith_2001_pump", study["study_id"]).replace("tir", study["outcome"])

    def problems(old="", new=""):
        assert old in text
        path = science.root / "evidence" / "contradictions.yaml"
        path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        found = Catalog(science.root)
        asked = [*contradictions_name_what_exists(Survey(found)), *found.problems()]
        return [(problem.line, problem.message) for problem in asked if problem.where == path]

    return problems


def test_a_row_or_a_number_that_is_not_there_is_told_with_its_line(told):
    assert told() == []
    ((line, message),) = told("rows:\n    - {study: ", "rows:\n    - {months: 99, study: ")
    assert (line, message[:27]) == (6, "no published row has study ")
    ((line, message),) = told("{symbol: ", "{symbol: x")
    assert line == 8
    assert "there is no number of a module" in message
    ((_, message),) = told("{symbol: ", "{calibration: none, model_error: tir} #")
    assert message == 'there is no calibration "none".'


def test_a_text_that_points_nowhere_or_to_two_tables_is_refused(told):
    assert told("{study: ", "{meta_analysis: x, study: ")
    assert told("{symbol: ", "{calibration: y, symbol: ")
    with pytest.raises(ValueError, match="no arm"):
        NamedRows(meta_analysis="x", outcome="y", arm="z")
    with pytest.raises(ValueError, match="calibration and model_error"):
        CarriedBy(calibration="x")


def test_every_row_of_the_text_is_found_by_its_cells():
    catalog = Catalog.open()
    topics = [catalog.evidence(topic) for topic in catalog.topics]
    (row,) = rows_named(topics, NamedRows(study="yao_2022_pbsc", arm="all", outcome="insulin_independent"))
    assert (row.table, row.cells["value"], row.cells["n"]) == ("outcomes", "6", "10")
    pooled = rows_named(topics, NamedRows(meta_analysis="kashbour_2025", outcome="hba1c", months=12))
    assert [row.cells["estimate"] for row in pooled] == ["-0.72"]
    assert rows_named(topics, NamedRows(meta_analysis="kashbour_2025", outcome="hba1c", months=11)) == ()


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Ten islet patients", "Carried by")), ("zh", ("十名胰岛移植患者", "承载"))]
)
def test_the_page_lists_them_in_both_languages(lang, words):
    found = CliRunner().invoke(command, ["--contradictions", "--lang", lang], catch_exceptions=False)
    assert found.exit_code == 0
    assert all(word in found.output for word in words)


def test_every_disagreement_that_is_found_is_explained_and_every_disputed_number_has_a_spread():
    found = json.loads(CliRunner().invoke(command, ["--contradictions", "--format", "json"]).output)
    assert [one["study"] for one in found["unexplained"]] == []
    assert [one["symbol"] for one in found["disputed"] if one["spread_type"] == "none"] == []
    (ten,) = [one for one in found["contradictions"] if one["id"] == "ten_islet_patients"]
    assert [row["original"]["value"] for row in ten["rows"]] == ["2", "3", "6", "-60"]


def test_a_study_beside_it_is_refused():
    found = CliRunner().invoke(command, ["lu_2021", "--contradictions"])
    assert found.exit_code == 2
    assert "name no STUDY" in found.output

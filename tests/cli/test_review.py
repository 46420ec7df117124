"""`insula review`: what it prints and writes in both languages, and what it refuses."""

import csv
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from insula.analysis.review import (
    agreement,
    effects,
    groups,
    published,
    runs,
    studies,
    unused,
    virtual_effects,
)
from insula.cli.main import group
from insula.core.i18n import translator
from small_review import REVIEW, add_review
from small_review_runs import add_run, add_study_files

GOOD = Path(__file__).parents[1] / "fixtures" / "science_good"
WORDS = {
    "en": ("Pooled here and published", "Not used, and why"),
    "zh": ("本综述合并结果", "未使用的数据及原因"),
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "science"
    shutil.copytree(GOOD, folder)
    add_review(folder)
    monkeypatch.setenv("INSULA_SCIENCE", str(folder))
    return folder


def review(*arguments):
    return CliRunner().invoke(group, ["review", *map(str, arguments)])


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_prints_pooled_and_published_side_by_side(root, lang):
    answer = review("cells", "--lang", lang)
    assert answer.exit_code == 0, answer.output
    text = " ".join(answer.stdout.split())
    assert all(word in text for word in WORDS[lang])
    assert "−1.81 [−3" in text
    assert "big_2020: −1.5" in text


def test_json_stands_alone_and_tells_what_was_reached_and_judged(root):
    found = json.loads(review("cells", "--format", "json").stdout)
    reached = found["reached"]
    assert (reached["trials_published"], reached["patients_published"]) == (5, 200)
    assert (reached["trials_meeting_criteria"], reached["trials_pooled"], reached["patients_pooled"]) == (
        3,
        3,
        122,
    )
    assert (reached["cells_published"], reached["cells_reached"]) == (3, 2)
    assert (reached["cells_agreeing"], reached["cells_disagreeing"]) == (1, 1)
    (missed,) = [cell for cell in found["cells"] if cell["verdict"] == "disagrees"]
    assert (missed["subgroup"], missed["judgements"][0]["question"]) == ("second", "direction")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_folder_holds_page_pictures_and_every_number(root, tmp_path, lang):
    out = tmp_path / "out"
    answer = review("cells", "--lang", lang, "--out", out, "--format", "json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(word in page for word in WORDS[lang])
    assert not re.search(r"(?:src|href)=[\"']?https?:|<script|<link", page)
    names = {"forest_range_12", "forest_responder_12"}
    assert {path.stem for path in out.glob("*.svg")} == {path.stem for path in out.glob("*.png")} == names
    for name in names:
        ElementTree.parse(out / f"{name}.svg")
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    pooled = {(row["outcome"], row["months"], row["subgroup"]): row for row in table(out / "pooled.csv")}
    assert len(pooled) == len(found["cells"])
    for cell in found["cells"]:
        row = pooled[cell["outcome"], str(cell["months"]), cell["subgroup"]]
        assert row["estimate"] == (repr(cell["pooled"]["estimate"]) if cell["pooled"] else "")
    rows = table(out / "forest_range_12.csv")
    assert [row["label"] for row in rows if row["row"] == "study"] == ["Two doses", "Changes", "Plain"]
    assert [float(row["effect"]) for row in rows if row["row"] == "pooled"] == pytest.approx(
        [-2.0, -1.8125, -1.5]
    )
    assert len(table(out / "rows_not_used.csv")) == len(found["unused_rows"])
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


@pytest.fixture
def finished(root, tmp_path):
    studies = ("two_doses", "plain", "changes")
    add_study_files(root, *studies)
    folder = tmp_path / "runs"
    folder.mkdir()
    for study in studies:
        add_run(folder, study, -2.0)
    return folder


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_virtual_trials_stand_beside_the_published_ones(finished, tmp_path, lang):
    out = tmp_path / "out"
    answer = review("cells", "--runs", finished, "--lang", lang, "--out", out, "--format", "json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert [one["study"] for one in found["virtual"]["trials"] if not one["reason"]] == [
        "two_doses",
        "plain",
        "changes",
    ]
    assert (found["virtual"]["cells_agreeing"], found["virtual"]["cells_disagreeing"]) == (1, 1)
    rows = [(row["row"], row["kind"], row["label"][:7]) for row in table(out / "forest_range_12.csv")]
    assert ("study", "virtual", "Changes") in rows
    assert rows.index(("study", "virtual", "Plain, " if lang == "en" else "Plain，虚")) == 1 + rows.index(
        ("study", "published", "Plain")
    )
    assert [kind for what, kind, _ in rows if what == "pooled"].count("virtual") == 2  # a group, all
    page = (out / "report.html").read_text(encoding="utf-8")
    assert {"en": "Agreement with what was published", "zh": "与已发表结论的一致性"}[lang] in page
    assert len(table(out / "virtual_pooled.csv")) == len(found["cells"])
    told = " ".join(review("cells", "--runs", finished, "--lang", lang).stdout.split())
    assert {"en": "Trials replayed", "zh": "已重演的试验"}[lang] in told


EXPLANATIONS = """explanations:
  - {outcome: range, months: [12], subgroup: second, side: tables, kind: explained, why: {en: One trial alone., zh: 仅一项试验。}}
  - {outcome: range, subgroup: second, side: tables, kind: admitted, why: {en: Too late., zh: 太晚。}}
  - {outcome: range, months: [12], subgroup: overall, side: tables, kind: admitted, why: {en: It agrees., zh: 均一致。}}
  - {outcome: range, side: virtual, kind: admitted, why: {en: Nobody knows., zh: 无人知晓。}}
"""  # noqa: E501 (one explanation reads best on one line)
TOLD = {
    "en": ("1 disagree (1 explained, 0 admitted, 0 not explained yet)", "One trial alone.", "Nobody knows."),
    "zh": ("1 个不一致（1 个已解释，0 个已承认，0 个尚未解释）", "仅一项试验。", "无人知晓。"),
}


def answers(found):
    """Return what disagrees: verdict and explanation by cell, of the tables and of virtual trials."""
    both = [(cell, name, cell if name == "tables" else cell.get("virtual"))
            for cell in found["cells"] for name in ("tables", "virtual")]  # fmt: skip
    return {
        (name, cell["outcome"], cell["months"], cell["subgroup"]): one["explanation"]
        for cell, name, one in both
        if one and one["verdict"] == "disagrees"
    }


def test_a_cell_that_disagrees_has_the_first_explanation_that_fits_and_its_side(finished):
    (finished.parent / "science" / "reviews" / "cells.yaml").write_text(REVIEW + EXPLANATIONS, "utf-8")
    found = json.loads(review("cells", "--runs", finished, "--format", "json").stdout)
    assert answers(found) == {
        ("tables", "range", 12.0, "second"): {
            "kind": "explained", "why": {"en": "One trial alone.", "zh": "仅一项试验。"},
        },
        ("virtual", "range", 12.0, "second"): {
            "kind": "admitted", "why": {"en": "Nobody knows.", "zh": "无人知晓。"},
        },
    }  # fmt: skip
    assert all(cell["explanation"] is None for cell in found["cells"] if cell["verdict"] != "disagrees")
    counts = [found[part]["cells_not_explained"] for part in ("reached", "virtual")]
    assert counts == [0, 0]
    assert (found["reached"]["cells_explained"], found["virtual"]["cells_admitted"]) == (1, 1)


def test_without_an_explanation_a_cell_is_not_explained_yet_and_counted(finished):
    found = json.loads(review("cells", "--runs", finished, "--format", "json").stdout)
    assert [one["kind"] for one in answers(found).values()] == ["not explained yet"] * 2
    assert [found[part]["cells_not_explained"] for part in ("reached", "virtual")] == [1, 1]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_terminal_page_and_tables_say_why_a_cell_disagrees(finished, tmp_path, lang):
    text, out = finished.parent / "science" / "reviews" / "cells.yaml", tmp_path / "out"
    bare = " ".join(review("cells", "--lang", lang).stdout.split())
    assert bare.count({"en": "not explained yet", "zh": "尚未解释"}[lang]) == 2  # counted, and at the cell
    text.write_text(REVIEW + EXPLANATIONS, "utf-8")
    answer = review("cells", "--runs", finished, "--lang", lang, "--out", out)
    assert answer.exit_code == 0, answer.output
    page = (out / "report.html").read_text(encoding="utf-8")
    for told in (answer.stdout, page):
        assert all(part in " ".join(told.split()) for part in TOLD[lang])
        assert {"en": "It agrees.", "zh": "均一致。"}[lang] not in told
    for name, kind, why in (
        ("pooled", "explained", "One trial alone."),
        ("virtual_pooled", "admitted", "Nobody knows."),
    ):
        rows = [row for row in table(out / f"{name}.csv") if row["explanation"]]
        assert [(row["subgroup"], row["explanation"], row["why"]) for row in rows] == [("second", kind, why)]


def test_without_runs_there_is_no_word_of_virtual_trials(root, tmp_path):
    found = json.loads(review("cells", "--out", tmp_path / "out", "--format", "json").stdout)
    assert "virtual" not in found
    assert not any("virtual" in cell for cell in found["cells"])
    assert not list((tmp_path / "out").glob("virtual*"))


def test_an_unknown_review_is_refused_with_what_is_close(root, tmp_path):
    from insula.core.errors import UnknownName

    answer = review("cels", "--out", tmp_path / "out")
    assert isinstance(answer.exception, UnknownName)
    assert str(answer.exception) == 'There is no review "cels". Did you mean "cells"?'
    assert answer.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_fault_in_the_text_is_told_with_its_line_before_anything_is_written(root, tmp_path):
    (root / "reviews" / "cells.yaml").write_text(REVIEW.replace("question:", "questoin:"), encoding="utf-8")
    answer = review("cells", "--out", tmp_path / "out")
    assert 'unknown key "questoin"' in str(answer.exception)
    assert not (tmp_path / "out").exists()


def test_every_word_of_a_review_is_translated():
    modules = (agreement, effects, groups, published, runs, studies, unused, virtual_effects)
    constants = [value for one in modules for name, value in vars(one).items() if name.isupper()]
    words = {word for word in constants if isinstance(word, str) and not word.endswith(".json")}
    assert len(words) > 25
    assert sorted(word for word in words if translator("zh")(word) == word) == []

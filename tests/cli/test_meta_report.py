"""The folder of ``insula meta --out``: complete, readable in both languages, every number on a figure in a table."""

import csv
import json
import re
from functools import cache, partial
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import insula.report.meta_figures.saving as saving
import insula.report.meta_page as page
from insula.cli.main import group

TABLE = "study,kind,disease,year,ai,n1i,ci,n2i\n" + "".join(
    f"{name},{kind},{disease},{year},{a},{n1},{c},{n2}\n"
    for name, kind, disease, year, a, n1, c, n2 in [
        ("北京协和医院与上海交通大学医学院附属瑞金医院联合试验 2011", "", "1型", 2011, 3, 40, 9, 41),
        ("=Li 2009", "", "1型", 2009, 5, 60, 9, 55),
        ("Wu 2015", "", "2型", 2015, 2, 33, 8, 30),
        ("Ma 2013", "", "2型", 2013, 9, 80, 15, 82),
        ("Xu 2018", "", "2型", 2018, 6, 45, 5, 47),
        ("Twin of Wu", "virtual", "2型", 2019, 4, 66, 12, 66),
    ]
)
RISK = "study,D1,D2,overall\nWu 2015,low,some concerns,high\n"
GRADE = "outcome,imprecision,certainty\n-HbA1c,serious,very low\n"
FIGURES = (
    "forest", "cumulative", "leave_one_out", "funnel", "baujat", "influence", "labbe", "risk_of_bias",
)  # fmt: skip


def write_report(folder, lang, *options, table=TABLE, out="out"):
    """Write a report into a folder of its own; return that folder and the answer in JSON."""
    for name, text in {"trials.csv": table, "rob.csv": RISK, "grade.csv": GRADE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    asked = [
        "meta",
        folder / "trials.csv",
        "--measure",
        "OR",
        "--by",
        "disease",
        "--order",
        "year",
        "--lang",
        lang,
    ]
    arguments = [*asked, "--out", folder / out, "--format", "json", *options]
    answer = CliRunner().invoke(group, list(map(str, arguments)), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return folder / out, json.loads(answer.stdout)


@pytest.fixture
def report(tmp_path):
    return partial(write_report, tmp_path)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Report with judgements by language, written once."""

    @cache
    def write(lang):
        folder = tmp_path_factory.mktemp(lang)
        judgements = ("--risk-of-bias", folder / "rob.csv", "--grade", folder / "grade.csv")
        return write_report(folder, lang, *judgements)

    return write


def columns(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


def numbers(texts):
    return [float(text) if text else None for text in texts]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_folder_is_complete_and_speaks_the_language(judged, lang):
    folder, _ = judged(lang)
    wanted = {f"{name}.{kind}" for name in FIGURES for kind in ("svg", "png", "csv")} | {
        "report.html",
        "grade.csv",
    }
    assert {path.name for path in folder.iterdir()} == wanted
    html = (folder / "report.html").read_text(encoding="utf-8")
    for words, own in (("Forest plot", "en"), ("not judged", "en"), ("森林图", "zh"), ("极低确定性", "zh")):
        assert (words in html) is (own == lang)
    assert html.count("<svg") == len(FIGURES)
    assert all((folder / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in FIGURES)


def test_the_page_needs_nothing_else_and_its_ids_are_unique(judged):
    html = (judged("zh")[0] / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|@import|url\((?!#)|src=", html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"', html))
    assert {first or second for first, second in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html)} <= set(
        ids
    )


def test_figures_are_whole_drawings_and_the_page_closes_its_tags(judged):
    folder, _ = judged("zh")
    for path in folder.glob("*.svg"):
        root = ElementTree.parse(path).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("viewBox")
    html = (folder / "report.html").read_text(encoding="utf-8")
    body = re.sub(
        r"<svg.*?</svg>", "", html[html.index("<body") : html.index("</body>") + 7], flags=re.DOTALL
    )
    assert ElementTree.fromstring(body).tag == "body"


@pytest.mark.parametrize(("lang", "words"), [("en", "Not judged"), ("zh", "未评定")])
def test_without_judgements_the_page_says_not_judged(report, lang, words):
    folder, _ = report(lang)
    assert (folder / "report.html").read_text(encoding="utf-8").count(words) == 2
    assert not (folder / "risk_of_bias.csv").exists()
    assert not (folder / "grade.csv").exists()


def test_the_forest_table_is_the_answer(judged):
    folder, found = judged("en")
    forest = columns(folder, "forest")
    studies = [row["back_transformed"] for row in found["studies"]]
    assert numbers(forest["effect"])[:6] == [row["estimate"] for row in studies]
    assert numbers(forest["high"])[:6] == [row["high"] for row in studies]
    assert numbers(forest["weight_percent"])[:6] == [row["weight"] for row in found["studies"]]
    whole = forest["label"].index("Published studies, pooled")
    assert float(forest["effect"][whole]) == found["pooled"]["back_transformed"]["estimate"]
    assert float(forest["prediction_low"][whole]) == found["pooled"]["back_transformed"]["prediction"][0]
    assert forest["Treated"][2] == "2/33"


def test_every_other_table_is_the_answer(judged):
    folder, found = judged("en")
    funnel = columns(folder, "funnel")
    assert numbers(funnel["estimate"])[:5] == [row["estimate"] for row in found["studies"][:5]]
    assert "Twin of Wu" not in funnel["study"]
    added = found["small_study_effects"]["trim_and_fill"]["added"]
    assert funnel["kind"].count("filled_in") == len(added)
    assert numbers(columns(folder, "cumulative")["low"]) == [
        step["back_transformed"]["low"] for step in found["cumulative"]["steps"]
    ]
    left = columns(folder, "leave_one_out")
    assert numbers(left["effect"])[:5] == [
        row["back_transformed"]["estimate"] for row in found["leave_one_out"]
    ]
    for name, keys in (
        ("baujat", ("baujat_x", "baujat_y")),
        ("influence", ("cook", "hat", "dffits", "tau2")),
    ):
        table = columns(folder, name)
        for key in keys:
            assert numbers(table[key]) == [row[key] for row in found["influence"]]
    assert numbers(columns(folder, "labbe")["control"]) == [9 / 41, 9 / 55, 8 / 30, 15 / 82, 5 / 47, 12 / 66]
    assert columns(folder, "risk_of_bias")["overall"] == ["", "", "high", "", "", ""]


def test_no_exported_text_is_a_formula(judged):
    folder, _ = judged("zh")
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        texts = [cell for cell in cells if not re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", cell)]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))], path.name
    assert "'=Li 2009" in columns(folder, "forest")["label"]
    assert columns(folder, "grade")["outcome"] == ["'-HbA1c"]


def test_text_of_others_is_escaped_in_page_and_figures(report):
    folder, _ = report("en", table=TABLE.replace("Ma 2013", "<script>alert(1)</script>"))
    assert "<script" not in (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in (folder / "forest.svg").read_text(encoding="utf-8")


def test_a_report_that_breaks_leaves_nothing(report, tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("no disk")

    monkeypatch.setattr(page, "save_picture", broken)
    with pytest.raises(RuntimeError, match="no disk"):
        report("en")
    assert {path.name for path in tmp_path.iterdir()} == {"trials.csv", "rob.csv", "grade.csv"}


@pytest.mark.parametrize(("lang", "words"), [("en", "no Chinese font"), ("zh", "没有中文字体")])
def test_pictures_without_chinese_letters_are_announced(tmp_path, monkeypatch, lang, words):
    monkeypatch.setattr(saving, "chinese_fonts", tuple)
    (tmp_path / "trials.csv").write_text("study,yi,vi\n李,1,1\nWu,2,1\n", encoding="utf-8")
    asked = ["meta", tmp_path / "trials.csv", "--measure", "GEN", "--lang", lang, "--out", tmp_path / "out"]
    answer = CliRunner().invoke(group, list(map(str, asked)), catch_exceptions=False)
    assert words in answer.stderr
    assert words not in answer.stdout
    assert "李" in (tmp_path / "out" / "forest.svg").read_text(encoding="utf-8")


def test_the_same_table_gives_the_same_files_and_the_sides_are_named(report):
    first, second = (report("en", "--favours", "cells,control", out=out)[0] for out in ("one", "two"))
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", (first / "forest.svg").read_text(encoding="utf-8"))
    assert {"← cells", "control →"} <= set(texts)

"""The page: one file that needs nothing else, readable by everybody, the same numbers as the summary."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest

from insula.report.html import render_report, target_range, write_report
from insula.report.writing import Writer

VOID = {"meta", "br", "link", "img", "hr", "input", "path", "rect", "use"}


class Page(HTMLParser):
    """Elements, ids, texts; complains when a tag is closed that was not opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture(params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="session")
def drawn(summary, invented):
    """Page by language, drawn once."""

    @cache
    def draw(lang):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INSULA_SCIENCE", str(invented / "science"))
            return render_report(summary, lang)

    return draw


@pytest.fixture
def source(drawn, lang):
    return drawn(lang)


@pytest.fixture
def page(source):
    return Page(source)


def test_it_needs_no_script_and_no_network(source, page):
    assert {"script", "link", "iframe", "img"} & {tag for tag, _ in page.elements} == set()
    loaded = [attrs.get("src") or attrs.get("xlink:href", "#") for tag, attrs in page.elements if tag != "a"]
    assert all(target.startswith("#") for target in loaded)
    assert not re.search(r"@import|url\((?!#)", source)


def test_every_tag_is_closed(page):
    assert page.open == []


def test_ids_are_unique_and_references_lead_somewhere(source, page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = re.findall(r"url\(#([^)]+)\)", source) + re.findall(r'xlink:href="#([^"]+)"', source)
    assert set(wanted) <= set(ids)


def test_figures_are_named_for_a_screen_reader(page):
    figures = [attrs for tag, attrs in page.elements if tag == "svg" and attrs.get("class") == "figure"]
    assert len(figures) >= 13
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in figures)


def test_tables_have_captions_and_heads(page):
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") >= 5
    assert all(attrs.get("scope") for tag, attrs in page.elements if tag == "th")


def test_the_language_is_the_one_asked_for(page, lang):
    assert (
        dict(page.elements[0][1] if page.elements[0][0] == "html" else {})["lang"]
        == {"en": "en", "zh": "zh-CN"}[lang]
    )
    words = " ".join(page.text)
    assert ("Predicted against published" in words) is (lang == "en")
    assert ("预测与已发表结果对照" in words) is (lang == "zh")


@pytest.mark.parametrize("lang", ["zh"], indirect=True)
def test_the_same_summary_gives_the_same_bytes(source, summary, lang, tmp_path):
    path = write_report(summary, tmp_path, lang)
    assert path.name == "report.html"
    assert path.read_text(encoding="utf-8") == source


def test_each_evidence_row_prints_the_numbers_of_the_summary(source, summary, lang):
    writer = Writer(lang)
    for row in summary["comparison"]:
        if row["predicted"] is not None:
            assert (
                writer.value(row["predicted"], row["unit"], row["measured"], difference=row["difference"])
                in source
            )
            assert (
                writer.interval(row["low"], row["high"], row["unit"], row["measured"]) in source
                or row["difference"]
            )


def test_rows_that_were_not_scored_give_the_reason(source, lang):
    not_simulated = {
        "en": "this is none of the adverse events that are simulated",
        "zh": "此不良事件不在模拟之列",
    }
    assert not_simulated[lang] in source
    assert {"en": "no size is given", "zh": "未给出样本量"}[lang] in source


def test_both_unit_systems_are_in_the_figures(source):
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", source)
    assert {"mg/dL", "mmol/L", "mmol/mol", "%"} <= set(labels)


def test_simulated_is_said_first_and_the_limits_last(source, lang):
    short, full = {
        "en": ("not for individual treatment decisions", "no promise to anyone"),
        "zh": ("不得用于个体治疗决策", "不对任何人作出承诺"),
    }[lang]
    assert source.index(short) < source.index("<h2")
    assert source.index(full) > source.rindex("<h2")


def test_limitations_of_the_study_are_printed(source, lang):
    assert {"en": "Rejection is not modelled yet", "zh": "尚未模拟排斥反应"}[lang] in source


@pytest.fixture(scope="session")
def bare(summary):
    """Page of a run from a folder with an evil name and without anything to score."""
    verdict = {"rows": 0, "scored": 0, "inside": 0}
    nothing = {"comparison": [], "key_results": [], "verdict": verdict, "folder": "<script>alert(1)</script>"}
    return render_report(summary | nothing, "en")


def test_text_of_others_is_escaped(bare):
    assert "alert(1)" in bare
    assert "<script>" not in bare


def test_a_run_without_anything_to_score_says_so(bare):
    assert "No published value is scored against this run" in bare


def test_the_target_range_is_that_of_the_endpoint(summary):
    assert target_range(summary) == (70.0, 180.0)
    assert target_range({"endpoints": {}}) is None

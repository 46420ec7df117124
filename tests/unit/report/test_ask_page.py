"""The page and the terminal about one patient: what they say, in both languages, with and without an answer."""

import copy
from html.parser import HTMLParser

import pytest
from rich.console import Console

from insula.core.disclaimer import disclaimer
from insula.report.ask.page import render_answer
from insula.report.ask.terminal import terminal_answer

DAY = 365.0
CHANCE = {
    "share": 0.31, "low": 0.05, "high": 0.77, "between_members": 0.4, "between_low": 0.1, "between_high": 0.8,
    "effective": 40.0,
}  # fmt: skip
ARM = {
    "topic": "t", "study": "s", "name": "Trial <A>", "arm": "a", "label": "All", "role": "calibration",
    "disease": "T1D", "therapy_class": "cells", "size": 12.0, "age": 42.9, "duration": None, "distance": 0.5,
}  # fmt: skip
ROW = {
    "meaning": "free", "title": {"en": "Free of it", "zh": "已脱离"},
    "word": "adverse_event:liver_bleeding", "months": 12.0, "statistic": "proportion", "value": 0.25,
    "unit": "dimensionless", "n": 12,
}  # fmt: skip


def title(en, zh):
    return {"en": en, "zh": zh}


def fact(name, **changes):
    return {
        "id": name, "title": title(f"Fact {name}", f"信息 {name}"), "value": 8.0, "below": False, "present": False,
        "unit": "percent", "quantity": "", "said_in": None, "used": True, "not_used": None, "brings": None,
        "before": {"low": 6.0, "median": 8.0, "high": 11.0}, "left": {"low": 7.5, "median": 8.1, "high": 8.6},
        "effective_without": 120.0,
    } | changes  # fmt: skip


HARM = {
    "event": "bleeding", "title": title("Bleeding", "出血"), "serious": True,
    "therapy": "cells", "therapy_title": title("Cells", "细胞"),
}  # fmt: skip
HARMS = {
    "known": [{
        **HARM, "per": "administration", "consequence": title("No second time.", "不可再次输注。"),
        "shares": [{"day": DAY, "share": 0.12, "low": 0.08, "high": 0.17}], "observed": [{"source": "ryan2005"}],
    }],
    "serious": [{"day": DAY, "share": 0.34, "low": 0.21, "high": 0.52}],
    "unknown": [{**HARM, "title": title("Tumour", "肿瘤"), "reason": title("Nobody counted.", "无统计。")}],
    "unlisted": [title("Drug", "药物")],
}  # fmt: skip


def therapy(name, **changes):
    return {
        "id": name, "title": title(f"Therapy {name}", f"疗法 {name}"), "therapy_class": "cells",
        "class_title": title("Cells", "细胞"), "compared": True, "given": True, "origins": [],
        "criteria": [{
            "fact": "age", "low": 18.0, "high": 65.0, "source": "a2020", "place": "abstract", "verdict": "met",
            "title": title("Age", "年龄"), "unit": "year", "quantity": "", "said_in": title("years", "岁"),
        }],
        "chances": [{"endpoint": "free", "day": DAY, "without_value": 0, "chance": CHANCE}],
        "limits": {"day": DAY, "missed": 9, "retried": 4, "without": {"dose": {"reached": 3, "of": 4}}},
        "resembling": [{**ARM, "published": [ROW]}], "harms": [{**ARM, **ROW}],
        "expected_harms": HARMS,
    } | changes  # fmt: skip


ANSWER = {
    "question": "q", "disclaimer": disclaimer(), "weans_insulin": True, "not_asked_about": [title("Drug B", "药物乙")],
    "title": title("May they?", "可以吗？"), "asks": title("How many?", "多少人？"),
    "diabetes_type": title("Type 9", "9 型"), "population": {"id": "p", "title": title("People", "人群")},
    "level": 0.9, "seed": 1, "answered": True, "refusal": None,
    "facts": [
        fact("hba1c"), fact("peptide", below=True),
        fact("female", present=True, value=1.0),
        fact("kidney", used=False, not_used=title("the model has none", "模型没有"), before=None, left=None,
             effective_without=None),
    ],
    "sensor_days": None,
    "numbers": {"candidates": 900, "effective_candidates": 300.0, "run_in": 90, "effective": 40.0, "fewest": 30.0,
                "drawn": 50, "distinct": 45, "members": 20},
    "horizons": [{"day": DAY, "value": 1.0, "unit": "year"}], "goal": "free",
    "benefits": {"free": title("Free of insulin", "脱离胰岛素")},
    "therapies": [therapy("one"), therapy("two", limits=None)],
    "limits": {"dose": {"title": title("Too few", "太少"), "without": title("twice as many", "加倍时")}},
    "limitations": {"en": ["Something is left out."], "zh": ["有所省略。"]},
}  # fmt: skip


def changed(**changes):
    return copy.deepcopy(ANSWER) | changes


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.hidden = [], 0

    def handle_starttag(self, tag, _):
        self.hidden += tag == "style"

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def page(answer, lang="en"):
    reader = _Text()
    reader.feed(render_answer(answer, lang))
    return " ".join(" ".join(reader.words).replace("\u00a0", " ").split())


def shown(answer, lang="en"):
    console = Console(width=200)
    with console.capture() as out:
        console.print(terminal_answer(answer, lang))
    return " ".join(out.get().split())


def test_chances_limits_and_what_they_stand_on():
    text = page(ANSWER)
    for words in (
        "Therapy one: Free of insulin after 1 year 31 % (5 % to 77 %)", "40 % (10 % to 80 %)",
        "9 virtual patients miss the goal after 1 year; 4 of them", "Too few twice as many 3 of 4 75 %",
        "below 8.0 %", "Fact female yes",
        "8.1 (7.5 to 8.6) 120", "they count as 40 (at least 30 are needed); 50 were drawn, 45 different",
        "Fact kidney 8.0 % the model has none", "Age (18 to 65 years) met a2020, abstract",
        "Trial <A> · All 12 42.9 – 0.5 Free of it: 25 % (month 12, n 12)",
        "the clinic lowers and stops insulin from the first day wherever glucose allows",
        "In the catalog, and not asked about for this type of diabetes: Drug B.", "liver bleeding Trial <A> · All 25 %",
        "It recommends nothing.", "Something is left out.",
    ):  # fmt: skip
        assert words in text


def test_therapies_with_the_same_criteria_share_a_table_and_a_class_its_evidence():
    text = page(ANSWER)
    assert "Therapy one; Therapy two Studied in" in text
    assert text.count("liver bleeding") == 1


def test_chinese_has_no_english_sentence():
    text = page(ANSWER, "zh")
    for words in (
        "疗法 one：1 年后脱离胰岛素的机会 31% (5% 至 77%)",
        "太少 加倍时 4 人中 3 人 75%",
        "不作任何推荐",
        "有所省略。",
    ):
        assert words in text
    assert "virtual" not in text
    assert "{" not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_terminal_says_the_same_in_short(lang):
    told = shown(ANSWER, lang)
    assert {"en": "31 % (5 % to 77 %)", "zh": "31% (5% 至 77%)"}[lang] in told.replace("\u00a0", " ")
    assert "liver bleeding" not in told


def test_whether_insulin_is_weaned_everywhere_is_said_only_where_it_is():
    assert "lowers and stops insulin" not in page(changed(weans_insulin=False))
    assert "停用胰岛素" in page(ANSWER, "zh")


def test_changes_are_named_in_both_languages():
    answer = changed()
    answer["therapies"][0]["resembling"][0]["published"] = [
        ROW | {"statistic": "percent_change", "value": -37.0, "unit": "percent"}
    ]
    assert "Free of it: -37.0 % (percent change, month 12, n 12)" in page(answer).replace("\u2212", "-")
    assert "百分比变化" in page(answer, "zh")


def test_agreement_has_no_share_between_truths():
    answer = changed()
    sure = {
        **CHANCE,
        "share": 0.0,
        "low": 0.0,
        "between_members": None,
        "between_low": None,
        "between_high": None,
    }
    answer["therapies"][0]["chances"][0]["chance"] = sure
    assert "Therapy one –" in page(answer)


def test_a_therapy_for_others_is_named_with_its_criterion():
    answer = changed()
    answer["therapies"][1] |= {
        "compared": False,
        "chances": [],
        "criteria": [{**therapy("x")["criteria"][0], "verdict": "not met"}],
    }
    told = "Therapy two: not compared, because it was studied only in people with: Age (18 to 65 years)."
    assert told in page(answer)
    assert told in shown(answer)


def refused(**refusal):
    answer = changed(answered=False, refusal=refusal, numbers=None)
    answer["therapies"] = [therapy("one", chances=[], limits=None, resembling=[], harms=[])]
    return answer


def test_too_few_names_the_facts_that_make_it_so():
    answer = refused(why="alike", effective=3.2, fewest=30.0, of=90, without={"hba1c": 60.0, "peptide": 4.0})
    for text in (page(answer), shown(answer)):
        assert (
            "of 90 virtual patients only 3.2 effective ones are like this patient, and at least 30 are needed"
            in text
        )
        told = "without each): without Fact hba1c: 60 (stated 8.0 %, virtual patients 8.0 (6.0 to 11.0))."
        assert told in text
        assert "31 %" not in text


def test_too_few_through_all_facts_together():
    answer = refused(why="alike", effective=3.2, fewest=30.0, of=90, without={"hba1c": 4.0, "peptide": 3.3})
    assert "No single fact makes it so" in page(answer)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_type_is_refused_with_its_reason(lang):
    answer = refused(why="type", reason=title("There is nobody <yet>.", "尚无人群。"))
    answer["population"] = None
    assert {"en": "There is nobody <yet>.", "zh": "尚无人群。"}[lang] in page(answer, lang)


def test_labels_of_sources_are_no_markup():
    assert "Trial &lt;A&gt;" in render_answer(ANSWER, "en")


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            "Caution, Cells: evidence from mice, cells in a dish; no number of its effect comes from people.",
        ),
        ("zh", "注意，细胞：证据来自小鼠，体外细胞；其作用的任何数值均非来自人体。"),
    ],
)
def test_evidence_from_animals_alone_is_said_where_the_therapy_is_compared(lang, told):
    answer = changed()
    of_mice = {"title": title("Cells", "细胞"), "evidence_from": ["mouse", "dish"]}
    of_people = {"title": title("Betadrug", "贝塔药"), "evidence_from": ["people", "mouse"]}
    answer["therapies"][1] |= {"origins": [of_mice, of_people]}
    for text in (page(answer, lang), shown(answer, lang)):
        assert told in text
        assert title("Betadrug", "贝塔药")[lang] not in text
    answer["therapies"][1] |= {"compared": False}
    assert told not in page(answer, lang)


def test_expected_harms_have_an_interval_and_what_nobody_knows_is_said():
    text = page(ANSWER)
    assert "At least one serious event" in text
    assert "34 % (21 to 52 %)" in text
    assert "Bleeding Cells yes 12 % (8 to 17 %) ryan2005" in text
    assert "Bleeding: No second time." in text
    assert "Not known: Tumour, Cells. Nobody counted." in text
    assert "Drug: nobody has written its harms down." in text
    assert "34 % (21 to 52 %)" in shown(ANSWER)


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "The sensor's file holds 12.5 days of readings."), ("zh", "传感器文件含 12.5 天的读数。")],
)
def test_the_days_of_a_sensor_are_said(lang, told):
    assert told in page(changed(sensor_days=12.5), lang)
    assert told not in page(ANSWER, lang)


@pytest.mark.parametrize(("lang", "told"), [("en", "Therapy one not known"), ("zh", "疗法 one 未知")])
def test_serious_harm_that_nobody_counted_is_not_zero(lang, told):
    answer = changed()
    nobody = {"day": DAY, "share": None, "low": None, "high": None}
    answer["therapies"][0]["expected_harms"] = HARMS | {"known": [], "serious": [nobody]}
    for text in (page(answer, lang), shown(answer, lang)):
        assert told in text


@pytest.mark.parametrize(
    ("share", "low", "high", "told"),
    [
        (0.003, 0.0001, 0.008, "0.3 % (0.0 to 0.8 %)"),
        (0.0002, 0.0, 0.0009, "<0.1 % (0.0 to 0.1 %)"),
        (0.0, 0.0, 0.0, "0 % (0 to 0 %)"),
        (0.006, 0.0, 0.02, "1 % (0 to 2 %)"),
    ],
)
def test_a_chance_below_half_a_per_cent_is_not_written_as_none(share, low, high, told):
    answer = changed()
    found = {"day": DAY, "share": share, "low": low, "high": high}
    answer["therapies"][0]["expected_harms"] = HARMS | {"serious": [found]}
    assert f"Therapy one {told}" in page(answer)


@pytest.mark.parametrize(
    ("lang", "mark"), [("en", "Therapy one (not compared)"), ("zh", "疗法 one（未比较）")]
)
def test_harms_of_a_therapy_for_others_are_marked_and_stand_last(lang, mark):
    answer = changed()
    answer["therapies"][0] |= {
        "chances": [],
        "criteria": [{**therapy("x")["criteria"][0], "verdict": "not met"}],
    }
    text = page(answer, lang)
    assert text.count(mark) == 2, "once among the serious harms, once among all expected ones"
    serious = text[text.index(title("Serious harm", "严重危害")[lang]) :]
    assert serious.index(title("Therapy two", "疗法 two")[lang]) < serious.index(mark)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_breaks_inside_an_interval(lang):
    html = render_answer(ANSWER, lang)
    ends = {"en": "31 % (5 % to 77 %)", "zh": "31% (5% 至 77%)"}[lang].partition(" (")
    whole = " (".join(part.replace(" ", "\u00a0") for part in (ends[0], ends[2]))
    assert html.count(whole) == html.count(ends[0].replace(" ", "\u00a0") + " (")
    assert whole in html
    assert {"en": "8.1 (7.5\u00a0to\u00a08.6)", "zh": "8.1 (7.5\u00a0至\u00a08.6)"}[lang] in html


def test_chinese_years_of_age_and_colons():
    answer = changed()
    answer["facts"].append(fact("age", value=14.0, unit="year", said_in=title("years", "岁")))
    text = page(answer, "zh")
    for words in ("信息 age 14 岁", "年龄 (18 至 65 岁)", "疗法 one：1 年后有 9 名", "出血：不可再次输注。"):
        assert words in text
    assert "Fact age 14 years" in page(answer)

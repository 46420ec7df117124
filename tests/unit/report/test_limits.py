"""The criteria of every population of the science in words: titles and units of the reader's language, no symbols."""

from pathlib import Path

import pytest

import insula
from insula.analysis.criteria_texts import criteria_texts
from insula.catalog import Catalog
from insula.report.limits import criterion_of
from insula.report.writing import NO_BREAK, Writer

SCIENCE = Path(insula.__file__).parents[2] / "science"


@pytest.fixture
def catalog(monkeypatch):
    monkeypatch.setenv("INSULA_SCIENCE", str(SCIENCE))
    return Catalog.open(SCIENCE)


def told(catalog, population, lang):
    texts = criteria_texts(catalog, catalog.populations[population])
    return [criterion_of(text, Writer(lang)).replace(NO_BREAK, " ") for text in texts.values()]


def test_a_stage_and_what_only_a_visit_tells(catalog):
    assert told(catalog, "stage_2", "en") == [
        "Body mass index (9 to 40 kg/m2)",
        "Diabetes diagnosed by the visit (no)",
        "In a life up to 40 years of age: Number of islet autoantibodies (at least 2); "
        "HbA1c (at least 5.7 % (39 mmol/mol))",
    ]
    assert told(catalog, "stage_2", "zh") == [
        "体重指数（BMI） (9 至 40 kg/m2)",
        "随访时已确诊糖尿病 (否)",
        "40 岁以前的生活史中：胰岛自身抗体种数 (至少 2)；糖化血红蛋白 (至少 5.7% (39 mmol/mol))",
    ]


def test_ages_and_the_time_since_the_diagnosis(catalog):
    assert told(catalog, "t1d_new_onset", "en")[2] == "Age (8 to 30 years of age)"
    assert told(catalog, "t1d_new_onset", "en")[-1].endswith("Time since diagnosis (at least 0 days)")
    assert told(catalog, "t1d_new_onset", "zh")[2] == "年龄 (8 至 30 岁)"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_criterion_is_told_by_its_symbol(catalog, lang):
    every = [text for name in catalog.populations for text in told(catalog, name, lang)]
    assert every
    assert [text for text in every if "_" in text or "dimensionless" in text or "trait." in text] == []
    if lang == "zh":
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in every)

"""``insula meta``: what it prints, and how it refuses."""

import json
import re
from math import exp
from pathlib import Path

import pytest
from click.testing import CliRunner

from insula.cli.main import group
from insula.core.errors import InsulaError
from insula.report.meta_tables import number

DATA = Path(__file__).parents[2] / "reference" / "metafor"


def meta(*arguments):
    found = CliRunner().invoke(group, ["meta", *map(str, arguments)], catch_exceptions=True)
    if isinstance(found.exception, InsulaError):
        return str(found.exception)
    return found.output


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "trials.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_json_holds_what_metafor_says():
    found = json.loads(
        meta(
            DATA / "data" / "bcg.csv",
            "--measure",
            "RR",
            "--by",
            "alloc",
            "--moderators",
            "ablat",
            "--format",
            "json",
        )
    )
    said = json.loads((DATA / "values.json").read_text(encoding="utf-8"))
    wanted = said["pooling"]["RR bcg|REML|knha|95"]
    pooled = found["pooled"]
    assert [pooled["estimate"], pooled["low"], pooled["high"], pooled["tau2"]] == pytest.approx(
        [wanted["beta"], wanted["ci.lb"], wanted["ci.ub"], wanted["tau2"]], rel=1e-8
    )
    assert found["subgroups"]["statistic"] == pytest.approx(
        said["subgroups"]["RR bcg|alloc|REML|z"]["QM"], rel=1e-7
    )
    assert found["regression"]["r2"] == pytest.approx(
        said["regression"]["RR bcg|ablat|REML|knha"]["R2"], rel=1e-7
    )
    assert found["level"] == 0.95
    assert len(found["studies"]) == 13


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Prediction interval", "Heterogeneity")), ("zh", ("预测区间", "异质性"))]
)
def test_tables_speak_both_languages(lang, words):
    printed = meta(DATA / "data" / "pritz1997.csv", "--measure", "PFT", "--lang", lang)
    assert all(word in printed for word in (*words, "Freeman-Tukey"))


def test_help_keeps_the_lines_of_columns_and_examples():
    for arguments, line in (
        (["meta"], "    MD SMD ROM         m1i sd1i n1i m2i sd2i n2i"),
        ([], "    insula check"),
    ):
        printed = CliRunner().invoke(group, [*arguments, "--help"]).output
        assert any(found.startswith(line) for found in printed.splitlines())
        assert "\\b" not in printed


def test_a_study_without_numbers_is_named(table):
    path = table("study,yi,vi\nSmith 2001,0.2,0.1\nJones 2002,,0.1\nLee 2003,0.4,0.2\nKim 2004,0.1,0.1\n")
    assert json.loads(meta(path, "--measure", "GEN", "--format", "json"))["omitted"] == ["Jones 2002"]
    assert "Left out, without effect or variance: Jones 2002" in meta(
        path, "--measure", "GEN", "--lang", "en"
    )


def test_texts_are_moderators_too(table):
    path = table("yi,vi,where\n0.2,0.1,here\n0.5,0.1,there\n0.4,0.2,here\n0.9,0.1,there\n")
    found = json.loads(meta(path, "--measure", "GEN", "--moderators", "where", "--format", "json"))
    assert [row["name"] for row in found["regression"]["coefficients"]] == ["intercept", "where=there"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("study,yi,vi\nSmith,x,1\n", [], 'trials.csv row 2 (Smith)  yi: "x" is no number.'),
        ("study,yi,vi\nSmith,1,1\nLee,2,0\n", [], "trials.csv row 3 (Lee)  vi: must be above 0"),
        ("study,yi\nSmith,1\n", [], 'The measure GEN needs the column "vi".'),
        ("yi,vi\n1,1\n", [], "needs more studies than coefficients"),
        ("yi,vi\n1,1\n2,1\n", ["--by", "y"], 'There is no column "y".'),
        ("yi,vi\n", [], "trials.csv  the table has a header and no study."),
        ("yi,vi,a\n1,1,2\n2,1,2\n3,2,2\n", ["--moderators", "a"], "depend on each other, or are constant"),
        ("yi,vi\n1,1\n2,1\n", ["--level", "95"], "lies between 0 and 1"),
    ],
)
def test_refusals_name_row_and_column(table, text, options, message):
    assert message in meta(table(text), "--measure", "GEN", *options)


def test_the_usual_interval_follows_the_method():
    path = DATA / "data" / "bcg.csv"
    found = [
        json.loads(meta(path, "--measure", "RR", "--method", m, "--format", "json")) for m in ("EE", "REML")
    ]
    assert [answer["interval"] for answer in found] == ["wald", "hksj"]
    assert found[0]["pooled"]["prediction"] is None


def test_an_effect_without_variance_names_its_row(table):
    path = table("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nLi,1,1,9,2,1,9\nWu,1,0,9,2,0,9\n")
    assert "trials.csv row 3 (Wu)  variance: the MD of this study has no variance" in meta(
        path, "--measure", "MD"
    )


def test_one_study_has_a_wald_interval(table):
    found = json.loads(
        meta(table("yi,vi\n1,4\n"), "--measure", "GEN", "--interval", "wald", "--format", "json")
    )
    assert found["pooled"]["tau2"] == 0
    assert found["pooled"]["high"] == pytest.approx(1 + 2 * 1.959963984540054)


BCG = DATA / "data" / "bcg.csv"


def words(*arguments):
    """What is printed, with single spaces."""
    return " ".join(meta(*arguments).split())


@pytest.mark.parametrize(
    ("measure", "name"), [("OR", "log OR"), ("PETO", "log OR"), ("RR", "log RR"), ("RD", "Effect")]
)
def test_a_logarithm_is_called_one(measure, name):
    printed = meta(BCG, "--measure", measure, "--order", "year", "--lang", "en", "--moderators", "ablat")
    heads = [line for line in printed.splitlines() if "95 % interval" in line]
    assert len(heads) == 6  # studies, pooled, regression, small studies, without each, cumulative
    assert all(name in head for head in (*heads[:2], *heads[4:]))
    assert all(("(log" in head) is name.startswith("log") for head in heads[2:4])


def test_the_prediction_interval_is_transformed_back_with_the_effect():
    found = json.loads(meta(BCG, "--measure", "RR", "--format", "json"))["pooled"]
    low, high = map(exp, found["prediction"])
    assert f"[{low:.4g}, {high:.4g}]" in meta(BCG, "--measure", "RR", "--lang", "en")
    assert "Back-transformed" not in meta(BCG, "--measure", "RD", "--lang", "en")


def test_statistics_say_what_they_are():
    asked = (BCG, "--measure", "RR", "--by", "alloc", "--moderators", "ablat,year", "--lang", "en")
    said = json.loads((DATA / "values.json").read_text(encoding="utf-8"))
    between = said["subgroups"]["RR bcg|alloc|REML|z"]["QM"]
    printed = words(*asked)
    assert f"Test of subgroup differences: Q(2) = {between:.4g}, p = " in printed
    assert "Meta-regression: k = 13 studies, R² " in printed
    assert "Test of moderators: F(2, 10) = " in printed
    assert "Test of moderators: Q(2) = " in words(*asked, "--interval", "wald")
    assert "k = 13 项研究" in words(*asked[:-1], "zh")


def test_one_subgroup_has_no_test_of_differences(table):
    path = table("yi,vi,where\n0.2,0.1,here\n0.5,0.1,here\n")
    assert "Test of subgroup differences: fewer than two" in words(
        path, "--measure", "GEN", "--by", "where", "--lang", "en"
    )


def test_rounding_is_printed_as_zero(table):
    """0.1 + 0.2 - 0.3 and its like: the pooled effect is 0 but for the last digit of a double."""
    path = table("yi,vi\n0.1,0.1\n0.2,0.1\n-0.3,0.1\n-0.1,0.3\n-0.2,0.3\n0.3,0.3\n")
    pooled = json.loads(meta(path, "--measure", "GEN", "--format", "json"))["pooled"]["estimate"]
    assert 0 < abs(pooled) < 1e-15
    assert not re.search(r"e-1[5-9]|e-[2-9]\d|-0[ ,\]]", meta(path, "--measure", "GEN", "--lang", "en"))


def test_small_numbers_that_are_no_rounding_stay(table):
    path = table("xi,ti\n3,1e9\n5,1e9\n4,1.1e9\n")
    assert "3.709e-09" in meta(path, "--measure", "IR", "--lang", "en").split("All studies")[1].split("[")[0]
    assert number(1e-31) == "1e-31"

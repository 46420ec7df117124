"""Malformed tables of studies: read rightly where that is certain, else one message with every row, and exit code 2."""

import json

import pytest

from cli_runs import refused
from meta_runs import run_meta

GOOD = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nLi,7.1,1,40,7.9,1.1,38\nWu,6.8,0.9,25,7.2,1,27\nMa,7.4,1.2,60,7.5,1,61\n"


@pytest.fixture
def meta(tmp_path, capsys, monkeypatch):
    """Write a table (bytes, or text in UTF-8) and pool it."""

    def run(data, *options, measure="MD"):
        path = tmp_path / "trials.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return run_meta(capsys, monkeypatch, path, "--measure", measure, *options)

    return run


def numbers(answer):
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace("Li", "李明").replace("Wu", "王芳").replace("study", "研究").encode("gb18030"),
        GOOD.replace(",", ";").replace(".", ",").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        (GOOD + ",,,,,,\n").encode(),
    ],
    ids=["mark", "utf-16", "gb18030", "semicolons", "tabs", "windows", "empty row"],
)
def test_what_is_certain_is_read(meta, data):
    wanted, found = (numbers(meta(one, "--format", "json")) for one in (GOOD, data))
    assert found["pooled"] == wanted["pooled"]
    assert len(found["studies"]) == 3


def test_chinese_columns_are_found_by_their_names(meta):
    table = "研究,疾病,yi,vi\n李,1型,0.1,0.1\n王,2型,0.5,0.1\n马,1型,0.2,0.1\n吴,2型,0.4,0.1\n".encode(
        "gb18030"
    )
    found = numbers(meta(table, "--by", "疾病", "--format", "json", measure="GEN"))
    assert [group["group"] for group in found["subgroups"]["groups"]] == ["1型", "2型"]
    assert [row["study"] for row in found["studies"]] == ["李", "王", "马", "吴"]


def test_every_bad_cell_is_named_in_one_message(meta, tmp_path):
    table = (
        "study,m1i,sd1i,n1i,m2i,sd2i,n2i,unit,kind\n"
        "Li,seven,1,40,7.9,1.1,38,%,\n"
        "Wu,6.8,-0.9,25,7.2,1,27,%,\n"
        "Ma,7.4,1.2,0,7.5,1,61,%,\n"
        "Li,7.4,1.2,60,7.5,1,61,mmol/mol,\n"
        "Xu,nan,1.2,60,inf,1,61,%,\n"
        "He,7.4,1.2,60,7.5,1,61,%,invented\n"
    )
    refused(
        meta(table, "--out", tmp_path / "out"),
        'row 2 (Li)  m1i: "seven" is no number.',
        "row 3 (Wu)  sd1i: must not be negative.",
        "row 4 (Ma)  n1i: must be above 0.",
        "row 5 (Li)  the study is there twice, first in row 2.",
        'row 5 (Li)  unit: "mmol/mol" where other rows have "%".',
        'row 6 (Xu)  m1i: "nan" is no number.',
        'row 6 (Xu)  m2i: "inf" is no number.',
        'row 7 (He)  kind: "invented" is unknown.',
    )
    assert not (tmp_path / "out").exists()


def test_several_wrong_numbers_of_one_row_are_all_named(meta):
    refused(
        meta("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nLi,7,-1,-40,7.9,-1.1,38\nWu,1,1,9,1,1,9\n"),
        "sd1i: must not be negative",
        "n1i: must be above 0",
        "sd2i: must not be negative",
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", ["trials.csv", "the table is empty"]),
        ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\n", ["the table has a header and no study"]),
        (
            "study,m1i,sd1i\nLi,1,1\n",
            [f'needs the column "{name}"' for name in ("n1i", "m2i", "sd2i", "n2i")],
        ),
        (GOOD + "Ho,1,2\nXi,1,1,9,1,1,9,9\n", ["row 5 (Ho)  3 cells under 7 columns", "row 6 (Xi)  8 cells"]),
        (GOOD.replace("Li", "Müller").encode("latin-1"), ["neither UTF-8 nor GB18030"]),
        (b"PK\x03\x04\x00\x00", ["no text at all"]),
        (GOOD.replace("m1i", "m2i", 1), ['column "m2i" is there twice', 'needs the column "m1i"']),
    ],
)
def test_tables_that_cannot_be_read(meta, data, words):
    refused(meta(data), *words)


@pytest.mark.parametrize(
    ("options", "measure", "words"),
    [
        (["--by", "diseas"], "MD", ['There is no column "diseas". Did', '"disease"']),
        (["--order", "yaer", "--cluster", "x"], "MD", ['no column "yaer"', 'no column "x"']),
        (["--method", "MH"], "MD", ["--method MH takes the measures OR RR RD IRR IRD, not MD"]),
        (["--method", "GLMM"], "MD", ["--method GLMM takes the measures PLO IRLN OR IRR, not MD"]),
        (["--shared-control", "disease"], "GEN", ["GEN has no control group", "--cluster"]),
    ],
)
def test_requests_that_do_not_fit_are_refused_by_name(meta, options, measure, words):
    table = GOOD.replace("study", "disease,yi,vi,study").replace("Li", "a,1,1,Li").replace("Wu", "a,2,1,Wu")
    answer = meta(table.replace("Ma", "b,1,2,Ma"), *options, measure=measure)
    refused(answer, *(word for word in words if "Did" not in word))


def test_rows_of_a_shared_control_must_agree(meta):
    table = "study,arm,ai,n1i,ci,n2i\nLi a,Li,3,30,9,60\nLi b,Li,5,30,8,60\nWu,,4,30,6,30\n"
    refused(
        meta(table, "--shared-control", "arm", measure="OR"), 'row 3 (Li b)  arm: "Li" has another control'
    )


def test_a_folder_that_holds_something_is_left_alone(meta, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    refused(meta(GOOD, "--out", tmp_path / "out"), "there is something already")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_judgements_are_checked_all_at_once(meta, tmp_path):
    risk, grade = tmp_path / "rob.csv", tmp_path / "grade.csv"
    risk.write_text("study,D1,overall\nLi,low,terrible\nNobody,high,high\nLi,low,low\n")
    words = ('row 2 (Li)  overall: "terrible"', 'has no study "Nobody"', "judged twice")
    refused(meta(GOOD, "--risk-of-bias", risk, "--out", tmp_path / "out"), *words)
    grade.write_text("outcome,certainty\nHbA1c,good\n,low\n")
    refused(meta(GOOD, "--grade", grade), 'row 2  certainty: "good"', "row 3  outcome: the cell is empty")
    assert not (tmp_path / "out").exists()


CHANGES = "study,m1i,m2i,sd1i,sd2i,ni,ri\nLi,7.1,7.9,0.9,1.1,20,\nWu,6.8,7.8,1.2,1,15,0.5\n"


@pytest.mark.parametrize("measure", ["MC", "SMCC", "SMCR", "MD"])
@pytest.mark.parametrize("correlation", ["1.5", "-1.01", "nan"])
def test_an_assumed_correlation_must_be_one(meta, measure, correlation):
    """A row without `ri` takes the assumed one again and again: an impossible one had no end."""
    table = GOOD if measure == "MD" else CHANGES
    answer = meta(table, f"--correlation={correlation}", measure=measure)
    refused(answer, "--correlation", f"lies between -1 and 1, not {correlation}", "Take the one of a study")


def test_a_written_correlation_must_be_one(meta):
    for options in ((), ("--correlation", "0.4")):
        answer = meta(CHANGES.replace("0.5\n", "1.5\n"), *options, measure="MC")
        refused(answer, "row 3 (Wu)  ri: is a correlation, from -1 to 1.")


@pytest.mark.parametrize(
    ("measure", "table", "words"),
    [
        (
            "OR",
            "study,ai,n1i,ci,n2i\nLi,1.5,20,3,20.5\nWu,2,15,5,14\nMa,2,15,0.25,14\n",
            (
                'row 2 (Li)  ai: "1.5" is no whole number.',
                'row 2 (Li)  n2i: "20.5" is no whole number.',
                'row 4 (Ma)  ci: "0.25" is no whole number.',
                "--shared-control",
            ),
        ),
        ("RR", "study,ai,bi,ci,di\nLi,1,2,3,4.5\nWu,1,2,3,4\n", ('row 2 (Li)  di: "4.5" is no whole',)),
        ("IRR", "study,x1i,t1i,x2i,t2i\nLi,2.5,3.5,3,4.5\n", ('row 2 (Li)  x1i: "2.5" is no whole number.',)),
        ("PLO", "study,xi,ni\nLi,2,3.5\n", ('row 2 (Li)  ni: "3.5" is no whole number.',)),
        ("ZCOR", "study,ri,ni\nLi,.2,20.5\n", ('row 2 (Li)  ni: "20.5" is no whole number.',)),
        (
            "MD",
            "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nLi,7,1,2.5,8,-1,20\nWu,7,1,1,8,0,1\n",
            (
                'row 2 (Li)  n1i: "2.5" is no whole number.',
                "row 2 (Li)  sd2i: must not be negative.",
                "row 3 (Wu)  n1i: must be 2 or more where sd1i is given; a single patient has no SD.",
                "row 3 (Wu)  n2i: must be 2 or more where sd2i is given",
            ),
        ),
        ("MC", CHANGES.replace("20,", "1,0.3"), ("row 2 (Li)  ni: must be 2 or more where sd1i is given",)),
    ],
)
def test_what_nobody_can_have_counted_is_refused_row_by_row(meta, tmp_path, measure, table, words):
    refused(meta(table, "--out", tmp_path / "out", measure=measure), *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("measure", "table"),
    [
        ("IRR", "study,x1i,t1i,x2i,t2i\nLi,2,3.5,3,4.5\nWu,4,30.25,6,29.5\nMa,4,.5,6,.5\n"),
        ("IR", "study,xi,ti\nLi,2,3.5\nWu,4,30.25\nMa,4,.5\n"),
        ("MD", GOOD.replace("study", "dose,study,ni,x1i").replace("\n", "\n0.5,").replace("0.5,Li", "0.5,Li,1.5,2.5")
         .replace("Wu", "Wu,0.5,1").replace("Ma", "Ma,,").removesuffix("0.5,")),
        ("OR", "study,g,ai,n1i,ci,n2i\nLi a,x,3,30,11,61\nLi b,x,5,30,11,61\nWu,,4,30,6,30\nMa,,4,20.0,6,30\n"),
    ],
    ids=["person-time of two", "person-time of one", "columns of no concern", "shared control"],
)  # fmt: skip
def test_what_need_not_be_whole_is_taken(meta, measure, table):
    shared = ("--shared-control", "g") if ",g," in table else ()
    assert numbers(meta(table, *shared, "--format", "json", measure=measure))["pooled"]["studies"] >= 3


def test_too_few_studies_tell_which_were_left_out_and_why(meta):
    one = (
        "1 of 2 studies have no effect or variance and were left out: Li.",
        "ri of before and after is missing: Li.",
    )
    refused(meta(CHANGES, measure="MC"), "needs more studies", *one, "--correlation")
    text = 'The moderator "study" is a text with 2 labels: each but the first has a coefficient.'
    asked = ("--moderators", "study", "--interval", "wald")
    refused(
        meta(CHANGES, *asked, measure="MC"), "are needed for intercept, study=Wu", text, *one, "--correlation"
    )
    nobody = "study,ai,n1i,ci,n2i\nLi,0,20,0,21\nWu,15,15,14,14\n"
    refused(
        meta(nobody, "--method", "EE", measure="PETO"),
        "2 of 2 studies",
        "nobody, or everybody, had",
        "Li, Wu",
    )
    many = "study,yi,vi\n" + "".join(f"S{i:02},1,\n" for i in range(12))
    refused(meta(many, measure="GEN"), "12 of 12 studies", "S00, S01", "S09 and 2 more.")


def test_an_assumed_correlation_is_not_asked_for_again(meta):
    """Where another number is missing, --correlation would not help."""
    table = CHANGES.replace("7.1,", ",", 1)
    answer = meta(table, "--correlation", "0.5", measure="MC")
    assert "left out: Li." in answer.stderr
    assert "stands in" not in answer.stderr
    assert "stands in" not in meta(table, measure="MC").stderr


def test_too_few_studies_name_moderators_that_are_missing(meta):
    table = "study,yi,vi,dose\nLi,1,1,2\nWu,2,1,\nMa,3,1,4\n"
    refused(meta(table, "--moderators", "dose", measure="GEN"), "Left out, a moderator is missing: Wu.")


def test_a_study_without_a_correlation_is_a_note(meta):
    answer = meta(CHANGES + "Ma,6.8,7.9,1,1,15,0.4\n", "--format", "json", measure="MC")
    assert [note["values"] for note in numbers(answer)["notes"] if "--correlation" in note["message"]] == [
        ["Li"]
    ]


def test_a_moderator_with_one_label_is_refused_not_forgotten(meta):
    table = "study,yi,vi,dose,where\nLi,1,1,2,here\nWu,2,1,3,\nMa,3,1,5,here\n"
    for names in ("where", "dose,where"):
        refused(
            meta(table, "--moderators", names, "--interval", "wald", measure="GEN"),
            'The moderator "where" says "here" in all rows',
        )

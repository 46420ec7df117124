"""Tables from anybody's spreadsheet: read rightly where that is certain, refused where it is not."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.core.foreign_tables import read_foreign_csv

TEXT = "研究,效应,备注\n李明 2019,0.5,甲\n王芳 2020,-1.25,乙\n"
WANTED = [("李明 2019", "0.5"), ("王芳 2020", "-1.25")]


def read(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return read_foreign_csv(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_make_no_difference(tmp_path, encoding, separator):
    found = read(tmp_path, TEXT.replace(",", separator).encode(encoding))
    assert found.problems == ()
    assert found.header == ("研究", "效应", "备注")
    assert [(row.cells["研究"], row.cells["效应"]) for row in found.rows] == WANTED


def test_decimal_commas_become_points_when_the_separator_is_another(tmp_path):
    found = read(tmp_path, b"study;yi;note\nLi;-0,5;a, b\nWu;1,25e-1;2,3 mg\n")
    assert found.problems == ()
    assert [tuple(row.cells.values()) for row in found.rows] == [
        ("Li", "-0.5", "a, b"),
        ("Wu", "1.25e-1", "2,3 mg"),
    ]


def test_two_decimal_marks_are_refused_with_every_row(tmp_path):
    found = read(tmp_path, b"study;yi\nLi;0,5\nWu;0.5\nMa;1,250\n")
    assert [problem.row for problem in found.problems] == [2, 4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the table is empty"),
        (b"\n \n", "the table is empty"),
        (b"\nstudy,yi\nLi,1\n", "the first line is empty"),
        (b"PK\x03\x04\x00\x00", "no text at all"),
        ("study,yi\nMüller,1\n".encode("latin-1"), "neither UTF-8 nor GB18030"),
        ("study,yi\nJosé,1\n".encode("latin-1"), "neither UTF-8 nor GB18030"),
        (b'study,yi\n"Li,1\n', "quotes do not match"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, data, words):
    (problem,) = read(tmp_path, data).problems
    assert words in problem.message
    assert problem.suggestion


def test_ragged_rows_and_doubled_columns_are_all_named(tmp_path):
    found = read(tmp_path, b"study,yi,yi\nLi,1,2\nWu,1\nMa,1,2,3\n")
    assert sorted((problem.row, problem.message.split()[0]) for problem in found.problems) == [
        (1, "column"),
        (3, "2"),
        (4, "4"),
    ]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    found = read_foreign_csv(path)
    assert found.problems or found.header
    assert all(set(row.cells) == set(found.header) for row in found.rows)


_CELLS = st.text(st.sampled_from("研究医院患者 abcXYZ,;\"'%()"), max_size=8).map(str.strip)


@given(
    st.lists(st.lists(_CELLS, min_size=2, max_size=2).filter(any), min_size=1, max_size=6),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    st.sampled_from(",;\t"),
)
def test_whatever_a_spreadsheet_writes_is_read_back(tmp_path_factory, rows, encoding, separator):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([["研究", "备注"], *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    found = read_foreign_csv(path)
    assert found.problems == ()
    assert [list(row.cells.values()) for row in found.rows] == rows

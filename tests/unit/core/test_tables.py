import csv

import numpy as np
import pytest

from insula.core.tables import merge_parquet, read_csv, read_parquet, write_csv, write_parquet


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_carry_the_number_a_spreadsheet_shows(tmp_path):
    rows, problems = read_csv(write(tmp_path / "t.csv", 'a,b\n1,"x, y"\n,\n 2 ,z\n'), ["a"], ["b", "c"])
    assert problems == []
    assert [(row.number, row.cells) for row in rows] == [
        (2, {"a": "1", "b": "x, y", "c": ""}),
        (4, {"a": "2", "b": "z", "c": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "symbol,valeu\n",
            [
                'row 1  column "value" is missing.',
                'row 1  unknown column "valeu".\n      Did you mean "value"?',
            ],
        ),
        ("symbol,value,value\n", ['row 1  column "value" is there twice.\n      Keep one.']),
        (
            "symbol,value\nS_I,1,2\n",
            ['row 2 (S_I)  3 cells under 2 columns.\n      A text with a comma needs "quotes".'],
        ),
        ("", ["row 1  the table is empty.\n      First line: symbol,value"]),
    ],
)
def test_every_fault_of_a_table_is_told_with_its_row(tmp_path, text, expected):
    _, problems = read_csv(write(tmp_path / "t.csv", text), ["symbol", "value"])
    shown = [problem.render(tmp_path).removeprefix("ERROR t.csv ") for problem in problems]
    assert [one.startswith(start) for one, start in zip(shown, expected, strict=True)] == [True] * len(
        expected
    )


def test_parquet_is_the_same_bytes_however_it_was_cut(tmp_path):
    columns = {
        "arm": np.array(["a", "b"] * 100_000, dtype=object),
        "value": np.linspace(0, 1, 200_000, dtype=np.float32),
        "day": np.arange(200_000),
    }
    whole = tmp_path / "whole.parquet"
    write_parquet(whole, columns)
    for name, cuts in (("one", [0, 200_000]), ("many", [0, 3, 140_000, 199_999, 200_000])):
        parts = []
        for start, end in zip(cuts[:-1], cuts[1:], strict=True):
            parts.append(tmp_path / f"{name}{start}.parquet")
            write_parquet(parts[-1], {key: values[start:end] for key, values in columns.items()})
        merge_parquet(tmp_path / f"{name}.parquet", parts)
        assert (tmp_path / f"{name}.parquet").read_bytes() == whole.read_bytes()
    back = read_parquet(whole, ["value", "arm"])
    assert list(back) == ["value", "arm"]
    assert back["value"].dtype == np.float32
    assert np.array_equal(back["value"], columns["value"])
    assert back["arm"][1] == "b"
    assert b"pandas" not in whole.read_bytes()
    assert not list(tmp_path.glob("*.unfinished"))


def test_csv_leaves_missing_numbers_empty_and_floats_short(tmp_path):
    write_csv(
        tmp_path / "out" / "t.csv", {"x": np.array([0.1, np.nan]), "name": ["a", None], "n": np.array([1, 2])}
    )
    assert (tmp_path / "out" / "t.csv").read_text() == "x,name,n\n0.1,a,1\n,,2\n"


def test_no_text_of_an_exported_table_is_a_formula(tmp_path):
    texts = ["=1+1", "+cmd", "-cmd", "@sum", "\tx", "＝1", "-1.5", "Li-Wu", ""]
    write_csv(tmp_path / "t.csv", {"=name": texts, "number": np.linspace(-1, 1, 9), "count": [-1] * 9})
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["'=name", "number", "count"]
    assert [row[0] for row in rows] == [
        "'=1+1", "'+cmd", "'-cmd", "'@sum", "'\tx", "'＝1", "-1.5", "Li-Wu", "",
    ]  # fmt: skip
    assert [float(row[1]) for row in rows] == np.linspace(-1, 1, 9).tolist()
    assert {row[2] for row in rows} == {"-1"}

import pytest

from insula.core.yaml_lines import read_yaml


def read(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.8e9", 0.8e9), ("1e3", 1000.0), ("22:30", "22:30"), ("no", "no"), ("010", "010"), ("true", True),
     ("-3", -3),      ("2022-01-01", "2022-01-01"), ("", None), ("null", None), (".5", 0.5),
     ("[1, a]", [1, "a"]), ("1.", 1.0), ("'1'", "1")],
)  # fmt: skip
def test_scalars_are_what_a_reader_sees(tmp_path, text, value):
    read_back = read(tmp_path, f"x: {text}\n").data["x"]
    assert read_back == value
    assert type(read_back) is type(value)


def test_every_key_knows_its_line(tmp_path):
    lined = read(tmp_path, "# a comment\na:\n  - {b: 1}\n  - c:\n      d: 2\n")
    assert lined.lines[("a",)] == 2
    assert lined.lines[("a", 0, "b")] == 3
    assert lined.lines[("a", 1, "c", "d")] == 5
    assert lined.line(("a", 1, "c", "missing")) == 4


def test_a_key_given_twice_is_a_problem(tmp_path):
    (problem,) = read(tmp_path, "a: 1\nb: 2\na: 3\n").problems
    assert problem.render(tmp_path) == 'ERROR x.yaml:3  key "a" is given twice.\n      Keep one.'


def test_a_syntax_error_is_a_problem_with_its_line(tmp_path):
    lined = read(tmp_path, "a: 1\nb: [1, 2\nc: 3\n")
    assert lined.data is None
    assert lined.problems[0].render(tmp_path).startswith("ERROR x.yaml:3  not readable as YAML: ")


def test_an_empty_file_has_no_data(tmp_path):
    assert read(tmp_path, "").data is None


def test_letters_that_are_not_utf_8_are_a_problem_with_their_line(tmp_path):
    path = tmp_path / "patient.yaml"
    path.write_bytes("a: 1\nnote: 患者\n".encode("gb18030"))
    (problem,) = read_yaml(path).problems
    assert (problem.line, problem.message) == (2, "the file is not UTF-8 text.")
    assert "Save it as UTF-8" in problem.suggestion


def test_what_is_no_text_is_a_problem(tmp_path):
    path = tmp_path / "patient.yaml"
    path.write_bytes(b"a: 1\0\n")
    (problem,) = read_yaml(path).problems
    assert "not readable as YAML" in problem.message


def test_a_mark_before_utf_8_is_no_letter(tmp_path):
    path = tmp_path / "patient.yaml"
    path.write_bytes("a: 1\n".encode("utf-8-sig"))
    assert read_yaml(path).data == {"a": 1}

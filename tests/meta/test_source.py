"""The source keeps its own rules: small files and functions, docstrings, no physiological number."""

import ast
from pathlib import Path

import pytest
from source_files import ROOT, functions, modules

FILE_LINES, FUNCTION_LINES = 400, 40
EXCEPTIONS = Path(__file__).with_name("size_exceptions.txt")
MOST_EXCEPTIONS = 1  # may only shrink

# Limits of glucose, in either unit, and the factor between the units: they belong in science/.
PHYSIOLOGICAL = {18.0, 18.016, 18.0156, 18.01559, 54.0, 70.0, 140.0, 180.0, 250.0, 3.9, 7.8, 13.9, 6.5}
# Where one of these is a number of the calculation.
NOT_PHYSIOLOGICAL = {
    ("src/insula/engine/emit/exponentials.py", 54.0): "a power of two",
    ("src/insula/report/figures/profile.py", 18.0): "an hour of the day",
}


def excepted():
    lines = [line for line in EXCEPTIONS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return dict(line.split("  ", 1) for line in lines)


def too_large():
    for name, tree in modules():
        length = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if length > FILE_LINES:
            yield name, length
        for function, node in functions(tree):
            if length_of(node) > FUNCTION_LINES:
                yield f"{name}:{function}", length_of(node)


def length_of(function):
    """Lines of a function, its docstring apart: that is for the reader, and may be as long as it has to be."""
    first = function.body[0]
    docstring = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - docstring * (first.end_lineno - first.lineno + 1)


def test_files_and_functions_are_small():
    allowed = excepted()
    found = dict(too_large())
    assert {name: lines for name, lines in found.items() if name not in allowed} == {}
    assert set(allowed) <= set(found), "an exception that is no longer needed: remove its line"


def test_exceptions_have_reasons_and_do_not_grow():
    assert all(reason.strip() for reason in excepted().values())
    assert len(excepted()) <= MOST_EXCEPTIONS


def public(name):
    """A function inside another one is the other one's own business."""
    return "<locals>" not in name and not any(part.startswith("_") for part in name.split("."))


def test_every_public_thing_has_a_docstring():
    bare = []
    for name, tree in modules():
        things = [(".", tree)] + [(f, node) for f, node in functions(tree) if public(f)]
        things += [(n.name, n) for n in tree.body if isinstance(n, ast.ClassDef) and public(n.name)]
        bare += [f"{name}:{thing}" for thing, node in things if not ast.get_docstring(node)]
    assert bare == []


def numbers(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield float(node.value), node.lineno


def test_no_physiological_number_in_the_source():
    found = {
        (name, value, line)
        for name, tree in modules()
        for value, line in numbers(tree)
        if value in PHYSIOLOGICAL
    }
    allowed = {(name, value) for name, value, _ in found} & set(NOT_PHYSIOLOGICAL)
    assert sorted(place for place in found if place[:2] not in allowed) == []
    assert allowed == set(NOT_PHYSIOLOGICAL), "an allowance that is no longer needed: remove its line"


def test_no_drug_or_disease_in_the_source():
    from insula.core.paths import science_root

    therapies = [folder.name for folder in (science_root() / "biology" / "therapies").iterdir()]
    named = []
    for name, tree in modules():
        code = ast.unparse(_without_docstrings(tree))
        named += [(name, therapy) for therapy in therapies if therapy in code]
    assert therapies
    assert named == []


def _without_docstrings(tree):
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            first = body[0].value
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                first.value = ""
    return tree


@pytest.mark.parametrize("lines", [1, 39, 40, 60])
@pytest.mark.parametrize("docstring", ["", '    """One.\n\n    Two.\n    """\n'])
def test_the_measure_of_functions_counts_their_lines_of_code(lines, docstring):
    ((name, node),) = functions(ast.parse("def f():\n" + docstring + "    x = 1\n" * lines))
    assert (name, length_of(node)) == ("f", lines + 1)

"""No refusal that a user can meet is written in English alone: its text is marked where it is raised."""

import ast
import re
from pathlib import Path

import insula

PACKAGE = Path(insula.__file__).parent
TELLS = re.compile(
    r"^(error|warning|UsageError|BadParameter|NotReproducible|\w*(?<!Value)(?<!Type)(?<!Attribute)Error)$"
)
PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
# Raised by who calls the library, not by what a user of the command line writes; or data, the same in every language.
OF_THE_LIBRARY = {
    "engine",
    "statistics",
    "numpy_reference.py",
    "random_streams.py",
    "unit_checks.py",
    "sensitivity.py",
}


def unmarked(path):
    """Texts that are told as they are, with their line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        for given in node.args if TELLS.match(name) else ():
            parts = given.values if isinstance(given, ast.JoinedStr) else [given]
            text = "X".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            if PROSE.search(text):
                yield f"{path.relative_to(PACKAGE)}:{given.lineno} {text}"


def test_every_refusal_is_marked_for_translation():
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if not OF_THE_LIBRARY & set(path.parts)]
    assert [text for path in paths for text in unmarked(path)] == []


def test_the_search_finds_what_is_not_marked(tmp_path, monkeypatch):
    monkeypatch.setattr("test_marked_refusals.PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text(
        'raise InsulaError(f"There is no {x} here.")\nerror(path, _("no row here"))\n'
    )
    assert list(unmarked(tmp_path / "a.py")) == ["a.py:1 There is no X here."]

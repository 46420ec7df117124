"""`like: <id>`: a text that is its neighbour but for what it says itself."""

import pytest

from insula.catalog.likeness import read_joined

BASE = """
id: base
title: {en: Base, zh: 甲}
traits:
  age: {value: 40, unit: year, source: assumed}
  weight: {value: 70, unit: kg, source: assumed}
eligible:
  - {quantity: trait.age}
"""


@pytest.fixture
def shelf(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")

    def write(name, text):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_blocks_are_joined_quantities_and_lists_replaced(shelf):
    path = shelf(
        "child", "id: child\nlike: base\ntraits:\n  age: {source: 'history:age', unit: year}\neligible: []\n"
    )
    found = read_joined(path)
    assert not found.problems
    assert found.data == {
        "id": "child",
        "title": {"en": "Base", "zh": "甲"},
        "traits": {
            "age": {"source": "history:age", "unit": "year"},
            "weight": {"value": 70, "unit": "kg", "source": "assumed"},
        },
        "eligible": [],
    }


def test_likeness_is_handed_down(shelf):
    shelf("child", "id: child\nlike: base\n")
    found = read_joined(shelf("grandchild", "id: grandchild\nlike: child\n"))
    assert found.data["id"] == "grandchild"
    assert found.data["traits"]["age"]["value"] == 40


def test_an_own_text_can_be_like_one_of_the_science_folder(tmp_path, monkeypatch):
    science, mine = tmp_path / "science" / "populations", tmp_path / "mine" / "populations"
    for folder in (science, mine, tmp_path / "science" / "biology"):
        folder.mkdir(parents=True)
    (science / "base.yaml").write_text(BASE, encoding="utf-8")
    child = mine / "child.yaml"
    child.write_text("id: child\nlike: base\n", encoding="utf-8")
    monkeypatch.setenv("INSULA_SCIENCE", str(science.parent))
    assert read_joined(child).data["traits"]["age"]["value"] == 40
    (mine / "base.yaml").write_text(BASE.replace("40", "50"), encoding="utf-8")
    assert read_joined(child).data["traits"]["age"]["value"] == 50


def test_a_neighbour_that_is_not_there_is_told_with_the_nearest_name(shelf):
    (problem,) = read_joined(shelf("child", "id: child\nlike: bas\n")).problems
    assert 'there is no "bas" to be like' in str(problem)
    assert '"base"' in str(problem)


def test_a_circle_is_told(shelf):
    shelf("one", "id: one\nlike: two\n")
    (problem,) = read_joined(shelf("two", "id: two\nlike: one\n")).problems
    assert "cannot be read" in str(problem) or "is like this one" in str(problem)


def test_the_line_of_an_own_key_is_known(shelf):
    found = read_joined(shelf("child", "id: child\nlike: base\neligible: []\n"))
    assert found.line(("eligible",)) == 3

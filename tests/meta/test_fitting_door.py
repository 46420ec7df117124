"""Code that fits has one door to published rows, `insula.evidence.calibration_rows`, and it holds back validation."""

import ast

import pytest
from source_files import SOURCE, modules

ROOM = "insula.calibration"
DOOR = {f"insula.evidence.calibration_rows.{name}" for name in ("calibration_rows", "PublishedRow")}
# Rooms that read published rows themselves.
CLOSED = ("insula.evidence", "insula.analysis", "insula.report", "insula.checks", "insula.cli")
RAW = {"evidence", "topics", "own_evidence"}  # attributes of a catalog that give raw rows


def side_doors(name, tree):
    """Imports and attributes by which a module of the fitting room could reach other published rows."""
    if not (name == ROOM or name.startswith(f"{ROOM}.")):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [one for one in whole if one.startswith(CLOSED) and one not in DOOR]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith(CLOSED)]
        elif isinstance(node, ast.Attribute) and node.attr in RAW:
            found.append(node.attr)
    return found


def dotted(path):
    return path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def test_the_fitting_room_has_no_other_door():
    assert SOURCE.is_dir()
    assert [(path, door) for path, tree in modules() for door in side_doors(dotted(path), tree)] == []


@pytest.mark.parametrize(
    ("line", "shut"),
    [
        ("from insula.evidence.calibration_rows import calibration_rows", False),
        ("from insula.evidence.calibration_rows import PublishedRow, calibration_rows", False),
        ("from insula.trial.conduct import conduct", False),
        ("from insula.evidence import rows_of_study", True),
        ("from insula.evidence.published import published_rows", True),
        ("import insula.evidence", True),
        ("from insula.evidence.calibration_rows import rows_of_study", True),
        ("import insula.evidence.calibration_rows", True),
        ("from insula import evidence", True),
        ("from insula.analysis import compare_run", True),
        ("rows = catalog.evidence('beta_replacement').outcomes", True),
        ("rows = catalog.topics", True),
    ],
)
def test_the_rule_shuts_every_other_door(line, shut):
    assert bool(side_doors("insula.calibration.fit", ast.parse(line))) is shut

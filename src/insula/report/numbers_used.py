"""Every number that a run stood on: value, unit, spread, source, place, reason."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from insula.core.problems import raise_if_any
from insula.core.tables import read_csv
from insula.report.run_folder import Run, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.report.science_text import ScienceText

KEPT = (
    "symbol value unit spread_type spread_low spread_high distribution varies_by "
    "source place reason population conversion status note"
).split()
NUMERIC = ("value", "spread_low", "spread_high")
_ROOM = re.compile(r"biology/(modules|therapies)/([^/]+)/parameters\.csv")


def numbers_used(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return one row per number, with `where` (module, therapy or text) beside the columns of parameters.csv."""
    rows = [row for kind, name in sorted(_rooms(run, science)) for row in _table_rows(science, kind, name)]
    texts = {"population": science.population, "habits": science.habits, "regimen": science.regimen}
    texts |= {f"protocol {name}": text for name, text in science.protocols.items()}
    for where, text in texts.items():
        rows += [_row(where, path, quantity) for path, quantity in _sourced(text, "")]
    return rows


def count_numbers(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return how many numbers are measured, derived, assumed, fitted ..., and how many were checked."""
    kinds = Counter(kind_of(row) for row in rows)
    status = Counter(str(row["status"] or "proposed") for row in rows)
    return {"by_kind": dict(kinds.most_common()), "by_status": dict(status.most_common())}


def kind_of(row: dict[str, Any]) -> str:
    """Return derived for a formula of other symbols, assumed where nothing was found, else the stated reason."""
    source = str(row["source"])
    if source.startswith("derived:"):
        return "derived"
    return "assumed" if source == "assumed" else str(row["reason"])


def _rooms(run: Run, science: ScienceText) -> set[tuple[str, str]]:
    """Return (modules or therapies, name) of every parameter table that the run used."""
    named = {match.groups() for path in run.manifest.get("hashes", {}) if (match := _ROOM.search(path))}
    named |= {("therapies", name) for name in science.therapies}
    symbols = in_order(run.table("parameters")["symbol"]) if run.table("parameters") else []
    words = {word for symbol in symbols for word in symbol.split(".")}
    biology = science.root / "biology"
    named |= {(kind, word) for kind in ("modules", "therapies") for word in words if (biology / kind / word).is_dir()}
    return {(kind, name) for kind, name in named if (biology / kind / name / "parameters.csv").is_file()}


def _table_rows(science: ScienceText, kind: str, name: str) -> list[dict[str, Any]]:
    rows, problems = read_csv(science.root / "biology" / kind / name / "parameters.csv", KEPT)
    raise_if_any(problems)
    return [{"where": name, **row.cells, **{key: _number(row.cells[key]) for key in NUMERIC}} for row in rows]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _sourced(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a YAML text for quantities that carry a source."""
    if isinstance(node, dict):
        if "source" in node and ("value" in node or _given(node)):
            yield path, node
        for key, child in node.items():
            yield from _sourced(child, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for place, child in enumerate(node):
            name = child.get("id", child.get("therapy", place + 1)) if isinstance(child, dict) else place + 1
            yield from _sourced(child, f"{path}.{name}".lstrip("."))


def _given(node: dict[str, Any]) -> dict[str, Any]:
    """Return the first quantity inside a sourced mapping (a dose, a target, a limit)."""
    return next((child for child in node.values() if isinstance(child, dict) and "value" in child), {})


def _row(where: str, path: str, quantity: dict[str, Any]) -> dict[str, Any]:
    filled = quantity if "value" in quantity else {**_given(quantity), **quantity}
    cells = {key: filled.get(key, None if key in NUMERIC else "") for key in KEPT}
    return {"where": where, **cells, "symbol": path}

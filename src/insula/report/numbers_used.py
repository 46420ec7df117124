"""Every number that a run stood on: value, unit, spread, source, place, reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.report.science_text import ScienceText

_WORDS = (
    *("symbol", "unit", "spread_type", "distribution", "varies_by"),
    *("source", "place", "reason", "population", "status", "note"),
)
_NUMERIC = ("value", "spread_low", "spread_high")
_INHERITED = ("source", "place", "reason", "note")

Row = dict[str, Any]


def numbers_used(science: ScienceText) -> list[Row]:
    """Return one row per number, with `where` (module or text) beside the columns of parameters.csv."""
    rows = []
    for name in science.modules:
        rows += [_row(name, row.symbol, row.model_dump()) for row in science.catalog.modules[name].parameters]
    texts = {"population": science.population, "habits": science.habits, "regimen": science.regimen}
    texts |= dict(science.protocols) | {"endpoints": dict(science.endpoints)}
    for where, text in texts.items():
        rows += [_row(where, path, quantity) for path, quantity in _sourced(text, "", {})]
    return rows


def count_numbers(rows: list[Row]) -> dict[str, dict[str, int]]:
    """Return how many numbers are measured, derived, assumed, fitted ..., and how many were checked."""
    kinds = Counter(kind_of(row) for row in rows)
    status = Counter(row["status"] or "proposed" for row in rows)
    return {"by_kind": dict(kinds.most_common()), "by_status": dict(status.most_common())}


def kind_of(row: Row) -> str:
    """Return derived for a formula of other symbols, assumed where nothing was found, else the reason."""
    if row["source"].startswith("derived:"):
        return "derived"
    return "assumed" if row["source"] == "assumed" else row["reason"] or "measured"


def _sourced(node: Any, path: str, inherited: Row) -> Iterator[tuple[str, Row]]:
    """Walk a text for quantities that carry a source, or stand inside a mapping that does."""
    if isinstance(node, dict):
        given = (
            {**inherited, **{key: node[key] for key in _INHERITED if key in node}}
            if "source" in node
            else inherited
        )
        if "unit" in node and _is_number(node.get("value")) and "source" in given:
            yield path, {**given, **node}
            return
        for key, child in node.items():
            yield from _sourced(child, f"{path}.{key}".lstrip("."), given)
    elif isinstance(node, list):
        for place, child in enumerate(node, start=1):
            yield from _sourced(child, f"{path}.{_name(child, place)}".lstrip("."), inherited)


def _name(child: Any, place: int) -> str:
    """Name an entry of a list by what it is about."""
    names = (
        [child[key] for key in ("id", "therapy", "quantity", "endpoint") if key in child]
        if isinstance(child, dict)
        else []
    )
    return str(names[0] if names else place)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _row(where: str, path: str, quantity: Row) -> Row:
    words = {key: quantity.get(key) or "" for key in _WORDS}
    return {"where": where, **words, **{key: quantity.get(key) for key in _NUMERIC}, "symbol": path}

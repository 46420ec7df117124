"""Amounts per body weight from totals, where the arm has a mean weight."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from insula.core.tables import read_csv
from insula.core.units import convert
from insula.evidence.spread import Moments

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.evidence.harmonise import HarmonisedRow
    from insula.evidence.vocabulary import Vocabulary

BY_WEIGHT = "divided by the mean weight of the arm"
NO_WEIGHT = "no weight of the arm is given"
_COLUMNS = ("total", "per_kg", "note")


def rows_per_weight(
    rows: Iterable[HarmonisedRow], catalog: Catalog, vocabulary: Vocabulary
) -> tuple[HarmonisedRow, ...]:
    """Return a derived row for each harmonised total: the amount per kg, or the reason why there is none.

    The pairs of outcomes stand in ``per_weight.csv``. The SD is divided by the mean weight too, as if all weighed
    the same.
    """
    pairs = read_pairs(catalog.root / "evidence" / "per_weight.csv")
    weights = _weights(catalog)
    return tuple(
        _divide(
            row,
            pairs[row.meaning],
            weights.get((row.topic, row.published.study_id, row.published.arm_id)),
            vocabulary,
        )
        for row in rows
        if row.meaning in pairs and row.scale == "own" and not row.reason
    )


def read_pairs(path: Path) -> dict[str, str]:
    """Return the outcome per kg by the id of the total; none where there is no such file."""
    rows = read_csv(path, _COLUMNS)[0] if path.exists() else []
    return {row.cells["total"]: row.cells["per_kg"] for row in rows}


def _weights(catalog: Catalog) -> dict[tuple[str, str, str], float]:
    arms = ((topic, row.cells) for topic in catalog.topics for row in catalog.evidence(topic).arms)
    return {
        (topic, cells["study_id"], cells["arm_id"]): float(cells["weight_kg_mean"])
        for topic, cells in arms
        if cells["weight_kg_mean"]
    }


def _divide(row: HarmonisedRow, meaning: str, weight: float | None, vocabulary: Vocabulary) -> HarmonisedRow:
    unit = vocabulary.meanings[meaning].unit
    factor = (
        float(convert(1 / weight, f"{row.unit.replace('_per_', '_per_kg_', 1)}", unit))
        if weight
        else math.nan
    )
    old = row.moments
    return replace(
        row,
        meaning=meaning,
        value=row.value * factor,
        low=row.low * factor,
        high=row.high * factor,
        unit=unit,
        moments=Moments(old.mean * factor, old.sd * factor, old.method, old.reason if weight else NO_WEIGHT),
        reason="" if weight else NO_WEIGHT,
        derived=BY_WEIGHT,
    )

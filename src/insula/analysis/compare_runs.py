"""Two runs side by side: the same endpoint, arm and visit, difference of the means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.visit_values import VisitValues, read_visit_values
from insula.core.errors import InsulaError
from insula.core.spoken import _

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COLUMNS = (
    "endpoint",
    "day",
    "arm_first",
    "arm_second",
    "n_first",
    "n_second",
    "first",
    "second",
    "difference",
    "standard_error",
    "pairs",
)


def compare_runs(first: Path, second: Path) -> dict[str, list[Any]]:
    """Compare two run folders.

    Parameters
    ----------
    first, second
        Run folders. An arm is compared with the arm of the same name; where the runs share no arm and each
        has one, these two are compared.

    Returns
    -------
    Columns of `COLUMNS`, in order of endpoint, day and arm. ``first`` and ``second`` are means over the
    patients that
    have a value (of a yes-or-no endpoint: proportions), None where nobody has. ``difference`` is second
    less first,
    over the same candidates where the runs share at least two of them with a value (``pairs``), otherwise
    of the two
    means (``pairs`` 0). ``standard_error`` belongs to the virtual patients only, not to the truth of the
    model.

    Raises
    ------
    InsulaError
        When a folder is no finished run, or the runs share no arm.
    """
    a, b = read_visit_values(first), read_visit_values(second)
    pairs = _arms(a, b)
    if not pairs:
        raise InsulaError(
            _(
                "{first} and {second} share no arm: {names}; {more}. Arms of the same name are compared, "
                "or two runs of one arm each."
            ).format(first=first, second=second, names=", ".join(a.arms), more=", ".join(b.arms))
        )
    lines = [
        {"endpoint": endpoint, "day": day, "arm_first": arm, "arm_second": other, **_compare(one, two)}
        for arm, other in pairs
        for endpoint, day in sorted(a.measured(arm) & b.measured(other))
        for one, two in [(_by_candidate(a, arm, endpoint, day), _by_candidate(b, other, endpoint, day))]
    ]
    lines.sort(key=lambda line: (line["endpoint"], line["day"], line["arm_first"]))
    return {name: [line[name] for line in lines] for name in COLUMNS}


def _arms(a: VisitValues, b: VisitValues) -> list[tuple[str, str]]:
    shared = [(arm, arm) for arm in a.arms if arm in b.arms]
    if not shared and len(a.arms) == len(b.arms) == 1:
        return [(a.arms[0], b.arms[0])]
    return shared


def _by_candidate(run: VisitValues, arm: str, endpoint: str, day: float) -> dict[int, float]:
    _, candidate, _ = run.people(arm)
    values = run.values(arm, endpoint, day)
    return {
        int(who): float(value) for who, value in zip(candidate, values, strict=True) if not np.isnan(value)
    }


def _compare(one: dict[int, float], two: dict[int, float]) -> dict[str, Any]:
    x, y = np.array(list(one.values())), np.array(list(two.values()))
    shared = sorted(set(one) & set(two))
    pairs = len(shared) if len(shared) > 1 else 0
    difference = error = None
    if pairs:
        change = np.array([two[who] - one[who] for who in shared])
        difference, error = float(change.mean()), _standard_error(change)
    elif len(x) and len(y):
        difference = float(y.mean() - x.mean())
        error = float(np.hypot(_standard_error(x), _standard_error(y)))
    return {
        "n_first": len(x),
        "n_second": len(y),
        "first": float(x.mean()) if len(x) else None,
        "second": float(y.mean()) if len(y) else None,
        "difference": difference,
        "standard_error": None if error is None or np.isnan(error) else error,
        "pairs": pairs,
    }


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")

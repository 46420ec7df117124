"""Arms of one study that differ in the dose of one therapy: whether the published order is predicted."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from insula.core.units import convert, convertible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from insula.catalog import Catalog
    from insula.catalog.records import Give, Protocol, Study

Row = dict[str, Any]
_NUMBERS = ("observed", "predicted", "pi_low", "pi_high", "n_published")


def dose_orders(catalog: Catalog, study: Study, rows: Sequence[Row]) -> list[Row]:
    """Return every outcome, statistic and time at which arms with two or more doses of a therapy were judged.

    Arms belong together when they get the same but for the dose of one therapy; one that gets none of it has dose 0.

    Parameters
    ----------
    rows
        Judged rows of this study, with the keys of `insula.analysis.scorecard.COLUMNS`; the primary ones count, of
        several of an arm at one time the one of most patients.

    Returns
    -------
    list
        study_id, therapy, dose_unit, outcome, statistic, unit, time_months; arms in order of dose, with arm_id, dose
        (all infusions together) and the numbers of the row; pairs (of different dose and published number) and
        pairs_alike (those whose predictions differ in the same direction).
    """
    found = []
    for therapy, unit, doses in _dosed_arms(catalog, study):
        groups: dict[tuple[str, str, float], dict[str, Row]] = {}
        for row in rows:
            if row["arm_id"] in doses and row["primary"] and row["time_months"]:
                arms = groups.setdefault((row["outcome"], row["statistic"], row["time_months"]), {})
                there = arms.get(row["arm_id"])
                if there is None or row["n_published"] > there["n_published"]:
                    arms[row["arm_id"]] = row
        for (outcome, statistic, months), arms in groups.items():
            if len({doses[arm] for arm in arms if doses[arm] > 0}) > 1:
                one = next(iter(arms.values()))
                held = [_arm(arm, doses[arm], row) for arm, row in arms.items()]
                held.sort(key=lambda arm: arm["dose"])
                found.append(
                    {"study_id": one["study_id"], "therapy": therapy, "dose_unit": unit, "outcome": outcome,
                     "statistic": statistic, "unit": one["unit"], "time_months": months, "arms": held, **_pairs(held)}
                )  # fmt: skip
    return found


def _arm(arm: str, dose: float, row: Row) -> Row:
    return {"arm_id": arm, "dose": dose, **{name: row[name] for name in _NUMBERS}}


def _pairs(arms: Sequence[Row]) -> dict[str, int]:
    told = [
        (one["observed"] > other["observed"]) == (one["predicted"] > other["predicted"])
        for one, other in combinations(arms, 2)
        if one["dose"] != other["dose"] and one["observed"] != other["observed"]
    ]
    return {"pairs": len(told), "pairs_alike": sum(told)}


def _dosed_arms(catalog: Catalog, study: Study) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Yield therapy, unit of its dose, and dose by arm, wherever two doses above 0 are compared."""
    protocols = {name: _protocol(catalog, study, arm.protocol) for name, arm in study.arms.items()}
    dosed = [give for protocol in protocols.values() for give in protocol.given if give.dose]
    for therapy in dict.fromkeys(give.therapy for give in dosed):
        unit = next(give.dose.unit for give in dosed if give.therapy == therapy and give.dose)
        beside: dict[str, dict[str, float]] = {}
        for name, protocol in protocols.items():
            total = _total(protocol.given, therapy, unit)
            if total is not None:
                beside.setdefault(_rest(protocol, therapy), {})[name] = total
        for arms in beside.values():
            if len({dose for dose in arms.values() if dose > 0}) > 1:
                yield therapy, unit, arms


def _protocol(catalog: Catalog, study: Study, name: str) -> Protocol:
    return study.protocols[name] if name in study.protocols else catalog.protocols[name]


def _total(gives: Iterable[Give], therapy: str, unit: str) -> float | None:
    """Return all doses of a therapy together; None where it is given as a level or in a unit of another kind."""
    total = 0.0
    for give in gives:
        if give.therapy == therapy:
            if give.dose is None or not convertible(give.dose.unit, unit, None):
                return None
            total += float(convert(float(give.dose.value or 0), give.dose.unit, unit))
    return total


def _rest(protocol: Protocol, therapy: str) -> str:
    """Return what else a protocol gives, as text that is the same for the same."""
    others = (give for give in protocol.given if give.therapy != therapy)
    told = ("therapy", "at", "dose", "from_", "to", "target")
    return "; ".join(str(give.model_dump(include=set(told))) for give in others)

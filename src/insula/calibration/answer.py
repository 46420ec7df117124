"""A finished calibration as one JSON object, and its posterior ensemble as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from insula.calibration.effects import effects_of
from insula.statistics.arm_statistics import limits_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.calibration.calibrate import Calibration
    from insula.calibration.effects import Effect
    from insula.calibration.iterations import Ensemble
    from insula.calibration.targets import Target
    from insula.catalog import Catalog

    Floats = NDArray[np.float64]

LEVEL = 0.9
_ENDS = ((1.0 - LEVEL) / 2.0, 0.5, (1.0 + LEVEL) / 2.0)


def answer_of(found: Calibration, catalog: Catalog) -> dict[str, Any]:
    """Return plan, parameters, directions, rows and what was not fitted; intervals are central 90 %."""
    plan = found.plan
    rows = [_row(found, catalog, place) for place in range(len(found.replays.targets))]
    members = len(found.posterior.scores)
    return {
        "plan": plan.id,
        "title": plan.title.model_dump(),
        "level": LEVEL,
        "members": members,
        "members_lost": plan.members - members,
        "patients": plan.patients,
        "seed": plan.seed,
        "iterations": [{"number": one.number, "share": one.share} for one in found.iterations],
        "parameters": _parameters(found),
        "correlation": found.identified.correlation.tolist(),
        "directions": _directions(found),
        "rows": rows,
        "effects": [_effect(found, effect, rows) for effect in effects_of(found.replays)],
        "summary": _summary(rows),
        "unfitted": [
            {
                "study": one.study,
                "arm": one.row.arm_id,
                "outcome": one.row.endpoint or one.row.outcome,
                "time_months": None if np.isnan(one.row.time_months) else one.row.time_months,
                "statistic": one.row.statistic,
                "reason": one.reason,
            }
            for one in found.replays.unfitted
        ],
        "identity": found.identity,
    }


def ensemble_columns(found: Calibration) -> dict[str, Any]:
    """Return the posterior as columns: number of the member, then the value of each parameter in its unit."""
    values = found.replays.values(found.posterior.scores)
    columns = {symbol: values[:, k] for k, symbol in enumerate(found.replays.symbols)}
    return {"member": found.posterior.members, **columns}


def _summary(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Count the rows inside their interval before the fit, after it, and in a fit without their study."""
    left_out = [row["left_out"] for row in rows if row["left_out"]]
    return {
        "rows": len(rows),
        "prior_inside": sum(row["prior"]["inside"] for row in rows),
        "posterior_inside": sum(row["posterior"]["inside"] for row in rows),
        "left_out_rows": len(left_out),
        "left_out_inside": sum(found["inside"] for found in left_out),
    }


def _parameters(found: Calibration) -> list[dict[str, Any]]:
    prior, posterior = (found.replays.values(one.scores) for one in (found.prior, found.posterior))
    rows = []
    for k, (symbol, unit) in enumerate(zip(found.replays.symbols, found.replays.units, strict=True)):
        before, after = (np.quantile(values[:, k], _ENDS).tolist() for values in (prior, posterior))
        scores = np.quantile(found.posterior.scores[:, k], _ENDS).tolist()
        rows.append(
            {
                "symbol": symbol,
                "unit": unit,
                **dict(zip(("prior_low", "prior_median", "prior_high"), before, strict=True)),
                **dict(zip(("low", "median", "high"), after, strict=True)),
                "scores": scores,
                "variance_left": float(found.identified.left[k]),
            }
        )
    return rows


def _directions(found: Calibration) -> list[dict[str, Any]]:
    """Return the combinations, the best known first, with the exponents or weights of their parameters."""
    known = found.identified
    return [
        {
            "variance_left": float(left),
            "identified": bool(told),
            "loadings": dict(zip(found.replays.symbols, loadings.tolist(), strict=True)),
        }
        for left, told, loadings in zip(
            known.directions_left, known.identified, known.directions, strict=True
        )
    ]


def _row(found: Calibration, catalog: Catalog, place: int) -> dict[str, Any]:
    target = found.replays.targets[place]
    row, unit = target.row, target.row.unit
    without = found.left_out.get(target.study)
    endpoint = catalog.endpoints[row.endpoint]
    return {
        "study": target.study,
        "arm": row.arm_id,
        "outcome": row.endpoint,
        "title": endpoint.title.model_dump(),
        "time_months": row.time_months,
        "statistic": row.statistic,
        "unit": unit,
        "n": row.n,
        "published": row.value,
        "noise": target.noise,
        "at_medians": float(found.replays.at_medians[place]),
        "on_days": float(found.replays.on_days[place]),
        "prior": _interval(found.prior, target, place),
        "posterior": _interval(found.posterior, target, place),
        "left_out": _interval(without, target, place) if without else None,
    }


def _effect(found: Calibration, effect: Effect, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Treated less control: published, and the interval of a trial of that size with and without its own rows."""
    treated = rows[effect.treated]
    without = found.left_out.get(treated["study"])
    told = ("study", "outcome", "title", "time_months", "statistic", "unit")
    return {
        **{name: treated[name] for name in told},
        "treated": treated["arm"],
        "control": rows[effect.control]["arm"],
        "published": effect.published,
        "posterior": _effect_interval(effect, found.posterior),
        "left_out": _effect_interval(effect, without) if without else None,
    }


def _effect_interval(effect: Effect, ensemble: Ensemble) -> dict[str, Any]:
    interval = _around(effect.of(ensemble), effect.sampling, effect.published, (-np.inf, np.inf))
    return {**interval, "same_direction": bool(interval["predicted"] * effect.published > 0)}


def _interval(ensemble: Ensemble, target: Target, place: int) -> dict[str, Any]:
    """Mean and interval of a trial of the published size: spread of the members and noise of the row."""
    limits = limits_of(target.row.statistic, target.row.n)
    return _around(ensemble.predicted[:, place], target.noise, target.row.value, limits)


def _around(members: Floats, noise: float, published: float, limits: tuple[float, float]) -> dict[str, Any]:
    mean = float(members.mean())
    half = float(ndtri(_ENDS[2]) * np.hypot(members.std(ddof=1), noise))
    low, high = max(limits[0], mean - half), min(limits[1], mean + half)
    return {"predicted": mean, "low": low, "high": high, "inside": bool(low <= published <= high)}

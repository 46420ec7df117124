"""Counts and errors of a run: baseline beside published, screening, failures, the averaged map."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.criteria_texts import criteria_texts
from insula.core.units import convert
from insula.report.bands import is_share
from insula.report.run_folder import FINISHED, Run, Table, in_order, select
from insula.statistics import weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.report.science_text import ScienceText

_BASELINE_DAY = 0.0
HISTORY = "history:"  # begins the criterion that a life before the study is judged by
FEMALE = "trait.female"  # 1 or 0; stands for the trait sex


def baseline(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return every endpoint before the therapy, over the first arm, beside the published marginal.

    All arms hold the same patients, so one arm is enough; the published value is shown and was never fitted.
    """
    table = run.table("endpoints")
    arm = in_order(table["arm"])[0]
    first = select(table, arm=arm, day=_BASELINE_DAY)
    published = {item["endpoint"]: item["published"] for item in science.study.get("shown_beside") or ()}
    return [_baseline_row(first, name, science, published.get(name)) for name in in_order(first["endpoint"])]


def people(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return who the patients are: every trait that was drawn, beside the published spread it was drawn from."""
    table = run.table("parameters")
    names = [name for name in in_order(table["symbol"]) if name.startswith("trait.")] if table else []
    return [_trait_row(select(table, symbol=name), name, science) for name in names]


def share_given(run: Run, arm: str, step: Mapping[str, Any]) -> float | None:
    """Return the share of an arm that got an entry of its protocol; None where everybody does, or nobody counted."""
    if not step.get("if_on_insulin"):
        return None
    begins = step.get("at") or step["from"]
    day = convert(begins["value"], begins["unit"], "day")
    table = select(run.table("conditional"), arm=arm, day=day, therapy=step["therapy"])
    if not table or not table["given"].size:
        return None
    return weighted.mean(table["given"].astype(float), table.get("weight"))


def weights(run: Run) -> dict[str, Any] | None:
    """Return what the weights of the patients do, as the manifest tells it; None where everybody counts alike."""
    if "matched" not in run.manifest:
        return None
    patients = int(np.unique(run.table("patients")["patient"]).size)
    kept = {name: run.manifest[name] for name in ("effective_sample_size", "matched")}
    return {"patients": patients, **kept}


def _trait_row(table: Table, name: str, science: ScienceText) -> dict[str, Any]:
    traits = science.population["traits"]
    text = traits.get(name.removeprefix("trait."), {})
    if name == FEMALE:
        shares = [trait["share_female"] for trait in traits.values() if "share_female" in trait]
        text = {**shares[0], "unit": "fraction"}
    known, weight = _known(table)  # who is not ill has no duration of the disease
    alike = known.size > 1 and np.ptp(known) == 0  # else rounding would show as a spread
    sd = None if is_share(known) else 0.0 if alike else weighted.sd(known, weight)
    row = {
        "trait": name,
        "title": text.get("title"),
        "unit": text.get("unit", ""),
        "n": int(known.size),
        "mean": weighted.mean(known, weight) if known.size else None,
        "sd": sd,
    }
    return {**row, "published": text or None}


def screening(run: Run, science: ScienceText) -> dict[str, Any]:
    """Return how many candidates were looked at and admitted, and how many passed each criterion.

    ``told`` of a criterion are its parts; None where the population's text no longer has it (the run is older).
    ``never_reached``: how many lived their history without reaching the stage; None where there is no history.
    """
    table = run.table("screening")
    if not table:
        return {
            "candidates": None,
            "admitted": len(set(run.table("patients")["candidate"].tolist())),
            "criteria": [],
            "never_reached": None,
        }
    failed = set(table["candidate"][~table["passed"].astype(bool)].tolist())
    candidates = set(table["candidate"].tolist())
    told = criteria_texts(science.catalog, science.catalog.populations[science.population["id"]])
    criteria: list[dict[str, Any]] = []
    for name in in_order(table["criterion"]):
        passed = select(table, criterion=name)["passed"].astype(bool)
        row = {"criterion": str(name), "judged": int(passed.size), "passed": int(passed.sum())}
        criteria.append({**row, "told": told.get(str(name))})
    lived = [row for row in criteria if row["criterion"].startswith(HISTORY)]
    return {
        "candidates": len(candidates),
        "admitted": len(candidates - failed),
        "criteria": criteria,
        "never_reached": sum(row["judged"] - row["passed"] for row in lived) if lived else None,
    }


def failures(run: Run) -> dict[str, Any]:
    """Return how many patients of each arm finished, and the others by status and reason."""
    table = run.table("patients")
    arms = []
    for arm in in_order(table["arm"]):
        status = select(table, arm=arm)["status"]
        arms.append(
            {"arm": str(arm), "patients": int(status.size), "failed": int((status != FINISHED).sum())}
        )
    kinds = Counter(zip(table["status"].tolist(), table["reason"].tolist(), strict=True))
    reasons = [
        {"status": str(status), "reason": str(reason or ""), "patients": count}
        for (status, reason), count in kinds.most_common()
        if status != FINISHED
    ]
    return {"arms": arms, "reasons": reasons}


def map_error(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return how far the averaged day was from the sampled days, one row per quantity."""
    table = run.table("map_error")
    names = in_order(table["quantity"]) if table else []
    return [{"unit": science.unit(name), **_map_row(select(table, quantity=name), name)} for name in names]


def _baseline_row(
    table: Table, name: str, science: ScienceText, published: dict[str, Any] | None
) -> dict[str, Any]:
    known, weight = _known(select(table, endpoint=name))
    row: dict[str, Any] = {
        "endpoint": str(name),
        "unit": "fraction" if is_share(known) else science.unit(str(name)),
        "measured": science.measured(str(name)),
        "n": int(known.size),
        "published": published,
    }
    if known.size == 0:
        return {**row, "mean": None, "sd": None, "median": None, "p5": None, "p95": None}
    mean = weighted.mean(known, weight)
    if is_share(known):
        return {**row, "mean": mean, "sd": None, "median": None, "p5": None, "p95": None}
    low, middle, high = weighted.quantiles(known, (0.05, 0.5, 0.95), weight)
    return {
        **row,
        "mean": mean,
        "sd": weighted.sd(known, weight),
        "median": float(middle),
        "p5": float(low),
        "p95": float(high),
    }


def _known(table: Table) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the values of a table's patients who have one, and their weights (None where all are alike)."""
    value, weight = table["value"].astype(float), table.get("weight")
    known = np.isfinite(value) if weight is None else np.isfinite(value) & (weight > 0)
    return value[known], None if weight is None else weight[known]


def _map_row(table: Table, name: str) -> dict[str, Any]:
    error = table["predicted"] - table["sampled"]
    known = np.isfinite(error)
    error, sampled = error[known], table["sampled"][known]
    return {
        "quantity": name,
        "n": int(error.size),
        "mean_sampled": float(sampled.mean()) if error.size else None,
        "bias": float(error.mean()) if error.size else None,
        "typical": float(np.sqrt(np.mean(error**2))) if error.size else None,
        "worst_95": float(np.percentile(np.abs(error), 95)) if error.size else None,
    }

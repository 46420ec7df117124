"""Every number of a review as tidy columns, for CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Data = dict[str, Any]
Columns = dict[str, list[Any]]

_NUMBERS = ("estimate", "low", "high", "p", "i2", "tau2", "interval", "single_study")
_EFFECT = (
    "study",
    "disease",
    "role",
    "kind",
    "estimate",
    "low",
    "high",
    "weight_percent",
    "baseline_difference",
)
_VIRTUAL_NUMBERS = (
    "estimate",
    "low",
    "high",
    "typical_low",
    "typical_high",
    "share_significant",
    "share_below_no_effect",
)
_VIRTUAL_EFFECT = (
    "study",
    "disease",
    "role",
    "endpoint",
    "kind",
    "time_months",
    "estimate",
    "low",
    "high",
)
_PLACE = ("outcome", "months", "subgroup", "measure", "unit")


def review_tables(summary: Data) -> dict[str, Columns]:
    """Return the tables of a review by file name; texts in two languages are given in English."""
    cells = summary["cells"]
    return {
        "pooled": _columns(map(_pooled, cells)),
        "study_effects": _columns(_effect(cell, one) for cell in cells for one in cell["effects"]),
        "treated_events": _columns(_counted(cell, one) for cell in cells for one in cell["treated_events"]),
        "published_numbers": _columns(_published(cell, one) for cell in cells for one in cell["published"]),
        "published_findings": _columns(_claim(cell, one) for cell in cells for one in cell["claims"]),
        "judgements": _columns(_place(cell) | one for cell in cells for one in cell["judgements"]),
        "studies": _columns(one | {"reason": _english(one["reason"])} for one in summary["studies"]),
        "rows_not_used": _columns(map(_unused, summary["unused_rows"])),
        "published_without_place": _columns(map(_unplaced, summary["published_without_place"])),
        **(_virtual_tables(summary) if "virtual" in summary else {}),
    }


def _virtual_tables(summary: Data) -> dict[str, Columns]:
    cells = summary["cells"]
    return {
        "virtual_pooled": _columns(map(_virtual_pooled, cells)),
        "virtual_effects": _columns(
            _virtual_effect(cell, one) for cell in cells for one in cell["virtual"]["effects"]
        ),
        "virtual_missing": _columns(
            _place(cell) | one for cell in cells for one in cell["virtual"]["missing"]
        ),
        "virtual_judgements": _columns(
            _place(cell) | one for cell in cells for one in cell["virtual"]["judgements"]
        ),
        "virtual_trials": _columns(summary["virtual"]["trials"]),
    }


def _columns(rows: Iterable[Mapping[str, Any]]) -> Columns:
    found = list(rows)
    return {name: [row[name] for row in found] for name in (found[0] if found else ())}


def _place(cell: Data) -> Data:
    return {name: cell[name] for name in _PLACE}


def _pooled(cell: Data) -> Data:
    pooled = cell["pooled"] or {}
    prediction = pooled.get("prediction") or (None, None)
    return {
        **_place(cell), "studies": cell["k"], "patients": cell["n"],
        **{name: pooled.get(name) for name in _NUMBERS},
        "prediction_low": prediction[0], "prediction_high": prediction[1],
        "verdict": cell["verdict"], "reason": cell["reason"], **_explanation(cell),
    }  # fmt: skip


def _effect(cell: Data, one: Data) -> Data:
    found = _place(cell) | {name: one[name] for name in _EFFECT}
    for side in ("treated", "control"):
        group = one[side]
        found |= {f"{side}_{name}": group[name] for name in ("n", "mean", "sd")}
        found[f"{side}_sd_method"] = "; ".join(group["sd_methods"])
        found[f"{side}_arms"] = " ".join(row["arm"] for row in group["rows"])
        found[f"{side}_rows"] = " ".join(str(row["row"]) for row in group["rows"])
    return found | {"remarks": "; ".join(one["remarks"])}


def _virtual_pooled(cell: Data) -> Data:
    virtual = cell["virtual"]
    pooled = virtual["pooled"] or {}
    return {
        **_place(cell), "trials": virtual["k"], "patients": virtual["n"],
        **{name: pooled.get(name) for name in _VIRTUAL_NUMBERS},
        "verdict": virtual["verdict"], "verdict_of_tables": cell["verdict"], **_explanation(virtual),
    }  # fmt: skip


def _explanation(answer: Data) -> Data:
    found = answer["explanation"] or {"kind": "", "why": ""}
    return {"explanation": found["kind"], "why": _english(found["why"])}


def _virtual_effect(cell: Data, one: Data) -> Data:
    found = _place(cell) | {name: one[name] for name in _VIRTUAL_EFFECT}
    return found | {
        f"{side}_{name}": one[side][name] for side in ("treated", "control") for name in ("n", "mean", "sd")
    }


def _counted(cell: Data, one: Data) -> Data:
    rows = " ".join(str(row["row"]) for row in one["rows"])
    return _place(cell) | one | {"words": " ".join(one["words"]), "rows": rows}


def _published(cell: Data, one: Data) -> Data:
    return _place(cell) | {name: value for name, value in one.items() if name != "original"} | _printed(one)


def _claim(cell: Data, one: Data) -> Data:
    return _place(cell) | one


def _unused(one: Data) -> Data:
    kept = {name: one[name] for name in ("study", "arm", "row", "time_months", "outcome", "statistic")}
    cells = {f"printed_{name}": one["original"][name] for name in ("outcome", "value", "unit")}
    return kept | cells | {"reason": _english(one["reason"])}


def _unplaced(one: Data) -> Data:
    kept = {name: one[name] for name in ("meta_analysis", "row", "estimate", "low", "high", "unit")}
    return kept | _printed(one) | {"reason": one["reason"]}


def _printed(one: Data) -> Data:
    names = ("outcome", "time_months", "subgroup", "measure", "estimate", "ci_low", "ci_high", "seen_in")
    return {f"printed_{name}": one["original"][name] for name in names}


def _english(text: str | dict[str, str]) -> str:
    return text if isinstance(text, str) else text["en"]

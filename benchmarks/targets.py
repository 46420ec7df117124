"""What insula is to reach, and what was measured."""

from collections.abc import Sequence
from typing import Any

OURS = ("insula rodas5p", "insula rodas4")
MIXED = tuple(f"{name} mixed" for name in OURS)
SYNTHETIC, DAY = "synthetic_46", "day"
Target = tuple[str, str, str, float | None]
"""What, at least, reach for, measured."""


def targets(results: dict[str, Any]) -> list[Target]:
    """All targets; measured is nothing where this run did not measure it."""
    found: list[Target] = []
    for what, ours, error, other, least, reach in (
        ("46 states, f64, error 1e-4, times libRoadRunner", OURS, "0.0001", "libRoadRunner", "35", "60"),
        ("46 states, mixed, error 1e-4, times libRoadRunner", MIXED, "0.0001", "libRoadRunner", "70", "130"),
        ("46 states, f64, error 1e-6, times libRoadRunner", OURS, "1e-06", "libRoadRunner", "20", "40"),
        ("46 states, f64, error 1e-4, times pydiffsol", OURS, "0.0001", "pydiffsol", "18", "30"),
    ):
        found.append((what, least, reach, _times(results, SYNTHETIC, ours, error, other)))
    found.append(("one day, times simglucose", "20,000", "100,000", _times_simglucose(results)))
    measured = _times(results, DAY, (*OURS, *MIXED), "0.0001", "libRoadRunner")
    found.append(("one day, error 1e-4, times libRoadRunner", "25", "60", measured))
    for what, least, reach, key in (
        ("46 states, kernel from SBML, cold, s", "1.5", "0.5", "compile_cold_s"),
        ("46 states, kernel from SBML, cached, s", "0.02", "0.005", "compile_cached_s"),
    ):
        ready = results["problems"].get(SYNTHETIC, {}).get("ready", {}).get(OURS[0], {})
        cold = key == "compile_cold_s"
        found.append((what, least, reach, ready[key] + cold * ready["read_sbml_s"] if ready else None))
    return found + _grown(results.get("growth", {}))


def _grown(growth: dict[str, Any]) -> list[Target]:
    stream, call = (
        {row["patients"]: row["seconds"] for row in growth.get(key, ())} for key in ("stream", "patients")
    )
    trial, onset = growth.get("trial", {}), growth.get("new_onset", {})
    few, many = call.get(1_000), call.get(100_000)
    return [
        ("10^5 patients, 5 years, drawn and stored, all cores, s", "60", "20", stream.get(100_000)),
        ("10^3 to 10^5 patients, one core: off a straight line, %", "10", "", _off_line(few, many)),
        ("10^4 newly diagnosed, 5 years, disease clock alone, all cores, s", "10", "", onset.get("seconds")),
        ("1,000 patients x 2 arms, both clocks, all cores, s", "60", "15", trial.get("seconds")),
        ("the same trial, processor time of all cores, s", "", "", trial.get("processor_seconds")),
    ]


def _off_line(few: float | None, many: float | None) -> float | None:
    """By how much a hundred times as many patients take more than a hundred times as long, per cent."""
    return 100 * (many / few / 100 - 1) if few and many else None


def _at(results: dict[str, Any], problem: str, error: str) -> dict[str, float | None]:
    found: dict[str, float | None] = (
        results["problems"].get(problem, {}).get("at_error", {}).get("error_p95", {}).get(error, {})
    )
    return found


def _times(
    results: dict[str, Any], problem: str, ours: Sequence[str], error: str, other: str
) -> float | None:
    at = _at(results, problem, error)
    best = max((at.get(name) or 0.0 for name in ours), default=0.0)
    return best / at[other] if best and at.get(other) else None


def _times_simglucose(results: dict[str, Any]) -> float | None:
    """At an error of 1e-3: simglucose asks its own solver for 1e-6 and takes steps of a minute."""
    rows = results["problems"].get(DAY, {}).get("rows", ())
    other = [row["patients_per_s"] for row in rows if row["engine"] == "simglucose"]
    at = _at(results, DAY, "0.001")
    best = max((at.get(name) or 0.0 for name in (*OURS, *MIXED)), default=0.0)
    return best / other[0] if best and other else None

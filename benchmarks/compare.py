"""Simulators side by side on one problem: interleaved, repeated, on one core, at errors that they reach."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchmarks.accuracy import speed_at
from benchmarks.engines.insula_engine import Insula, Options
from benchmarks.problems import Problem
from benchmarks.worker import Worker, start
from insula.engine.kernel import build_kernel

TARGETS = (1e-3, 1e-4, 1e-6)
REFERENCE = 1e-11
FINE, COARSE = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8), (1e-2, 1e-3, 1e-4, 1e-5)
MULTISTEP = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


@dataclass(frozen=True)
class Effort:
    """How much is measured: repetitions, seconds for one call, different patients."""

    repetitions: int
    seconds: float
    patients: int
    leave_out: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Series:
    """All answers of one simulator at one tolerance."""

    engine: str
    rtol: float
    answers: list[dict[str, Any]] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Medians over the repetitions; errors of the first, which are those of all."""
        first = self.answers[0]
        speeds = [a["n"] / a["seconds"] for a in self.answers]
        found = {
            "engine": self.engine,
            "rtol": self.rtol,
            "patients": first["n"],
            "patients_per_s": float(np.median(speeds)),
            "patients_per_s_range": [min(speeds), max(speeds)],
            "steps": None if math.isnan(first["steps"]) else first["steps"],
            "memory_mb": max(a["memory_mb"] for a in self.answers),
        }
        if first["errors"]:
            found["error_p95"], found["error_max"] = np.quantile(first["errors"], (0.95, 1.0)).tolist()
        return found


def engines(problem: Problem) -> dict[str, tuple[Callable[[Problem], Any], tuple[float, ...]]]:
    """Simulators of a problem by name: how to make one, and the tolerances it is asked for."""
    found: dict[str, tuple[Callable[[Problem], Any], tuple[float, ...]]] = {
        "insula rodas5p": (partial(Insula, options=Options("rodas5p")), FINE),
        "insula rodas4": (partial(Insula, options=Options("rodas4")), FINE),
    }
    if "precision" in inspect.signature(build_kernel).parameters:
        for method in ("rodas5p", "rodas4"):
            found[f"insula {method} mixed"] = (partial(Insula, options=Options(method, "mixed")), COARSE)
    found |= {
        name: (partial(_imported, name), MULTISTEP) for name in ("libRoadRunner", "pydiffsol", "SciPy LSODA")
    }
    if problem.name == "day":
        found["simglucose"] = (partial(_imported, "simglucose"), (1e-6,))
    return found


def _imported(name: str, problem: Problem) -> Any:
    """A simulator whose package is needed in its own process only."""
    match name:
        case "libRoadRunner":
            from benchmarks.engines.roadrunner_engine import RoadRunner as Engine
        case "pydiffsol":
            from benchmarks.engines.diffsol_engine import Diffsol as Engine
        case "SciPy LSODA":
            from benchmarks.engines.lsoda_engine import Lsoda as Engine
        case _:
            from benchmarks.engines.simglucose_engine import Simglucose as Engine
    return Engine(problem)


def compare(problem: Problem, effort: Effort, core: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure all simulators on one problem."""
    wanted = Insula(problem, Options()).run(problem.n_patients, REFERENCE)[0]
    workers, asked = [], {}
    for name, (make, tolerances) in engines(problem).items():
        if (problem.name, name) not in effort.leave_out:
            tell(f"{problem.name}: {name} is made ready")
            workers.append(start(name, make, problem, wanted, core))
            asked[name] = tolerances
    series = _measure(workers, asked, problem.n_patients, effort, tell)
    for worker in workers:
        worker.stop()
    rows = [one.summary() for one in series if one.answers]
    return {
        "title": problem.title,
        "states": problem.system.n_states,
        "patients": problem.n_patients,
        "ready": {w.engine: w.about for w in workers if not w.failure},
        "failures": {w.engine: w.failure for w in workers if w.failure},
        "rows": rows,
        "at_error": at_error(rows),
    }


def _measure(
    workers: list[Worker],
    asked: dict[str, tuple[float, ...]],
    patients: int,
    effort: Effort,
    tell: Callable[[str], None],
) -> list[Series]:
    """Each simulator at each tolerance in turn, and all of that again and again."""
    series = {(w.engine, rtol): Series(w.engine, rtol) for w in workers for rtol in asked[w.engine]}
    sizes: dict[tuple[str, float], int] = {}
    for repetition in range(effort.repetitions):
        for worker in workers:
            tell(f"repetition {repetition + 1}: {worker.engine}")
            for rtol in asked[worker.engine]:
                key = worker.engine, rtol
                if not worker.failure and key not in sizes:
                    sizes[key] = _size(worker, rtol, patients, effort)
                if not worker.failure and sizes[key]:
                    answer = worker.ask(sizes[key], rtol)
                    worker.failure = answer.get("failure", "")
                    if not worker.failure:
                        series[key].answers.append(answer)
    return list(series.values())


def _size(worker: Worker, rtol: float, patients: int, effort: Effort) -> int:
    """How many patients fill the time of a call: all of them and as often as it takes, or as many as it lasts for."""
    few = 1 if worker.engine == "simglucose" else 4
    first = worker.ask(few, rtol)
    if "failure" in first:
        worker.failure = first["failure"]
        return 0
    fitting = int(few * effort.seconds / first["seconds"])
    if worker.engine.startswith("insula"):
        return max(patients, min(2 * fitting, 50 * patients) // patients * patients)
    return int(np.clip(fitting, few, patients))


def at_error(rows: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, float | None]]]:
    """Patients per second at each target, by statistic of the error and by simulator."""
    names = dict.fromkeys(row["engine"] for row in rows if "error_p95" in row)
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for statistic in ("error_p95", "error_max"):
        for target in TARGETS:
            found.setdefault(statistic, {})[f"{target:g}"] = {
                name: speed_at(
                    target,
                    [row[statistic] for row in rows if row["engine"] == name],
                    [row["patients_per_s"] for row in rows if row["engine"] == name],
                )
                for name in names
            }
    return found

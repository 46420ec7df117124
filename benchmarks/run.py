"""Measure everything: ``python -m benchmarks.run`` (10 to 15 minutes) or with ``--quick`` (about 2)."""

import json
import os
from pathlib import Path
from typing import Any

import click

from benchmarks import growth, new_onset, operations, report
from benchmarks.compare import Effort, compare
from benchmarks.machine import describe
from benchmarks.problems import Problem, problems
from benchmarks.worker import pin

HERE = Path(__file__).parent
FULL = Effort(repetitions=5, seconds=0.2, patients=40)
# These need longest until they are ready, up to a minute for one model.
SLOW = {("disease", "libRoadRunner"), ("disease", "pydiffsol"), ("synthetic_115", "pydiffsol")}
SLOW |= {("synthetic_115", "libRoadRunner"), ("day", "simglucose")}
QUICK = Effort(repetitions=1, seconds=0.1, patients=12, leave_out=frozenset(SLOW))


@click.command()
@click.option("--quick", is_flag=True, help="Fewer patients, repetitions and simulators; results are rough.")
@click.option("--only", multiple=True, help="Only these problems; growth is left out.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=HERE, help="Folder of results, table and plots."
)
def main(quick: bool, only: tuple[str, ...], out: Path) -> None:
    """Compare insula with other simulators and write results.json, README.md and plots."""
    tell = lambda text: click.echo(text, err=True)  # noqa: E731
    os.environ["OMP_NUM_THREADS"] = "1"
    effort = QUICK if quick else FULL
    cores = sorted(os.sched_getaffinity(0))
    pin(cores[-1])
    tell("machine and peak")
    results: dict[str, Any] = {"quick": quick, "machine": describe() | {"cores": len(cores)}}
    asked = [p for p in problems(effort.patients) if not only or p.name in only]
    results["problems"] = {p.name: compare(p, effort, cores[-1], tell) | _arithmetic(p) for p in asked}
    if not only:
        results["growth"] = _growth(quick, cores, tell)
    report.write(results, out)
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _arithmetic(problem: Problem) -> dict[str, Any]:
    methods = ("rodas5p", "rodas4")
    return {"flop_per_step": {method: operations.of_step(problem.system, method) for method in methods}}


def _growth(quick: bool, cores: list[int], tell: Any) -> dict[str, Any]:
    tell("growth with patients and states")
    patients = [10, 30, 100, 300, 1000, 3000, 10_000] + ([] if quick else [30_000, 100_000])
    states = [10, 46, 100] if quick else [10, 20, 30, 46, 70, 100, 140, 200]
    repetitions = 1 if quick else 3
    found: dict[str, Any] = {
        "patients": growth.with_patients(patients, repetitions),
        "states": growth.with_states(states, repetitions),
    }
    os.sched_setaffinity(0, cores)
    tell("streams")
    found["stream"] = growth.streamed(growth.GROW[:3] if quick else growth.GROW, workers=len(cores))
    found["new_onset"] = new_onset.five_years(10_000, len(cores), tell)
    if not quick:
        found["trial"] = growth.trial(1000, len(cores), tell)
    return found


if __name__ == "__main__":
    main()

"""How fast studies are pooled, beside metafor: `python -m benchmarks.meta_speed`; JSON to standard output.

Without Rscript and metafor their row says so. Both sides pool the same tables by REML with HKSJ intervals, in one
process on one core; metafor stops at its own, looser limit.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insula.core.random_streams import normal, uniform
from insula.statistics.meta.many import PooledTables, pool_many
from insula.statistics.meta.pooling import pool
from insula.statistics.meta.records import given_effects

Floats = NDArray[np.float64]
TABLES, STUDIES, LARGE = 1000, 20, 10_000
OPTIONS = {"method": "REML", "interval": "hksj"}


def tables(number: int, studies: int) -> tuple[Floats, Floats]:
    """Draw effects and variances, (T, k), with as much variance between studies as within a typical one."""
    who = np.arange(number)
    variance = 0.02 + 0.4 * uniform(1, "meta.speed.variance", who, size=studies)
    total = np.sqrt(variance + 0.2)
    return 0.3 + total * normal(1, "meta.speed.effect", who, size=studies), variance


def best_of(times: int, action: Callable[[], object]) -> float:
    """Return the least of some measured times, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def metafor(y: Floats, variance: Floats, ours: PooledTables) -> dict[str, object]:
    """Time R on the same tables, and say how far its tau2 lie from ours."""
    program = shutil.which("Rscript")
    if program is None:
        return {"missing": "There is no Rscript here."}
    script = Path(__file__).with_suffix(".R")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.csv"
        index = np.repeat(np.arange(len(y)), y.shape[1])
        rows = np.column_stack([index, y.ravel(), variance.ravel()])
        np.savetxt(path, rows, delimiter=",", header="table,yi,vi", comments="", fmt="%.17g")
        done = subprocess.run([program, str(script), str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"missing": f"R stopped: {done.stderr.strip()}"}
    (seconds, version), *tau2 = (line.split() for line in done.stdout.splitlines())
    theirs = np.array([float(value) if value != "NA" else np.nan for (value,) in tau2])
    return {
        "seconds": float(seconds),
        "version": version,
        "without_end": int(np.isnan(theirs).sum()),
        "largest_difference_of_tau2": float(np.nanmax(np.abs(theirs - ours.tau2))),
    }


def measure() -> dict[str, object]:
    """Return all times."""
    y, variance = tables(TABLES, STUDIES)
    large = given_effects(*(column[0] for column in tables(1, LARGE)))
    found: dict[str, object] = {
        "one_table": {"studies": LARGE, "seconds": best_of(5, lambda: pool(large, **OPTIONS))},
        "many_tables": {
            "tables": TABLES,
            "studies": STUDIES,
            "seconds": best_of(5, lambda: pool_many(y, variance, **OPTIONS)),
            "seconds_one_by_one": best_of(
                1, lambda: [pool(given_effects(*row), **OPTIONS) for row in zip(y, variance, strict=True)]
            ),
        },
    }
    found["metafor"] = metafor(y, variance, pool_many(y, variance, **OPTIONS))
    return found


def report(found: dict[str, dict[str, float]]) -> str:
    """Return the times as lines to read."""
    one, many, other = found["one_table"], found["many_tables"], found["metafor"]
    lines = [
        f"{one['studies']} studies in one table, REML and HKSJ: {one['seconds']:.4f} s",
        f"{many['tables']} tables of {many['studies']} studies, together: {many['seconds']:.4f} s",
        f"  the same one by one: {many['seconds_one_by_one']:.2f} s",
    ]
    if "missing" in other:
        return "\n".join([*lines, f"  metafor: {other['missing']}"])
    times = other["seconds"] / many["seconds"]
    alone = other["seconds"] / many["seconds_one_by_one"]
    return "\n".join(
        [
            *lines,
            f"  metafor {other['version']}: {other['seconds']:.2f} s, {times:.0f} times as long ({alone:.1f} times as "
            f"long as one by one), {other['without_end']} tables without end; tau2 of the others differ by "
            f"{other['largest_difference_of_tau2']:.0e} at most",
        ]
    )


if __name__ == "__main__":
    result = measure()
    print(report(result), file=sys.stderr)
    print(json.dumps(result))

"""How time grows: with patients, with states, in streams of patients, in a whole trial."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.engines.insula_engine import Insula, Options
from benchmarks.problems import STUDY, clinic, disease, disease_parameters, ring
from benchmarks.worker import memory_mb
from insula.core.paths import science_root
from insula.engine.schedule import Schedule
from insula.engine.solve import Solution, solve
from insula.engine.stream import solve_stream

RTOL = 1e-5
FIVE_YEARS = np.arange(0.0, 1826.0, 91.25)
LONGEST_TRIAL = 300.0  # s
GROW = (1_000, 3_000, 10_000, 30_000, 100_000)


def with_patients(counts: Sequence[int], repetitions: int) -> list[dict[str, float]]:
    """Seconds for the disease clock with so many patients on one core, median."""
    engine = Insula(disease(200), Options())
    engine.run(16, RTOL)
    found = []
    for n in counts:
        seconds = float(np.median([engine.run(n, RTOL)[1] for _ in range(repetitions if n < 30_000 else 1)]))
        found.append({"patients": n, "seconds": seconds})
    return found


def with_states(counts: Sequence[int], repetitions: int) -> list[dict[str, float]]:
    """Seconds to compile, and microseconds of a patient's step, for rings of so many states."""
    found = []
    for states in counts:
        engine = Insula(ring(states, 64), Options())
        runs = [engine.run(512, RTOL) for _ in range(repetitions)]
        seconds, steps = float(np.median([run[1] for run in runs])), runs[0][2]
        one = {"states": states, "patients_per_s": 512 / seconds, "us_per_step": 1e6 * seconds / 512 / steps}
        found.append(one | {"compile_cold_s": engine.notes["compile_cold_s"]})
    return found


def streamed(counts: Sequence[int], workers: int) -> list[dict[str, float]]:
    """Seconds and resident memory of streams: patients are drawn, integrated for five years and stored.

    Each stream has a process of its own, so that memory is that of this stream.
    """
    found = []
    for n in counts:
        text = f"from benchmarks.growth import stream; stream({n}, {workers})"
        answer = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
        found.append(json.loads(answer.stdout))
    return found


def stream(n: int, workers: int) -> None:
    """Print what one stream of n patients took."""
    place = clinic()
    kernel = place.disease.kernel
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        work = partial(_five_years, place)
        identity = kernel.key
        solve_stream(work, kernel.outputs, n, Path(folder), identity=identity, workers=workers)
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    print(json.dumps({"patients": n, "seconds": seconds, "memory_mb": memory_mb(), "stored_mb": size}))


def _five_years(place: Any, numbers: NDArray[np.int64]) -> Solution:
    schedule = Schedule.readings(len(numbers), FIVE_YEARS)
    return solve(place.disease.kernel, disease_parameters(place, numbers), schedule, rtol=1e-6)


def trial(patients: int, workers: int, tell: Callable[[str], None]) -> dict[str, float | None]:
    """Seconds of a whole trial: both clocks, therapy and usual care, all visits, the report too.

    Beside them the processor time of all its processes, which other work on the machine disturbs less, and the load of
    the machine when it began. Nothing where it needs longer than five minutes.
    """
    tell(f"trial of {patients} patients in each arm")
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder, "two_arms.yaml")
        study.write_text(_with_usual_care(), encoding="utf-8")
        command = [sys.executable, "-m", "insula.cli.main", "run", str(study), "--patients", str(patients)]
        command += ["--workers", str(workers), "--out", f"{folder}/run"]
        load = round(os.getloadavg()[0], 2)
        began, before = time.perf_counter(), _processor_time()
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=LONGEST_TRIAL)
        except subprocess.TimeoutExpired:
            return {"patients": patients, "seconds": None}
        seconds, processor = time.perf_counter() - began, _processor_time() - before
    if done.returncode:
        raise RuntimeError(f"The trial ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    measured = {"seconds": seconds, "processor_seconds": processor, "load_at_start": load}
    return {"patients": patients, **measured}


def _processor_time() -> float:
    """Seconds of processor time of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _with_usual_care() -> str:
    """Text of the study with a second arm."""
    text = yaml.safe_load((science_root() / "studies" / f"{STUDY}.yaml").read_text(encoding="utf-8"))
    text["id"] = "two_arms"
    text["arms"]["control"] = {"protocol": "usual_care", "size": 12, "title": {"en": "Control", "zh": "对照"}}
    return yaml.safe_dump(text, allow_unicode=True)

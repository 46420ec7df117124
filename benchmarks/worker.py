"""One simulator with one problem in a process of its own, pinned to a core, asked again and again."""

import gc
import multiprocessing
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import errors
from benchmarks.problems import Problem

PATIENCE = 180.0  # s; a simulator that needs longer for a model or a call is left out
_FORK = multiprocessing.get_context("fork")


def pin(core: int) -> None:
    """Keep this process on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def memory_mb(field: str = "VmHWM") -> float:
    """Largest resident memory of this process so far (or now: ``VmRSS``), MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(field))


@dataclass
class Worker:
    """A simulator that waits for work; ``about`` is what it said when it was ready, ``failure`` why it is not."""

    engine: str
    process: Any
    pipe: Connection
    about: dict[str, Any]
    failure: str = ""

    def ask(self, n: int, rtol: float) -> dict[str, Any]:
        """Let it run n patients; the answer has seconds, steps and errors, or only a failure."""
        return self._answer((n, rtol))

    def _answer(self, question: tuple[int, float] | None) -> dict[str, Any]:
        if question:
            self.pipe.send(question)
        try:
            if self.pipe.poll(PATIENCE):
                answer: dict[str, Any] = self.pipe.recv()
                return answer
            self.process.kill()
            return {"failure": f"needs more than {PATIENCE:g} s"}
        except (EOFError, OSError):
            return {"failure": "the process ended"}

    def stop(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.join()


def start(
    name: str, make: Callable[[Problem], Any], problem: Problem, wanted: NDArray[np.float64], core: int
) -> Worker:
    """Start a simulator and wait until it is ready."""
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(make, problem, wanted, core, there), daemon=True)
    process.start()
    there.close()
    worker = Worker(name, process, here, {})
    worker.about = worker._answer(None)
    worker.failure = worker.about.get("failure", "")
    return worker


def _serve(
    make: Callable[[Problem], Any], problem: Problem, wanted: NDArray[np.float64], core: int, pipe: Connection
) -> None:
    pin(core)
    gc.collect()
    before = memory_mb("VmRSS")
    try:
        began = time.perf_counter()
        engine = make(problem)
        ready = {"compile_s": engine.compile_s, "ready_s": time.perf_counter() - began, **engine.notes}
        pipe.send(ready)
        while True:
            n, rtol = pipe.recv()
            table, seconds, steps = engine.run(n, rtol)
            found = [] if table is None else errors(table[: len(wanted)], wanted[: len(table)]).tolist()
            pipe.send(
                {
                    "n": n,
                    "seconds": seconds,
                    "steps": steps,
                    "errors": found,
                    "memory_mb": memory_mb() - before,
                }
            )
    except EOFError:
        return
    except Exception as error:  # whatever a simulator does, the others go on
        traceback.clear_frames(error.__traceback__)
        pipe.send({"failure": f"{type(error).__name__}: {str(error)[:200]}"})

"""The engine of this project."""

import os
import tempfile
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import Problem
from insula.compiler.read_sbml import build_system
from insula.engine import kernel as kernels
from insula.engine.kernel import build_kernel
from insula.engine.solve import solve


@dataclass(frozen=True)
class Options:
    """What the kernel is built with."""

    method: str = "rodas5p"
    precision: str = ""


class Insula:
    """One kernel, all patients in one call."""

    def __init__(self, problem: Problem, options: Options) -> None:
        self._problem = problem
        self._extra = {"precision": options.precision} if options.precision else {}
        self._method = options.method
        self.notes = self._compile_times()
        self.compile_s = self.notes["compile_cold_s"]
        self._kernel = self._build()
        self._atol = problem.atol(1.0)  # also what is computed once is computed before the clock runs

    def _build(self) -> kernels.Kernel:
        return build_kernel(self._problem.system, self._problem.outputs, self._method, **self._extra)

    def _compile_times(self) -> dict[str, float]:
        """Seconds to read the SBML, to compile with an empty cache, and to load from the cache."""
        found = {}
        began = time.perf_counter()
        build_system(self._problem.sbml)
        found["read_sbml_s"] = time.perf_counter() - began
        with tempfile.TemporaryDirectory() as folder:
            before = os.environ.get("INSULA_CACHE")
            os.environ["INSULA_CACHE"] = folder
            for name in ("compile_cold_s", "compile_cached_s"):
                kernels._LOADED.clear()  # as in a new process
                began = time.perf_counter()
                self._build()
                found[name] = time.perf_counter() - began
            os.environ.pop("INSULA_CACHE") if before is None else os.environ.update(INSULA_CACHE=before)
        return found

    def run(self, n: int, rtol: float) -> tuple[NDArray[np.float64], float, float]:
        """Outputs (n, T, Q), seconds, and steps of a patient in the mean; beyond the last the first comes again."""
        p = self._problem
        rows, schedule = p.parameters[np.arange(n) % p.n_patients], p.schedule(self._kernel, n)
        began = time.process_time()
        found = solve(self._kernel, rows, schedule, rtol=rtol, atol=self._atol * rtol)
        seconds = time.process_time() - began
        return found.table(), seconds, float(found.steps.mean())

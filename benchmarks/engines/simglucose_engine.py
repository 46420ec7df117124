"""Simglucose (dopri5 in minutes, one patient after another): its own adult on a day of the same meals."""

import contextlib
import io
import time
import warnings

from benchmarks.problems import MEALS, Problem

DAY = 1440  # min
UNITS_PER_PMOL = 1 / 6000.0


class Simglucose:
    """Patient-days of the bare patient model: no sensor, pump or controller, which would only add to the time."""

    def __init__(self, _: Problem) -> None:
        warnings.simplefilter("ignore")
        began = time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):
            from simglucose.patient.t1dpatient import Action, T1DPatient
        self.compile_s = time.perf_counter() - began
        self.notes: dict[str, float] = {}
        self._patient, self._action = T1DPatient, Action

    def run(self, n: int, rtol: float) -> tuple[None, float, float]:
        """Seconds for n days; its tolerance is its own and its model another one, so nothing is compared."""
        _ = rtol
        meals, boluses = ({round(minute): row[k] for minute, *row in MEALS} for k in (0, 1))
        began = time.process_time()
        for _ in range(n):
            patient = self._patient.withName("adult#001")
            basal = patient._params.u2ss * patient._params.BW * UNITS_PER_PMOL
            for minute in range(DAY):
                step = self._action(CHO=meals.get(minute, 0), insulin=basal + boluses.get(minute, 0.0))
                patient.step(step)
        return None, time.process_time() - began, float("nan")

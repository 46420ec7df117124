"""Integrates many patients, each through their own schedule."""

import ctypes
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insula.core.errors import ProtocolError
from insula.engine.emit.formats import WIDEST
from insula.engine.emit.layout import JOB
from insula.engine.kernel import Kernel
from insula.engine.precision import check_tolerances
from insula.engine.schedule import READ, Schedule, rows_of
from insula.engine.status import Status

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Solution:
    """What P patients came to.

    Attributes
    ----------
    values : (S, Q) float64, model units
        Outputs at all readings, patient after patient; NaN in readings that a failed patient did not reach.
    row_time : (S,) model time of the readings
    row_start : (P + 1,)
        Readings of patient p are ``row_start[p]`` to ``row_start[p + 1] - 1``.
    state, inputs : (P, N), (P, U)
        At the end, which for a failed patient is the moment of failure.
    status : (P,) see :class:`insula.engine.status.Status`
    time : (P,) model time of the end
    steps : (P,) attempted steps
    repeated : (P,)
        Whether mixed precision would not do, so that the patient was integrated again in double precision.
    """

    values: Floats
    row_time: Floats
    row_start: Ints
    state: Floats
    inputs: Floats
    status: Ints
    time: Floats
    steps: Ints
    repeated: NDArray[np.bool_]

    @property
    def ok(self) -> NDArray[np.bool_]:
        """(P,) Whether the patient reached the end of the schedule."""
        return np.asarray(self.status == Status.OK)

    def explain(self, patient: int) -> str:
        """Say for a person how the integration of one patient ended, and when."""
        status = Status(int(self.status[patient]))
        end = f"stopped at {self.time[patient]:g} after {self.steps[patient]} steps"
        return f"{status.name}, {end}. {status.explanation}"

    def table(self) -> Floats:
        """Values as (P, T, Q), where every patient is read at the same T times.

        Raises
        ------
        ProtocolError
            If the times differ; names a patient.
        """
        counts = np.diff(self.row_start)
        n_patients, n_times = len(counts), int(counts[0]) if len(counts) else 0
        times = self.row_time.reshape(n_patients, n_times) if (counts == n_times).all() else None
        if times is None or not (times == times[:1]).all():
            odd = int(np.argmax(counts != n_times if times is None else (times != times[:1]).any(axis=1)))
            raise ProtocolError(
                f"patient {odd} is not read at the same times as patient 0, so there is no common table. "
                "Use values with row_start and row_time."
            )
        return self.values.reshape(n_patients, n_times, self.values.shape[1])


def solve(
    kernel: Kernel,
    parameters: ArrayLike,
    schedule: Schedule,
    *,
    initial: ArrayLike | None = None,
    inputs: ArrayLike | None = None,
    start: float = 0.0,
    rtol: float = 1e-6,
    atol: ArrayLike = 1e-9,
    max_steps: int = 100_000,
) -> Solution:
    """Integrate every patient from ``start`` to their last scheduled time.

    A patient's numbers depend on that patient alone: not on the others, their order or number.

    Parameters
    ----------
    parameters : (P, K), or (K,) for all patients, model units
        A NaN makes the patient fail if the model uses it.
    initial : (P, N) or (N,), optional
        States at the start; those of the model if left out.
    inputs : (P, U) or (U,), optional
        Inputs at the start; those of the model if left out.
    rtol, atol : scalar; scalar or (N,), model units
        Local error allowed per step: ``atol + rtol * |state|``, root mean square over the states.
    max_steps
        Attempted steps that one patient may take.

    Raises
    ------
    ProtocolError
        If a shape, tolerance or row of the schedule does not fit the kernel.
    """
    n = schedule.n_patients
    _check_schedule(kernel, schedule, start)
    given = _Given(
        parameters=_patient_rows("parameters", parameters, n, kernel.parameters),
        initial=_starting_values("initial", initial, n, kernel.states),
        inputs=_starting_values("inputs", inputs, n, kernel.inputs),
        start=start,
        rtol=rtol,
        atol=_tolerances(kernel, rtol, atol),
        max_steps=max_steps,
    )
    solution = _run(kernel, given, schedule)
    failed = np.flatnonzero(~solution.ok)
    if kernel.exact is not None and len(failed):
        again = _run(kernel.exact(), given.of(failed), schedule.part(failed))
        _replace(solution, failed, again)
    return solution


@dataclass(frozen=True, eq=False)
class _Given:
    """What :func:`solve` is given besides kernel and schedule, checked and in plain arrays."""

    parameters: Floats
    initial: Floats | None
    inputs: Floats | None
    start: float
    rtol: float
    atol: Floats
    max_steps: int

    def of(self, patients: Ints) -> "_Given":
        """Return what some of the patients are given."""
        return replace(
            self,
            parameters=self.parameters[patients] if self.parameters.ndim == 2 else self.parameters,
            initial=None if self.initial is None else self.initial[patients],
            inputs=None if self.inputs is None else self.inputs[patients],
        )


def _run(kernel: Kernel, given: _Given, schedule: Schedule) -> Solution:
    solution, work = _empty_solution(kernel, schedule), _aligned(kernel.work_bytes)
    fields = {
        "n_patients": schedule.n_patients,
        "next_patient": 0,
        "parameters": _address(given.parameters),
        "parameter_stride": len(kernel.parameters) if given.parameters.ndim == 2 else 0,
        "initial": _address(given.initial),
        "given_inputs": _address(given.inputs),
        "start": _bits(given.start),
        "rtol": _bits(given.rtol),
        "atol": _address(given.atol),
        "max_steps": given.max_steps,
        "work": _address(work),
        **_table_fields(schedule, solution),
    }
    job = (ctypes.c_int64 * len(JOB))(*(fields[name] for name in JOB))
    kernel.run(ctypes.addressof(job))
    return solution


def _replace(solution: Solution, patients: Ints, again: Solution) -> None:
    """Put the second run of some patients in the place of the first."""
    solution.values[rows_of(solution.row_start, patients)] = again.values
    for name in ("state", "inputs", "status", "time", "steps"):
        getattr(solution, name)[patients] = getattr(again, name)
    solution.repeated[patients] = True


def _table_fields(schedule: Schedule, solution: Solution) -> dict[str, int]:
    """Addresses of the rows to serve and of the arrays to fill."""
    return {
        "first_row": _address(schedule.start),
        "row_time": _address(schedule.time),
        "row_action": _address(schedule.action),
        "row_amount": _address(schedule.amount),
        "row_save": _address(schedule.save),
        "values": _address(solution.values),
        "final_state": _address(solution.state),
        "final_inputs": _address(solution.inputs),
        "final_status": _address(solution.status),
        "final_time": _address(solution.time),
        "final_steps": _address(solution.steps),
    }


def _address(array: NDArray[Any] | None) -> int:
    return 0 if array is None else int(array.ctypes.data)


def _bits(value: float) -> int:
    """Eight bytes of a double, as the integer that the job holds."""
    return int(np.float64(value).view(np.int64))


def _aligned(size: int) -> NDArray[np.uint8]:
    buffer = np.zeros(size + WIDEST, np.uint8)
    offset = -buffer.ctypes.data % WIDEST
    return buffer[offset : offset + size]


def _empty_solution(kernel: Kernel, schedule: Schedule) -> Solution:
    n, reads = schedule.n_patients, schedule.reads
    return Solution(
        values=np.full((len(reads), len(kernel.outputs)), np.nan),
        row_time=schedule.time[reads],
        row_start=np.searchsorted(reads, schedule.start),
        state=np.full((n, len(kernel.states)), np.nan),
        inputs=np.full((n, len(kernel.inputs)), np.nan),
        status=np.zeros(n, np.int64),
        time=np.full(n, np.nan),
        steps=np.zeros(n, np.int64),
        repeated=np.zeros(n, np.bool_),
    )


# checks ---------------------------------------------------------------------------------
def _check_schedule(kernel: Kernel, schedule: Schedule, start: float) -> None:
    _refuse(kernel, schedule, schedule.time < start, f"lies before the start {start:g}")
    known = len(kernel.actions)
    unknown = (schedule.action != READ) & ((schedule.action < 0) | (schedule.action >= known))
    names = ", ".join(kernel.actions) or "none"
    _refuse(kernel, schedule, unknown, f"asks for an action that does not exist ({known} known: {names})")


def _refuse(kernel: Kernel, schedule: Schedule, wrong: NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        patient = int(np.searchsorted(schedule.start, row, side="right")) - 1
        raise ProtocolError(
            f"{kernel.name}: schedule of patient {patient}, time {schedule.time[row]:g}, "
            f"action {schedule.action[row]}: {why}."
        )


def _patient_rows(name: str, values: ArrayLike, n: int, columns: tuple[str, ...]) -> Floats:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape not in ((n, len(columns)), (len(columns),)):
        raise ProtocolError(
            f"{name} has shape {array.shape}; ({n}, {len(columns)}) is needed, one row per patient and "
            f"one column per name, or ({len(columns)},) for all patients alike."
        )
    return array


def _starting_values(name: str, values: ArrayLike | None, n: int, columns: tuple[str, ...]) -> Floats | None:
    if values is None:
        return None
    rows = _patient_rows(name, values, n, columns)
    return np.ascontiguousarray(np.broadcast_to(rows, (n, len(columns))))


def _tolerances(kernel: Kernel, rtol: float, atol: ArrayLike) -> Floats:
    n = len(kernel.states)
    absolute = np.asarray(atol, dtype=np.float64)
    if absolute.shape not in ((), (n,)):
        raise ProtocolError(f"atol has shape {absolute.shape}; a single number or ({n},) is needed.")
    if not rtol > 0.0 or not (absolute > 0.0).all():
        raise ProtocolError(f"rtol ({rtol}) and atol must be greater than 0.")
    check_tolerances(kernel.precision, rtol, float(absolute.min(initial=np.inf)))
    return np.ascontiguousarray(np.broadcast_to(absolute, (n,)))

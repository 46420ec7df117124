"""When each patient is read and what is done to them: one table of timed rows."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insula.core.errors import ProtocolError

READ = -1
"""In place of an action: read the outputs."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Timed rows of P patients, patient after patient, each in order of time.

    At one time all readings come first, then the actions in the order they were given.

    Attributes
    ----------
    start : (P + 1,)
        Rows of patient p are ``start[p]`` to ``start[p + 1] - 1``.
    time : (R,) float64, model time, finite
    action : (R,)
        Number of an action of the kernel, or :data:`READ`.
    amount : (R,) float64
        What the action is given; NaN in readings.
    save : (R,)
        Row of the solution's values that a reading fills, -1 for actions.
    """

    start: Ints
    time: Floats
    action: Ints
    amount: Floats
    save: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Refuse columns that machine code could not read; number the readings."""
        for name, kind in _COLUMNS.items():
            column = getattr(self, name)
            if column.dtype != kind or column.ndim != 1 or not column.flags.c_contiguous:
                raise ProtocolError(f"schedule: {name} must be a plain array of {kind.__name__}. Use build.")
        rows = {len(getattr(self, name)) for name in _COLUMNS if name != "start"}
        fits = len(rows) == 1 and len(self.start) and self.start[0] == 0 and self.start[-1] in rows
        if not fits or (np.diff(self.start) < 0).any():
            raise ProtocolError("schedule: the columns do not fit together. Use build.")
        save = np.full(len(self.action), -1, np.int64)
        save[self.reads] = np.arange(len(self.reads))
        object.__setattr__(self, "save", save)

    @cached_property
    def reads(self) -> Ints:
        """(S,) Rows that are readings."""
        return np.flatnonzero(self.action == READ)

    @property
    def n_patients(self) -> int:
        """Number of patients, P."""
        return len(self.start) - 1

    @property
    def n_readings(self) -> int:
        """Number of readings, S."""
        return len(self.reads)

    @staticmethod
    def build(
        n_patients: int, patient: ArrayLike, time: ArrayLike, action: ArrayLike, amount: ArrayLike = np.nan
    ) -> "Schedule":
        """Sort rows given in any order.

        Parameters
        ----------
        patient : (R,) integers from 0 to P - 1
        time : (R,) or scalar, model time
        action : (R,) or scalar
            Number of an action, or :data:`READ`.
        amount : (R,) or scalar
            May be NaN only where nothing is done or the action takes no amount.

        Raises
        ------
        ProtocolError
            Naming the first row at fault.
        """
        who, when, what, amounts = _columns(patient, time, action, amount)
        _check_patients(who, n_patients)
        _check_times(when, who)
        order = np.lexsort((what != READ, when, who))
        return Schedule(
            start=np.searchsorted(who[order], np.arange(n_patients + 1)).astype(np.int64),
            time=when[order],
            action=what[order],
            amount=amounts[order],
        )

    @staticmethod
    def table(readings: ArrayLike, time: Floats, action: Ints, amount: Floats, there: Bools) -> "Schedule":
        """Patients side by side, which sorts ten times as fast: all are read at the same (T,) times.

        Parameters
        ----------
        time, action, amount, there : (P, R)
            Row p is what is done to patient p, in any order; where ``there`` is false nothing is done.

        Raises
        ------
        ProtocolError
            Naming the first patient at fault.
        """
        each = np.atleast_1d(np.asarray(readings, np.float64))
        _check_table(each, time, action)
        (n, done), read = time.shape, (len(time), len(each))
        when = np.concatenate([np.broadcast_to(each, read), time], axis=1)
        what = np.concatenate([np.full(read, READ), action], axis=1)
        amounts = np.concatenate([np.full(read, np.nan), amount], axis=1)
        kept = np.concatenate([np.ones(read, np.bool_), there], axis=1)
        order = np.argsort(when, axis=1, kind="stable") + np.arange(n)[:, None] * (len(each) + done)
        rows = order[kept.ravel()[order]]
        return Schedule(
            start=np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64),
            time=when.ravel()[rows],
            action=what.ravel()[rows],
            amount=amounts.ravel()[rows],
        )

    def part(self, patients: Ints) -> "Schedule":
        """Schedule of some of the patients, in ascending order, numbered anew."""
        rows = rows_of(self.start, patients)
        return Schedule(
            start=np.concatenate([[0], np.cumsum(np.diff(self.start)[patients])]).astype(np.int64),
            time=self.time[rows],
            action=self.action[rows],
            amount=self.amount[rows],
        )

    @staticmethod
    def readings(n_patients: int, times: ArrayLike) -> "Schedule":
        """Every patient read at the same (T,) times."""
        each = np.atleast_1d(np.asarray(times, dtype=np.float64))
        who = np.repeat(np.arange(n_patients), len(each))
        return Schedule.build(n_patients, who, np.tile(each, n_patients), READ)


def rows_of(start: Ints, patients: Ints) -> Ints:
    """Row numbers of some patients, where those of patient p are ``start[p]`` to ``start[p + 1] - 1``."""
    counts = np.diff(start)[patients]
    before = np.cumsum(counts) - counts
    return np.repeat(start[patients] - before, counts) + np.arange(counts.sum())


_COLUMNS: dict[str, type[np.generic]] = {
    "start": np.int64,
    "time": np.float64,
    "action": np.int64,
    "amount": np.float64,
}


def _columns(
    patient: ArrayLike, time: ArrayLike, action: ArrayLike, amount: ArrayLike
) -> tuple[Ints, Floats, Ints, Floats]:
    who = np.atleast_1d(_integers("patient", patient))
    when, what = np.asarray(time, np.float64), _integers("action", action)
    amounts = np.asarray(amount, np.float64)
    for name, shape in (("time", when.shape), ("action", what.shape), ("amount", amounts.shape)):
        if shape not in ((), who.shape):
            raise ProtocolError(
                f"schedule: {name} has shape {shape}, patient has {who.shape}. "
                "Give one entry per row, or a single one."
            )
    return (
        who,
        np.broadcast_to(when, who.shape),
        np.broadcast_to(what, who.shape),
        np.broadcast_to(amounts, who.shape),
    )


def _integers(name: str, values: ArrayLike) -> Ints:
    raw = np.asarray(values)
    if raw.size and not np.issubdtype(raw.dtype, np.integer):
        raise ProtocolError(f"schedule: {name} must be integers, not {raw.dtype}.")
    return raw.astype(np.int64)


def _check_patients(who: Ints, n_patients: int) -> None:
    wrong = np.flatnonzero((who < 0) | (who >= n_patients))
    if len(wrong):
        row = int(wrong[0])
        raise ProtocolError(
            f"schedule row {row}: patient {who[row]} does not exist; there are {n_patients}, counted from 0."
        )


def _check_times(when: Floats, who: Ints) -> None:
    wrong = np.flatnonzero(~np.isfinite(when))
    if len(wrong):
        row = int(wrong[0])
        raise ProtocolError(f"schedule row {row}, patient {who[row]}: time {when[row]} is not finite.")


def _check_table(readings: Floats, time: Floats, action: Ints) -> None:
    if not np.isfinite(readings).all():
        raise ProtocolError("schedule: a time of the readings is not finite.")
    wrong = np.argwhere(~np.isfinite(time) | (action == READ))
    if len(wrong):
        p, k = (int(place) for place in wrong[0])
        raise ProtocolError(
            f"schedule of patient {p}, row {k}: time {time[p, k]} must be finite and action {action[p, k]} no reading."
        )

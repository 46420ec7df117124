"""Where everything lies: the work space of one call and the record that Python hands over."""

from collections.abc import Mapping
from dataclasses import dataclass

JOB = (
    "n_patients",
    "next_patient",
    "parameters",
    "parameter_stride",
    "initial",
    "given_inputs",
    "start",
    "rtol",
    "atol",
    "max_steps",
    "first_row",
    "row_time",
    "row_action",
    "row_amount",
    "row_save",
    "values",
    "final_state",
    "final_inputs",
    "final_status",
    "final_time",
    "final_steps",
    "work",
)
"""Fields of the job, eight bytes each: addresses, integers, and the doubles ``start`` and ``rtol``.

``parameter_stride`` is K, or 0 where all patients share one row; ``initial`` and ``given_inputs`` may be 0.
"""

ALIGNMENT = 64
"""Bytes; that of the widest register."""

CONTROL = (
    "active",
    "failure",
    "restart",
    "rejected",
    "steps",
    "patient",
    "row",
    "end_row",
    "good",
    "deed",
    "dice",
    "changed",
    "cut",
    "time",
    "stop",
    "due",
    "amount",
    "pending",
    "probe",
    "reached",
    "step",
    "proposed",
    "stage_time",
    "error",
)
"""One slot each; ``active`` to ``cut`` are integers.

``step`` is what is tried, ``proposed`` what the controller wanted before the step was shortened to meet a ``stop``:
the next action that must not be passed, the last row, or an event that is ``pending``. ``due``, ``deed`` and
``amount`` are those of the next row (infinity and -1 after the last, -1 for a reading). ``good`` says whether the
attempt is accepted, ``reached`` the time it leads to, ``changed`` whether the deed would change something at the
time it is due, ``cut`` that the step ends early for that reason or for an event. ``probe`` is a time that is looked
at for events; ``dice`` decide between events of equal priority.
"""


@dataclass(frozen=True)
class Layout:
    """Places in the work space, in slots of one number per lane.

    Attributes
    ----------
    width
        Lanes.
    first : name -> first slot
        The names of :data:`CONTROL`, and ``state``, ``trial``, ``input``, ``hoisted``, ``matrix``,
        ``slope`` (time derivatives), ``stage``, ``dense`` (continuous extension), ``output``,
        and of events: ``was`` (triggers), ``held`` (their relations), ``waiting`` (times), ``kept`` (values).
    """

    width: int
    first: Mapping[str, int]
    n_slots: int

    @property
    def work_bytes(self) -> int:
        """Size of the work space."""
        return 8 * self.width * self.n_slots


def arrange(width: int, sizes: Mapping[str, int]) -> Layout:
    """Lay the control slots and the arrays of these sizes one after another."""
    first, slot = {}, 0
    for name, size in [*((name, 1) for name in CONTROL), *sizes.items()]:
        first[name] = slot
        slot += size
    return Layout(width, first, slot)

"""Where everything lies: the work space of one call and the record that Python hands over."""

from collections.abc import Mapping
from dataclasses import dataclass

from insula.engine.emit.formats import DOUBLE, SINGLE, Format

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
    "growth",
)
"""One slot each; ``active`` to ``cut`` are integers.

``step`` is what is tried, ``proposed`` what the controller wanted before the step was shortened to meet a ``stop``:
the next action that must not be passed, the last row, or an event that is ``pending``. ``due``, ``deed`` and
``amount`` are those of the next row (infinity and -1 after the last, -1 for a reading). ``good`` says whether the
attempt is accepted, ``reached`` the time it leads to, ``changed`` whether the deed would change something at the
time it is due, ``cut`` that the step ends early for that reason or for an event. ``probe`` is a time that is looked
at for events; ``dice`` decide between events of equal priority. ``growth`` is how far the smallest pivot fell below
its diagonal.
"""


ROUNDED = {"state": "rounded_state", "trial": "argument", "hoisted": "rounded_hoisted"}
"""Where single precision finds what double precision finds under these names; ``argument`` is that of a stage."""
STAGE_ARRAYS = frozenset({"matrix", "slope", "stage", "dense", *ROUNDED.values()})
"""Arrays in the precision of the algebra of a stage."""


@dataclass(frozen=True)
class Layout:
    """Places in the work space, in slots of one number per lane.

    Attributes
    ----------
    width
        Lanes.
    stage : format of :data:`STAGE_ARRAYS`; all else is in double precision
    first : name -> first slot, counted in slots of the array's own format
        The names of :data:`CONTROL`, and ``state``, ``trial``, ``input``, ``hoisted``, ``matrix``,
        ``slope`` (time derivatives), ``stage``, ``dense`` (continuous extension), ``output``,
        of events ``was`` (triggers), ``held`` (their relations), ``waiting`` (times), ``kept`` (values),
        and in mixed precision the values of :data:`ROUNDED`.
    """

    width: int
    stage: Format
    first: Mapping[str, int]
    work_bytes: int

    def format(self, name: str) -> Format:
        """Format of an array."""
        return self.stage if name in STAGE_ARRAYS else DOUBLE


def arrange(width: int, stage: Format, sizes: Mapping[str, int]) -> Layout:
    """Lay the control slots and the arrays of these sizes one after another, each at a whole slot of doubles."""
    slots_per_double = DOUBLE.size // SINGLE.size
    first, slot = {}, 0
    for name, size in [*((name, 1) for name in CONTROL), *sizes.items()]:
        small = stage == SINGLE and name in STAGE_ARRAYS
        first[name] = slot * slots_per_double if small else slot
        slot += -(-size // slots_per_double) if small else size
    return Layout(width, stage, first, DOUBLE.size * width * slot)

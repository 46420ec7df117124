"""How the integration of one patient ended."""

from enum import IntEnum


class Status(IntEnum):
    """End of one patient's integration; everything but OK leaves NaN in the rows not reached."""

    OK = 0
    STEP_LIMIT = 1
    STEP_TOO_SMALL = 2
    NOT_FINITE = 3
    EVENT_QUEUE = 4
    EVENT_LOOP = 5
    PIVOT = 6

    @property
    def explanation(self) -> str:
        """What happened and what to do, for a person."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Status.OK: "Integrated to the last scheduled time.",
    Status.STEP_LIMIT: (
        "The step limit was reached before the last scheduled time. "
        "Raise max_steps, or look for a model that oscillates fast or a tolerance that is too tight."
    ),
    Status.STEP_TOO_SMALL: (
        "The step size fell below what floating point can resolve. "
        "The solution probably grows without bound or jumps at this time; check the state reached."
    ),
    Status.EVENT_QUEUE: (
        "One event of the model was triggered too often while it still waited to act. "
        "Shorten its delay, or let it be triggered less often."
    ),
    Status.EVENT_LOOP: (
        "Events of the model triggered each other without end at one time. "
        "Give one of them a delay, or a condition that its own action makes false."
    ),
    Status.PIVOT: (
        "The matrix of a step could not be factorised however short the step was made. "
        "Rates of this patient probably differ by more orders of magnitude than numbers have digits."
    ),
    Status.NOT_FINITE: (
        "A state or its derivative became infinite or not a number. "
        "Check this patient's parameters, and the model for a division by zero, a logarithm or root of a "
        "negative number, or an action that leaves such a value."
    ),
}

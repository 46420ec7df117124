"""What a module is held to (behaviour.csv), and whether its model does it."""

from insula.analysis.behaviour.verdicts import Verdict, judge

__all__ = ["Verdict", "judge"]

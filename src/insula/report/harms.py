"""Adverse events of a run: who had them in each arm, beside what the counts of the trials lead to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.compare_with_published import LEVEL
from insula.analysis.expected_harms import expected_harms
from insula.catalog.records import Amount, Protocol
from insula.report.run_folder import in_order, select
from insula.trial.quantities import number

if TYPE_CHECKING:
    from insula.report.run_folder import Run, Table
    from insula.report.science_text import ScienceText
    from insula.report.writing import Writer


def harms_of_run(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return the adverse events of each arm that is given something; `run` is without its failed patients.

    ``patients`` had the event at least once, ``events`` is how often it came; None where the run kept no diary of them,
    and where nobody counted the event by the end.
    """
    arms = in_order(run.table("patients")["arm"])
    found = [_arm(run, science, str(arm)) for arm in arms]
    return [one for one in found if one["known"] or one["unknown"] or one["unlisted"]]


def share_words(told: dict[str, Any], writer: Writer) -> str:
    """Write a share of `expected_harms` with its interval, and for which time alone it was counted."""
    _, text = writer._, writer.expected(told["share"], told["low"], told["high"])
    if told.get("in_part"):
        return _("{expected}, some of it counted for part of the time only").format(expected=text)
    if told.get("counted_for") is None:
        return text
    only = _("{expected}, counted for the first {time} only")
    return only.format(expected=text, time=writer.value(told["counted_for"], "day"))


def _arm(run: Run, science: ScienceText, arm: str) -> dict[str, Any]:
    text = science.protocols[science.study["arms"][arm]["protocol"]]
    end = number(Amount.model_validate(science.study["follow_up"]), "day")
    told = expected_harms(
        science.catalog, Protocol.model_validate(text), [end], int(run.manifest["seed"]), LEVEL
    )
    of = int(select(run.table("patients"), arm=arm)["patient"].size)
    diary = select(run.table("adverse_events"), arm=arm)
    for row in told["known"]:
        there = {} if row["shares"][0]["share"] is None else diary
        row |= _counted(select(there, event=row["event"], therapy=row["therapy"]), of)
    serious = _counted(select(diary, serious=True), of)
    return {"arm": arm, "day": end, **told, "serious": told["serious"][0] | serious}


def _counted(diary: Table, of: int) -> dict[str, int | None]:
    if not diary:
        return {"patients": None, "events": None, "of": of}
    return {"patients": len(np.unique(diary["patient"])), "events": int(diary["patient"].size), "of": of}

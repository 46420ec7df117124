"""The diary of severe lows: as many as the disease clock expects, and more than can be drawn are told."""

from types import SimpleNamespace

import numpy as np
import pytest

from insula.core.errors import ProtocolError
from insula.trial.follow_up import keep_diary

RATE = "hypoglycaemia_risk.rate"


def place(rates):
    """A clinic and a cohort whose disease clock says only how often a severe low comes (per year)."""
    clinic = SimpleNamespace(
        disease=SimpleNamespace(column=[RATE].index),
        symbols=SimpleNamespace(severe_hypoglycaemia_rate=RATE),
        population=SimpleNamespace(id="mine"),
        seed=1,
    )
    people = SimpleNamespace(candidates=np.arange(10, 10 + len(rates)))
    alive = np.ones(len(rates), dtype=bool)
    return clinic, SimpleNamespace(
        observed=np.array(rates, dtype=float)[:, None], people=people, alive=alive, events={}
    )


def test_a_year_has_as_many_as_the_rate_says():
    clinic, cohort = place([0.0, np.nan, *([4.0] * 2000)])
    keep_diary(clinic, cohort, 0.0, 365.25)
    counts = cohort.events[365.25]
    assert counts[:2].tolist() == [0, 0]
    assert counts[2:].mean() == pytest.approx(4.0, abs=4 * np.sqrt(4.0 / 2000))


def test_more_than_can_be_drawn_are_told_with_the_candidate():
    clinic, cohort = place([1.0, 9000.0])
    with pytest.raises(
        ProtocolError, match=r"Candidate 11 of mine would have 690 severe lows from day 0 to 28"
    ):
        keep_diary(clinic, cohort, 0.0, 28.0)
    assert cohort.events == {}

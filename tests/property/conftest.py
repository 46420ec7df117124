"""A clinic that is opened once, in this process."""

import pytest

from insula.analysis.behaviour.verdicts import models_of
from insula.catalog.records import Study
from insula.trial.open_clinic import open_clinic
from tiny_study import FOLLOW_UP, day, opened, study


@pytest.fixture(scope="module")
def catalog(small_science, cache):
    with opened(small_science, cache) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def clinic(catalog):
    """Three arms: the therapy, usual care, and every therapy of the catalog in a dose of nothing."""
    title = {"en": "Nothing", "zh": "无"}
    text = study()
    text["protocols"] = {"nothing": {"id": "nothing", "title": title, "give": nothing_of_everything(catalog)}}
    text["arms"]["nothing"] = {"protocol": "nothing", "size": 3, "title": title}
    return open_clinic(catalog, Study.model_validate(text))


def nothing_of_everything(catalog):
    """Doses of 0 on the first day, levels of 0 held over the second fortnight; all stops are on the clocks' grid.

    Of every therapy that a model uses: one whose module still waits for its place cannot be given.
    """
    give = []
    used = models_of(catalog)
    for name, therapy in catalog.therapies.items():
        if therapy.module not in used:
            continue
        if therapy.dose is not None:
            give.append({"therapy": name, "at": day(0), "dose": {"value": 0.0, "unit": therapy.dose.unit}})
        if therapy.level is not None:
            amount = {"value": 0.0, "unit": therapy.level.unit}
            give.append({"therapy": name, "from": day(14), "to": day(FOLLOW_UP - 28), "target": amount})
    return give

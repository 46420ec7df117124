"""The interval of a published number: shares by the equation that defines it, means by a table of t."""

import math
from types import SimpleNamespace

import pytest

from insula.catalog import Catalog
from insula.evidence.published import published_rows
from insula.evidence.reported_interval import reported_interval
from insula.evidence.vocabulary import load_vocabulary


def row(statistic, value, n, kind="none", low=math.nan, high=math.nan):
    return SimpleNamespace(
        statistic=statistic, value=value, n=n, spread_type=kind, spread_low=low, spread_high=high
    )


def test_a_count_has_wilsons_interval_of_its_share():
    """Its ends are the shares from which the observed one lies 1.96 of their own standard errors away."""
    ends = reported_interval(row("count", 10, 12), 0.95)
    assert [abs(10 / 12 - p) / math.sqrt(p * (1 - p) / 12) for p in ends] == pytest.approx([1.959964] * 2)
    assert ends[0] < 10 / 12 < ends[1]
    assert reported_interval(row("proportion", 1.0, 12), 0.90)[1] == 1.0


@pytest.mark.parametrize(("kind", "low"), [("sd", 6.0), ("se", 2.0)])
def test_a_mean_has_that_of_t(kind, low):
    """The 95 % point of t with 8 degrees of freedom is 1.859548; SE 2."""
    found = reported_interval(row("mean", 10.0, 9, kind, low), 0.90)
    assert found == pytest.approx((10 - 2 * 1.859548, 10 + 2 * 1.859548), abs=1e-5)


@pytest.mark.parametrize(
    "one",
    [row("mean", 5.0, 9), row("mean", 5.0, 1, "sd", 2.0), row("count", 3.0, 0), row("mean", math.nan, 9)],
)
def test_what_has_no_size_or_no_spread_has_none(one):
    assert reported_interval(one, 0.90) is None


@pytest.mark.parametrize(("statistic", "value"), [("proportion", 88.0), ("count", 13), ("proportion", -0.1)])
def test_a_share_that_is_none_has_no_interval(statistic, value):
    """Rows of outcomes that insula does not know keep the unit of the table, percent for one."""
    assert reported_interval(row(statistic, value, 12), 0.90) is None


def test_every_row_of_the_tables_can_be_shown():
    """A report draws them all, those too that no endpoint stands for."""
    catalog, vocabulary = Catalog.open(), load_vocabulary()
    for tables in (catalog.evidence(topic) for topic in catalog.topics):
        for study in tables.studies:
            for published in published_rows(tables, study.cells["study_id"], vocabulary):
                low, high = reported_interval(published, 0.90) or (-math.inf, math.inf)
                assert low <= high, published

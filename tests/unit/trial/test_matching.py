"""A population that states what its published patients were like: who counts how much, and who is refused."""

import numpy as np
import pytest
from published_people import amount, marginal, people

from insula.core.errors import ProtocolError, UnknownName
from insula.statistics.chance import effective_number
from insula.trial.matching import weigh

RANDOM = np.random.Generator(np.random.Philox(3))
AGE = RANDOM.uniform(10, 40, 300)
HBA1C = 6 + 0.05 * AGE + RANDOM.normal(0, 0.5, 300)
VALUES, UNITS = (
    {"trait.age": AGE, "endpoint.hba1c": HBA1C},
    {"trait.age": "year", "endpoint.hba1c": "percent"},
)


def weighed(*marginals, fewest=0.1, values=VALUES):
    return weigh(people(*marginals, fewest=fewest), marginals, values, UNITS)


def test_mean_spread_and_share_come_out_in_any_unit():
    found = weighed(
        marginal("trait.age", mean=amount(20 * 12, "month"), sd=amount(5 * 12, "month")),
        marginal("endpoint.hba1c", share=amount(40, "percent"), at_most=amount(6.8, "percent")),
    )
    mean = np.average(AGE, weights=found.weights)
    assert mean == pytest.approx(20, rel=1e-3)
    assert np.sqrt(np.average((AGE - mean) ** 2, weights=found.weights)) == pytest.approx(5, rel=1e-3)
    assert np.average(HBA1C <= 6.8, weights=found.weights) == pytest.approx(0.4, abs=1e-4)
    assert [row["weighted"] for row in found.rows] == pytest.approx(
        [row["stated"] for row in found.rows], rel=1e-3
    )
    assert found.rows[0]["unweighted"] == pytest.approx(AGE.mean())
    assert found.weights.mean() == pytest.approx(1)


def test_a_share_counts_both_limits_as_inside():
    ages = {"trait.age": np.array([10.0, 12.0, 15.0, 18.0, 20.0] * 20)}
    limits = {"at_least": amount(12, "year"), "at_most": amount(18, "year")}
    found = weighed(marginal("trait.age", share=amount(0.3, "dimensionless"), **limits), values=ages)
    assert found.weights[:5] == pytest.approx([1.75, 0.5, 0.5, 0.5, 1.75], rel=1e-4)


def test_who_has_no_value_counts_nothing_and_the_others_more():
    values = VALUES | {"endpoint.hba1c": np.where(AGE > 35, np.nan, HBA1C)}
    found = weighed(marginal("endpoint.hba1c", mean=amount(7.0, "percent")), values=values)
    assert (found.weights[AGE > 35] == 0).all()
    assert (found.weights[AGE <= 35] > 0).all()
    assert found.weights.mean() == pytest.approx(1)


def test_too_few_effective_patients_are_refused_with_the_numbers():
    wanted = marginal("trait.age", mean=amount(12, "year"))
    left = effective_number(weighed(wanted, fewest=0.0).weights)
    with pytest.raises(ProtocolError, match=rf"300 virtual patients count as {left:.1f} .*asks for 50%"):
        weighed(wanted, fewest=0.5)
    assert effective_number(weighed(wanted, fewest=0.99 * left / 300).weights) == left


def test_what_nobody_is_like_is_refused_with_the_numbers():
    with pytest.raises(ProtocolError, match=r"mean of trait\.age 45, unweighted"):
        weighed(marginal("trait.age", mean=amount(45, "year")))
    nobody = VALUES | {"endpoint.hba1c": np.full(300, np.nan)}
    with pytest.raises(ProtocolError, match=r"a value of all that is matched: endpoint\.hba1c"):
        weighed(marginal("endpoint.hba1c", mean=amount(7, "percent")), values=nobody)
    with pytest.raises(UnknownName, match=r"trait\.age"):
        weighed(marginal("trait.aeg", mean=amount(20, "year")))


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"mean": amount(1, "year"), "share": amount(0.5, "dimensionless"), "at_least": amount(1, "year")},
        {"share": amount(0.5, "dimensionless")},
        {"mean": amount(1, "year"), "at_least": amount(1, "year")},
        {"share": amount(0.5, "dimensionless"), "sd": amount(1, "year"), "at_least": amount(1, "year")},
        {"mean": amount(1, "year"), "sd": amount(0, "year")},
    ],
)
def test_a_marginal_is_a_mean_or_a_share(stated):
    with pytest.raises(ValueError, match="mean|sd must be"):
        marginal("trait.age", **stated)

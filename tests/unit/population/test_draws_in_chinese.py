"""Numbers that nobody can be drawn from are refused in the language that is spoken."""

import pytest

from insula.catalog.base import Sourced
from insula.core.errors import InsulaError
from insula.core.i18n import translator
from insula.core.spoken import speaking
from insula.population.derived import evaluate, in_order
from insula.population.spread import distribution_of
from languages import english_in

AGE = {
    "value": 40.0,
    "unit": "year",
    "source": "assumed",
    "place": "x",
    "reason": "assumed",
    "varies_by": "patient",
}


def spread(**cells):
    return lambda: distribution_of("trait.age", Sourced(**AGE, **cells))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            spread(spread_type="sd", spread_low=0.0, distribution="normal"),
            "trait.age 无法抽取：其离散度不大于零（数值 40.0，sd 0.0 None，normal）。"
            "请给出离散度，或将 varies_by 设为 none。",
        ),
        (
            spread(spread_type="se", spread_low=2.0, distribution="normal"),
            "trait.age 无法抽取：se 表示均值的精确程度，而不是个体差异",
        ),
        (lambda: in_order({"a.b": "c.d", "c.d": "a.b"}), "这些量循环推算：a.b, c.d。请给其中一个数值。"),
        (lambda: evaluate("a.b", "1 +", {}), "a.b 由“1 +”推算，但它不是公式。"),
        (lambda: evaluate("a.b", "c.d", {}), "没有名为“c.d”的推算 a.b 所需的量。"),
    ],
)
def test_it_is_told_in_chinese(asked, told):
    with speaking(translator("zh")), pytest.raises(InsulaError) as refused:
        asked()
    assert str(refused.value).startswith(told)
    assert english_in(str(refused.value)) == []

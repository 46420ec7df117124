"""What the linter finds is told in the language that is spoken, to the last word."""

import pytest

from insula.checks import check
from insula.core.i18n import translator
from insula.core.spoken import speaking
from languages import english_in

GLUCOSE = "biology/modules/glucose/glucose.ant"
NUMBERS = "biology/modules/glucose/parameters.csv"
STUDY = "studies/smith_2001_pump.yaml"


def in_chinese(science):
    with speaking(translator("zh")):
        return [problem.render(science.root) for problem in check(science.root)]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            GLUCOSE, "S_I*I*G;", "S_I*Ii*G;",
            f'错误 {GLUCOSE}:12  符号“Ii”已使用，但未声明。\n      是否指 "I"？',
        ),
        (
            NUMBERS, "production,1,mg_per_dL_min", "production,1,mg_per_dL",
            f"错误 {NUMBERS} 第 4 行 (production)  单位为“mg_per_dL”，而 glucose.ant 声明的是“mg_per_dL_min”。"
            "\n      请换算该数值，并在 conversion 列说明换算方法。",
        ),
        (GLUCOSE, "production - uptake;", "production - 2*uptake;", f"错误 {GLUCOSE}:13  公式中直接写了数字 2："),
        (STUDY, "population: adults", "population: adult", '没有人群“adult”。\n      是否指 "adults"？'),
    ],
)  # fmt: skip
def test_one_thing_broken_is_told_in_chinese(science, file, old, new, told):
    science.edit(file, old, new)
    (found,) = in_chinese(science)
    assert told in found
    assert english_in(found.split("  ", 1)[1]) == []

"""A trial or a search that cannot be done is refused in the language that is spoken."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from insula.analysis.optimise.optimise import _chosen
from insula.analysis.replays import _nothing
from insula.core.errors import InsulaError
from insula.core.i18n import translator
from insula.core.spoken import speaking
from insula.trial.map_replay import _refuse_other_people
from insula.trial.quantities import number
from languages import english_in

NAMED = SimpleNamespace(id="mine")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda: number(None, "day"), "文本中缺少以 day 为单位的数值。"),
        (lambda: _refuse_other_people(NAMED, SimpleNamespace(history=1)), "mine 的人群有既往史（history），"),
        (lambda: _chosen([0, 4], 3), "试验 3 不在前沿上。请用 --choose 从 1, 5 中选择。"),
    ],
)
def test_it_is_told_in_chinese(asked, told):
    with speaking(translator("zh")), pytest.raises(InsulaError) as refused:
        asked()
    assert str(refused.value).startswith(told)
    assert english_in(str(refused.value)) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            (Path("own"), None, "validation", None),
            "own 中没有指明证据（evidence）且 role 为“validation”的研究。",
        ),
        ((None, None, "all", "msc"), "科学文本中没有指明证据（evidence）且被综述“msc”合并的研究。"),
        ((None, Path("t"), "all", None), "科学文本中没有指明 t 所含研究的研究。"),
    ],
)
def test_nothing_to_replay(asked, told):
    with speaking(translator("zh")):
        assert _nothing(*asked).startswith(told)

"""A model's text that cannot be simulated is refused in the language that is spoken."""

import pytest

from insula.compiler.read_sbml import read_model
from insula.compiler.wiring import read_wiring
from insula.core.errors import CompileError
from insula.core.i18n import translator
from insula.core.spoken import speaking
from languages import english_in


def read(body):
    return lambda path: read_model(_written(path / "m.ant", f"model m()\n{body}\nend\n"))


def _written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (read("S = 1; S' = -k*S;"), "“k”没有数值，却用于“S”的速率规则。"),
        (read("S = 1; S' = -delay(S, 1);"), "不支持“S”的速率规则中的 延迟（delay）“delay(S, 1)”。"),
        (lambda _: read_wiring("model w()\n  x = 3;\nend\n", "w.ant"), "w.ant:2  无法读取“x = 3;”。"),
        (lambda _: read_wiring("model w()\nend\n", "w.ant"), "w.ant  没有说明时间单位。"),
    ],
)
def test_it_is_told_in_chinese(tmp_path, asked, told):
    with speaking(translator("zh")), pytest.raises(CompileError) as refused:
        asked(tmp_path)
    assert str(refused.value).startswith(told)
    assert english_in(str(refused.value)) == []

"""What is wrong with a text or a table is told in the language that is spoken, to the last word."""

import pytest

from insula.catalog.readers import read_ensemble, yaml_reader
from insula.catalog.records import Study
from insula.core.citations import read_bibliography
from insula.core.errors import InsulaError
from insula.core.i18n import translator
from insula.core.spoken import speaking
from insula.core.tables import read_csv
from insula.core.units import convert
from languages import english_in


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking(translator("zh")):
        yield


STUDY = """id: own
title: {en: Own, zh: 自己的}
question: {en: Own?, zh: 自己的？}
population: tiny
arms: {one: {protocol: usual_care, size: 3, title: {en: One, zh: 一}}}
follow_up: {value: 56, unit: day}
visits: [{at: {value: 0, unit: day}, measure: [cgm]}]
failure_limit: 0.05
seed: 7
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("follow_up:", "follow_upp:", "未知的键“follow_upp”。"),
        ("size: 3", "size: three", "arms.one.size 必须是整数。"),
        ("[cgm]", "[cgmm]", "visits.0.measure.0“cgmm”不在可选值之内：cgm, mmtt, hba1c。"),
        ("id: own", "id: mine", "id“mine”与文件名不同。"),
        ("id: own", "like: other\nid: own", "没有可供参照（like）的“other”。"),
        ("id: own", "id: [", "无法按 YAML 读取"),
    ],
)
def test_a_faulty_text(tmp_path, old, new, told):
    path = tmp_path / "own.yaml"
    path.write_text(STUDY.replace(old, new), encoding="utf-8")
    found = [problem.render(tmp_path) for problem in yaml_reader(Study)(path).problems]
    assert any(told in text for text in found), found
    assert all(text.startswith("错误 own.yaml") for text in found)
    assert [
        english_in(text) for text in found if "YAML" not in text and english_in(text)
    ] == []  # the parser says why in English


def test_what_a_record_asks_of_its_keys(tmp_path):
    day, title = "{value: 1, unit: day}", "{en: Own, zh: 自己的}"
    twice = f"{{therapy: x, at: {day}, dose: {{value: 1, unit: cell}}, every: {day}}}"
    text = f"{STUDY}protocols: {{mine: {{id: mine, title: {title}, give: [{twice}]}}}}\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    (found,) = yaml_reader(Study)(tmp_path / "own.yaml").problems
    assert found.message == "protocols.mine.give.0: every 与 times 须同时给出。"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "表格为空。"),
        ("a;b\n", "单元格以分号分隔。"),
        ("a,c\n", "缺少列“b”。|未知的列“c”。"),
        ("a,b,b\n", "列“b”出现两次。"),
    ],
)
def test_a_faulty_table(tmp_path, text, told):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    _, problems = read_csv(tmp_path / "t.csv", ["a", "b"])
    assert "|".join(problem.message for problem in problems) == told
    assert [english_in(problem.suggestion) for problem in problems if english_in(problem.suggestion)] == []


def test_faulty_sources_and_ensembles(tmp_path):
    (tmp_path / "c.bib").write_text("@article{Smith, title = {x}}\n@misc{a1999, doi = {1}\n")
    (tmp_path / "e.csv").write_text("member,a.b\n0,x\n0,1\n")
    _, of_sources = read_bibliography(tmp_path / "c.bib")
    found = [*of_sources, *read_ensemble(tmp_path / "e.csv").problems]
    assert [problem.message for problem in found] == [
        "条目“Smith”：键不是“第一作者 + 年份”的形式。",
        "条目“Smith”没有可查的出处。",
        "条目“a1999”无法读取：文件在其中结束。",
        "a.b 写作“x”，不是数值。",
        "member“0”不是不小于 1 的整数。",
    ]


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("furlong", "没有单位“furlong”：biology/units.txt 中没有“furlong”。"),
        ("kg", "“day”不能换算为“kg”。量纲不同的单位须在 biology/conversions.csv 中为该量加一行。"),
    ],
)
def test_units(unit, told):
    with pytest.raises(InsulaError) as refused:
        convert(1.0, "day", unit)
    assert str(refused.value).startswith(told)

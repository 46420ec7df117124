"""What is wrong is told in the language that was asked for: by --lang, else by the locale."""

import shutil

import pytest
from click.testing import CliRunner

from cli_runs import refused
from insula.cli.main import group
from languages import english_in
from tiny_study import STUDY, day, study, write


def in_chinese(answer, *texts, folder=None):
    """Refused with these texts, and nothing that is told is English."""
    refused(answer, *texts, folder=folder)
    assert english_in(answer.stderr) == []


def test_check_tells_a_broken_folder_in_chinese(validation_science, run_insula, tmp_path):
    science = tmp_path / "science"
    shutil.copytree(validation_science, science)
    write(science / "studies/one.yaml", study(id="one", population="tinny"))
    write(science / "studies/two.yaml", study(id="two", visits=[{"at": day(400), "measure": ["cgm"]}]))
    write(science / "studies/three.yaml", study(id="three", follow_upp=day(3)))
    answer = run_insula("check", science, "--lang", "zh")
    assert answer.returncode == 2
    for text in ("没有人群“tinny”。", "第 400 天的访视超出了 56 天的随访期。", "未知的键“follow_upp”。"):
        assert text in answer.stdout, answer.stdout
    assert all(line.startswith(("错误", "警告", " ")) for line in answer.stdout.splitlines())
    assert english_in(answer.stdout) == []
    assert "个错误" in answer.stderr


def test_an_unknown_study_is_told_in_chinese(run_insula, tmp_path):
    answer = run_insula("run", "tinyy", "--lang", "zh", "--out", tmp_path / "out")
    in_chinese(answer, f'没有名为“tinyy”的研究。 是否指 "{STUDY}"？', folder=tmp_path / "out")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("run", STUDY, "--patients", "0"), "研究至少需要一名患者，而不是 0 名。"),
        (("report", "empty"), "empty 不是已完成的运行：没有 manifest.json。请用 `insula run` 开始一次。"),
        (("compare", "empty", "empty"), "empty 不是已完成的运行"),
        (("calibrate", "mine.yaml"), "没有文件 mine.yaml。"),
        (("validate", "--studies", "empty"), "empty  此处没有研究。"),
        (("population", "tinyy"), "没有名为“tinyy”的人群。"),
        (("rerun", "empty/manifest.json"), "empty/manifest.json 无法作为 JSON 读取"),
    ],
)
def test_what_cannot_be_done_is_told_in_chinese(run_insula, tmp_path, asked, told):
    (tmp_path / "empty").mkdir()
    if asked[0] == "rerun":
        (tmp_path / "empty" / "manifest.json").write_text("{")
    refused(run_insula(*asked, "--lang", "zh"), told)


def test_an_option_before_lang_is_refused_in_its_language_too(run_insula):
    answer = run_insula("optimise", STUDY, "--over", "colour", "--lang", "zh")
    refused(answer, "“colour”不能改变。可选：dose")


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("zh_CN.UTF-8", "--set 须写 ID=数值，而不是 k。"),
        ("C.UTF-8", "--set takes ID=VALUE with a number, not k."),
    ],
)
def test_a_command_without_lang_speaks_the_language_of_the_locale(monkeypatch, tmp_path, locale, told):
    monkeypatch.setenv("LC_ALL", locale)
    (tmp_path / "model.ant").write_text("model m()\n  k = 1;\nend\n")
    asked = ["simulate", str(tmp_path / "model.ant"), "--end", "1", "--steps", "1", "--set", "k"]
    assert str(CliRunner().invoke(group, asked).exception) == told


def test_what_is_told_after_a_command_in_chinese_is_english_again(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    asked = ["run", "no_such_study", "--patients", "1"]
    chinese = CliRunner().invoke(group, [*asked, "--lang", "zh"]).exception
    english = CliRunner().invoke(group, asked).exception
    assert str(chinese).startswith("没有名为“no_such_study”的研究。")
    assert str(english).startswith('There is no study "no_such_study".')

"""Whatever is wrong is said before anything is simulated: what, where, and what to do; exit code 2."""

import shutil

import pytest

from cli_runs import refused
from tiny_study import STUDY, day, insula, study, write


@pytest.fixture
def own(tmp_path):
    """Write a study of one's own and return its path."""

    def written(**changes):
        return write(tmp_path / "own.yaml", study(id="own", **changes))

    return written


@pytest.fixture
def run_own(run_insula, tmp_path):
    """Run a study of one's own into ``out``."""
    return lambda path, *more: run_insula("run", path, "--patients", "2", "--out", tmp_path / "out", *more)


def line_of(path, text):
    """The only line of a file that holds a text, counted from 1."""
    found = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line]
    assert len(found) == 1, f"{text!r} stands on lines {found}"
    return found[0]


GIVE_LINES = 7  # lines of one entry below ``give``


def own_protocol(*give):
    title = {"en": "Mine", "zh": "我的"}
    arm = {"protocol": "mine", "size": 3, "title": title}
    protocol = {"id": "mine", "title": title, "give": list(give)}
    return {"protocols": {"mine": protocol}, "arms": {"mine": arm}}


def cells(value, unit="cell"):
    return {"therapy": "stem_cell_islets", "at": day(0), "dose": {"value": value, "unit": unit}}


def test_an_unknown_study_is_answered_with_close_ids(run_insula, tmp_path):
    answer = run_insula("run", "reichman_2025_zimislecell", "--out", tmp_path / "out")
    refused(
        answer, 'no study "reichman_2025_zimislecell"', 'Did you mean "reichman_2025_zimislecel"?',
        folder=tmp_path / "out",
    )  # fmt: skip


def test_a_study_file_that_is_not_there(run_own, tmp_path):
    refused(run_own("mine.yaml"), "There is no file mine.yaml.", folder=tmp_path / "out")


def test_an_unknown_key_is_told_with_file_line_and_suggestion(run_own, own, tmp_path):
    path = own(follow_upp=day(3))
    refused(
        run_own(path), f"{path}:{line_of(path, 'follow_upp')}", 'unknown key "follow_upp"',
        'Did you mean "follow_up"?', folder=tmp_path / "out",
    )  # fmt: skip


def test_all_problems_of_a_study_are_told_at_once(run_own, own, tmp_path):
    path = own(population="tinny", follow_up={"value": 5.0, "unit": "kg"})
    refused(
        run_own(path), 'no population "tinny"', 'Did you mean "tiny"', 'follow_up is given in "kg"',
        folder=tmp_path / "out",
    )  # fmt: skip


def test_no_yaml_at_all(run_own, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("id: own\ntitle: {en: [\n")
    refused(run_own(path), f"{path}:", "not readable as YAML", folder=tmp_path / "out")


@pytest.mark.parametrize(
    ("dose", "text"),
    [
        (cells(-8e8), 'dose of "stem_cell_islets" is negative: -8e+08.'),
        (cells(8e8, "mg"), 'dose of "stem_cell_islets" is given in "mg", its target is in "cell".'),
        (cells(8e8, "cellls"), 'There is no unit "cellls"'),
        (cells(8e8) | {"therapy": "stem_cell_islet"}, 'no therapy "stem_cell_islet"'),
    ],
)
def test_a_wrong_dose_in_ones_own_protocol_is_told_with_its_line(run_own, own, tmp_path, dose, text):
    path = own(**own_protocol(dose))
    first = line_of(path, "therapy:")
    answer = run_own(path)
    refused(answer, text, folder=tmp_path / "out")
    place = next(line for line in answer.stderr.splitlines() if text in line)
    told = int(place.partition(f"{path}:")[2].split()[0])
    assert first <= told <= first + GIVE_LINES


def test_visits_after_the_end_and_levels_that_end_before_they_begin(run_own, own, tmp_path):
    level = {"from": day(20), "to": day(10), "target": {"value": 5.0, "unit": "ng_per_mL"}}
    late = [{"at": day(at), "measure": ["cgm"]} for at in (0, 400)]
    path = own(visits=late, **own_protocol({"therapy": "tacrolimus", **level}))
    refused(
        run_own(path), "the visit on day 400 is after the follow-up of 56 days",
        '"tacrolimus" ends on day 10, before it begins on day 20.', folder=tmp_path / "out",
    )  # fmt: skip


@pytest.mark.parametrize("patients", ["0", "-3"])
def test_no_patients(run_insula, tmp_path, patients):
    answer = run_insula("run", STUDY, "--patients", patients, "--out", tmp_path / "out")
    refused(answer, f"A study needs at least one patient, not {patients}.", folder=tmp_path / "out")


def test_the_finished_run_of_another_study_is_not_replaced(finished, run_insula, own, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder)
    answer = run_insula("run", own(), "--patients", "2", "--out", folder)
    refused(answer, f"holds a run of {STUDY}, which own would replace", "Choose another with --out")
    assert (folder / "manifest.json").read_bytes() == (finished.folder / "manifest.json").read_bytes()


def test_what_comes_before_the_first_day_or_beside_another_level_or_is_no_measurement(run_own, own, tmp_path):
    def level(first, last):
        return {
            "therapy": "tacrolimus",
            "from": day(first),
            "to": day(last),
            "target": {"value": 5.0, "unit": "ng_per_mL"},
        }

    early = {**cells(8e8), "at": day(-30)}
    visits = [{"at": day(0), "measure": ["cgm"]}]
    path = own(visits=visits, **own_protocol(early, level(0, 40), level(10, 20)))
    texts = '"stem_cell_islets" is given on day -30', '"tacrolimus" is already held from day 0 to day 40.'
    refused(run_own(path), *texts, folder=tmp_path / "out")
    path = own(visits=[{"at": day(0), "measure": ["cgmm"]}])
    refused(run_own(path), '"cgmm" is none of cgm, mmtt, hba1c.', folder=tmp_path / "out")


def test_a_study_of_ones_own_is_checked_without_being_run(run_insula, own, tmp_path):
    answer = run_insula("check", own(visits=[{"at": day(400), "measure": ["cgm"]}]))
    assert answer.returncode == 2
    assert "the visit on day 400 is after the follow-up of 56 days" in answer.stdout
    sound = run_insula("check", own())
    assert (sound.returncode, sound.stdout) == (0, "")


def test_patients_that_are_no_number_and_an_unknown_option(run_insula):
    refused(run_insula("run", STUDY, "--patients", "many"), "'many' is not a valid integer")
    refused(run_insula("run", STUDY, "--seed", "-1"), "-1 is not in the range x>=0")
    refused(run_insula("run", STUDY, "--patience", "3"), "No such option", "--patients")
    refused(run_insula("runn", STUDY), "No such command")


def test_a_folder_that_cannot_be_written(run_insula, tmp_path):
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "out"
    answer = run_insula("run", STUDY, "--patients", "2", "--out", out)
    refused(answer, f"The folder {out} cannot be written", "Choose another with --out.")


def test_a_population_of_which_nobody_is_eligible(finished, small_science, cache, tmp_path):
    """Found out only after many blocks; the results of an earlier run must not pass for those of this one."""
    shutil.copytree(finished.folder, tmp_path / "out")
    science = tmp_path / "science"
    shutil.copytree(small_science, science)
    people = science / "populations" / "tiny.yaml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("value: 40.7\n", "value: 40.0001\n"), encoding="utf-8")
    assert people.read_text(encoding="utf-8") != text
    answer = insula("run", STUDY, "--patients", "2", "--out", tmp_path / "out", science=science, cache=cache)
    refused(answer, "candidates was eligible for population tiny", folder=tmp_path / "out")


MODULE = "biology/modules/glucose/glucose.ant"
BROKEN_MODELS = [
    (MODULE, "G_p' =", "G_p' = (", "glucose.ant"),
    (MODULE, "G_p' =", "G_p' = unheard_of +", "unheard_of"),
    (
        "biology/models/metabolic.ant",
        "glucose.I is insulin.acting;",
        "glucose.I is insulin.J;",
        '"insulin" has no symbol "J"',
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), BROKEN_MODELS)
def test_a_model_that_cannot_be_compiled(small_science, cache, tmp_path, file, old, new, told):
    science = tmp_path / "science"
    shutil.copytree(small_science, science)
    text = (science / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (science / file).write_text(text.replace(old, new), encoding="utf-8")
    answer = insula("run", STUDY, "--patients", "2", "--out", tmp_path / "out", science=science, cache=cache)
    refused(answer, told, folder=tmp_path / "out")


def test_a_model_with_a_symbol_without_value(small_science, cache, tmp_path):
    science = tmp_path / "science"
    shutil.copytree(small_science, science)
    table = science / "biology/modules/glucose/parameters.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    symbol = lines[1].partition(",")[0]
    table.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8")
    answer = insula("run", STUDY, "--patients", "2", "--out", tmp_path / "out", science=science, cache=cache)
    refused(answer, symbol, folder=tmp_path / "out")

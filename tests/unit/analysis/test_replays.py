"""Which studies are replayed against which tables, and that every fault of a user's own is told at once."""

import csv

import pytest

from insula.analysis.replays import ALL, plan_replays
from insula.core.errors import EvidenceError, InvalidText, UnknownName
from own_evidence import STUDY, arm, outcome, study_file, tables


@pytest.fixture
def own(tmp_path):
    """A user's folder: evidence of one study and its study file."""
    tables(tmp_path / "evidence")
    study_file(tmp_path / "studies")
    return tmp_path


@pytest.fixture
def plan(validation_science, own):
    def planned(role=ALL, *, studies="studies", evidence="evidence", review=None):
        folders = [own / name if name else None for name in (studies, evidence)]
        return plan_replays(validation_science, *folders, role, review)

    return planned


def told(plan, **options):
    with pytest.raises(InvalidText) as trouble:
        plan(**options)
    return str(trouble.value)


def test_own_studies_are_held_against_own_tables_and_the_science_gives_the_other_trials(plan):
    found = plan()
    ((planned),) = found.replays
    assert (planned.study.id, planned.rows.role) == ("own", "validation")
    assert {row.study_id for row, _ in planned.rows.rows} == {STUDY}
    assert len({row.study_id for row in found.published.rows}) > 20


def test_without_folders_the_studies_of_the_science_that_name_evidence(plan):
    found = plan(studies=None, evidence=None)
    names = {planned.study.id for planned in found.replays}
    assert {"reichman_2025_zimislecel", "ryan_2005_edmonton5y"} <= names
    assert "tiny" not in names  # it names no evidence


def test_a_role_chooses_studies(plan):
    def names(role):
        return {one.study.id for one in plan(role, studies=None, evidence=None).replays}

    assert "reichman_2025_zimislecel" in names("validation")
    assert "ryan_2005_edmonton5y" in names("calibration")
    assert not names("validation") & names("calibration")
    assert names("validation") | names("calibration") == names(ALL)
    with pytest.raises(EvidenceError, match="whose role is calibration"):
        plan("calibration")


def test_a_review_chooses_the_studies_that_it_pools(plan):
    found = {one.study.published for one in plan(studies=None, evidence=None, review="msc_diabetes").replays}
    assert {"hu_2013", "carlsson_2015"} <= found
    assert not found & {
        "lu_2021",
        "protrans_repeat",
        "reichman_2025_zimislecel",
    }  # not randomised; no such cells
    with pytest.raises(UnknownName, match='Did you mean "msc_diabetes"'):
        plan(studies=None, evidence=None, review="msc_diabets")
    with pytest.raises(EvidenceError, match="pooled by the review msc_diabetes"):
        plan(review="msc_diabetes")


def test_own_tables_alone_replay_the_studies_of_the_science_that_they_hold(plan, own):
    name = "ryan_2005_edmonton5y"
    tables(
        own / "evidence",
        study=name,
        outcomes=[outcome("completed", value=7.5, study=name)],
        arms=("completed",),
    )
    (planned,) = plan(studies=None).replays
    assert planned.study.id == name
    ((row, _),) = planned.rows.rows  # the user's row, not those of the science
    assert row.cells["value"] == "7.5"


def test_own_studies_alone_use_the_tables_of_the_science(plan, own):
    study_file(own / "studies", evidence="ryan_2005_edmonton5y")
    (planned,) = plan(evidence=None).replays
    assert len(planned.rows.rows) > 5


def test_own_protocols_lie_beside_the_studies(plan, own, validation_science):
    text = (validation_science / "protocols" / "usual_care.yaml").read_text(encoding="utf-8")
    for folder in (own / "protocols", own / "studies" / "protocols"):
        folder.mkdir()
        (folder / "my_care.yaml").write_text(text.replace("usual_care", "my_care"), encoding="utf-8")
        study_file(own / "studies", control="my_care")
        assert plan().catalog.protocols["my_care"].id == "my_care"
        (folder / "my_care.yaml").unlink()
    assert 'there is no protocol "my_care"' in told(plan)


def test_tables_may_lie_in_a_folder_for_each_topic(plan, own):
    tables(own / "evidence" / "topic")
    for path in (own / "evidence").glob("*.csv"):
        path.unlink()
    assert len(plan().replays) == 1


def test_every_fault_is_told_at_once_with_file_and_row(plan, own):
    rows = [
        outcome("treated", value="seventy"),
        outcome("nobody"),
        outcome("control", spread_type="sd"),
        outcome("control", statistic="average"),
    ]
    tables(own / "evidence", outcomes=rows, role="test", arms=("treated", "control", "treated"))
    study_file(own / "studies", evidence="tiny_2062")
    text = told(plan)
    for part in (
        "outcomes.csv row 2",
        'value "seventy" is not a number',
        "outcomes.csv row 3",
        'there is no arm "tiny_2026.nobody"',
        "outcomes.csv row 4",
        "spread_type sd needs 1 numbers",
        "outcomes.csv row 5",
        'statistic "average" is none of',
        'studies.csv row 2 (tiny_2026)  role "test" is none of calibration, validation',
        "arms.csv row 4",
        "is there twice",
        "own.yaml:",
        'there is no published study "tiny_2062"',
        'Did you mean "tiny_2026"?',
    ):
        assert part in text


def test_a_table_without_a_column_or_in_another_encoding_is_told(plan, own):
    path = own / "evidence" / "outcomes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    path.write_text("\n".join(",".join(row[1:]) for row in rows), encoding="utf-8")
    (own / "evidence" / "arms.csv").write_bytes("研究".encode("gb18030"))
    text = told(plan)
    assert 'outcomes.csv row 1  column "study_id" is missing' in text
    assert "arms.csv row 1  the file is not UTF-8 text" in text


@pytest.mark.parametrize(
    ("empty", "message"), [("studies", "no study lies here"), ("evidence", "no evidence tables")]
)
def test_an_empty_folder_is_told(plan, own, empty, message):
    (own / "nothing").mkdir()
    assert message in told(plan, **{empty: "nothing"})


def test_a_study_without_evidence_has_nothing_to_be_held_against(plan, own):
    study_file(own / "studies", evidence=None)
    assert "own.yaml  the study names no evidence" in told(plan)


def test_tables_that_no_study_of_the_science_names_say_what_to_do(plan):
    with pytest.raises(EvidenceError, match="name its folder with --studies"):
        plan(studies=None)


def test_arms_have_their_class_and_place(plan):
    (planned,) = plan().replays
    seen = {row.arm_id: (row.therapy, row.arm_place[0]) for row in planned.rows.known}
    assert seen == {arm("treated")["arm_id"]: ("stem_cell_islets", 0), "control": ("usual_care", 1)}


def test_a_trial_that_the_science_holds_under_another_id_is_no_other_trial(plan, own):
    tables(own / "evidence", doi="10.1056/NEJMoa2506549")
    assert plan().published.twins[STUDY] == {STUDY, "reichman_2025_zimislecel"}

"""No row for validation can be fitted: the door refuses it. tests/meta shows that there is no other door."""

import shutil

import pytest

from insula.catalog import Catalog
from insula.core.errors import EvidenceError, UnknownName
from insula.core.paths import science_root
from insula.evidence.calibration_rows import calibration_rows


@pytest.fixture(scope="module")
def science():
    return Catalog(science_root())


def test_only_rows_for_calibration_come_through(science):
    rows = calibration_rows(science)
    held_out = {
        row.cells["study_id"]
        for topic in science.topics.values()
        for row in topic.studies
        if row.cells["role"] == "validation"
    }
    assert len(rows) > 300
    assert held_out
    assert {row.role for row in rows} == {"calibration"}
    assert not held_out & {row.study_id for row in rows}


def test_a_study_for_validation_is_refused_by_name(science):
    named = ["ryan_2005_edmonton5y", "reichman_2025_zimislecel", "wang_d_2018_sle_msct"]
    with pytest.raises(EvidenceError) as refusal:
        calibration_rows(science, named)
    assert "reichman_2025_zimislecel (its role is validation)" in str(refusal.value)
    assert "wang_d_2018_sle_msct" in str(refusal.value)
    assert "ryan" not in str(refusal.value)
    with pytest.raises(UnknownName, match="nobody_1900"):
        calibration_rows(science, ["nobody_1900"])


@pytest.fixture
def twin(tmp_path):
    """The same publication once more, under another id and for calibration."""
    shutil.copytree(science_root() / "evidence", tmp_path / "evidence")
    shutil.copy(science_root() / "endpoints.yaml", tmp_path)
    for name, key in (
        ("studies", "reichman_2025_zimislecel"),
        ("arms", "reichman_2025_zimislecel,full_dose"),
    ):
        path = tmp_path / "evidence" / "beta_replacement" / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        (line,) = (row for row in text.splitlines() if row.startswith(key))
        line = line.replace("reichman_2025_zimislecel", "twin_2025").removesuffix("validation") + (
            "calibration" if name == "studies" else ""
        )
        path.write_text(text.rstrip("\n") + "\n" + line + "\n", encoding="utf-8")
    return Catalog(tmp_path)


def test_the_same_publication_under_another_id_is_no_way_round(twin):
    with pytest.raises(EvidenceError, match=r"twin_2025 \(the same publication as reichman_2025_zimislecel"):
        calibration_rows(twin, ["twin_2025"])

"""The evidence tables as raw rows; bringing them to one vocabulary and unit is the room ``evidence``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.catalog.shelf import Entry
from insula.core.problems import Problem, error
from insula.core.tables import Row, read_csv

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {
    "studies": (
        "study_id,short_name,year,doi,pmid,registration,country,design,disease,population,n_total,follow_up_months,seen_in,"
        "notes,role"
    ),
    "arms": (
        "study_id,arm_id,label,role,n,age_mean,age_sd,duration_years_mean,duration_years_sd,weight_kg_mean,bmi_mean,therapy,"
        "cell_source,cell_dose,cell_dose_unit,infusions,route,schedule,cotherapy,notes"
    ),
    "outcomes": (
        "study_id,arm_id,outcome,time_months,statistic,value,spread_type,spread_low,spread_high,unit,n,analysis,seen_in,notes"
    ),
    "pooled": (
        "meta_analysis_id,doi,outcome,time_months,subgroup,k,n,measure,estimate,ci_low,ci_high,p_value,i2,tau2,model,seen_in,"
        "notes"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class EvidenceTables:
    """Rows of one topic, as text; see ``Row.number`` and ``Row.cells``."""

    topic: str
    folder: Path
    studies: tuple[Row, ...]
    arms: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    pooled: tuple[Row, ...]


def read_evidence(path: Path) -> Entry[EvidenceTables]:
    """Read the four tables of a topic from the folder around one of them."""
    folder = path.parent
    problems: list[Problem] = []
    tables = {
        name: _read(folder / f"{name}.csv", columns.split(","), problems) for name, columns in COLUMNS.items()
    }
    return Entry(folder, EvidenceTables(folder.name, folder, **tables), tuple(problems))


def _read(path: Path, columns: list[str], problems: list[Problem]) -> tuple[Row, ...]:
    if not path.exists():
        problems.append(error(path, "this table is missing.", f"Columns: {','.join(columns)}"))
        return ()
    rows, found = read_csv(path, columns)
    problems += found
    return tuple(rows)

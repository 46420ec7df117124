"""What a trial of the planned size would report at its end, for a run that nothing published stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.forecast import forecast_lines
from insula.analysis.visit_values import read_visit_values
from insula.endpoints.definitions import load_definitions
from insula.report.run_folder import select

if TYPE_CHECKING:
    from insula.report.run_folder import Run
    from insula.report.science_text import ScienceText

# What a reader asks first, in this order; a run has those that were measured at its last visit.
ASKED_FIRST = (
    "insulin_independent", "insulin_free", "insulin_dose_total", "hba1c", "hba1c_below_7", "tir",
    "severe_hypoglycaemia_free", "mmtt_c_peptide_peak", "remission_idaa1c", "progression_to_diabetes", "seroconversion",
)  # fmt: skip


def expected_results(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return an entry for every arm and endpoint at the last visit: the mean of an arm of its size, and its interval.

    Endpoints that no virtual patient has there, as time in range without a sensor, are left out, and so is what
    everybody has from the beginning.
    """
    known = load_definitions(science.catalog.root / "endpoints.yaml")
    wanted = {name: known[name] for name in ASKED_FIRST if name in known}
    sizes = {arm: int(text["size"]) for arm, text in science.study["arms"].items()}
    lines = list(forecast_lines(sizes, wanted, read_visit_values(run.folder), int(run.manifest["seed"])))
    last = max((line["day"] for line in lines), default=0.0)
    told = [line for line in lines if line["day"] == last and not _always(run, line["endpoint"])]
    return [{**line, "measured": science.measured(line["endpoint"])} for line in told]


def _always(run: Run, endpoint: str) -> bool:
    """Whether a yes-or-no endpoint is yes of everybody from the first visit on, as diabetes is of those who have it."""
    values = select(run.table("endpoints"), endpoint=endpoint)["value"]
    return bool(values.size) and bool((values == 1).all())

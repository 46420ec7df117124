"""Published rows and runs of two arms, made up for the tests of the scorecard."""

import numpy as np

from insula.analysis.known_rows import KnownRow, StudyRows
from insula.analysis.visit_values import VisitValues
from insula.evidence import PublishedRow

PATIENTS, MEMBERS = 200, 20
ARMS = ("treated", "control")
UNITS = {"count": "patient", "proportion": "dimensionless"}


def random(seed):
    return np.random.Generator(np.random.Philox(seed))


def known(
    outcome="tir", value=70.0, *, study="s", arm="treated", months=12.0, statistic="mean", n=12, **other
):
    """One row; `reason` makes it one that is shown and not scored."""
    reason = other.pop("reason", "")
    unit = UNITS.get(statistic, "percent")
    source = PublishedRow(
        study, "validation", arm, outcome, outcome, months, months * 30.4375, statistic, value, unit, "none", np.nan,
        np.nan, n, "row", reason, bool(reason), {"unit": unit, "analysis": other.get("analysis", "")}, 2,
    )  # fmt: skip
    share = statistic == "count"
    return KnownRow(
        study_id=study,
        arm_id=arm,
        arm_place=(int(arm == "control"), ARMS.index(arm) if arm in ARMS else 9),
        outcome=outcome,
        statistic="proportion" if share else statistic,
        analysis=other.get("analysis", ""),
        time_months=months,
        value=value / n if share else value,
        sd=other.get("sd", np.nan),
        n=n,
        therapy=other.get("therapy", "msc" if arm == "treated" else "placebo"),
        disease=other.get("disease", "t1d"),
        source=source,
    )


def study_rows(*rows):
    return StudyRows("validation", tuple((row.source, row) for row in rows))


def run_of(values, failed=0):
    """A run of two arms: `values` is {(arm, endpoint, day): (P,)}; the first `failed` of the control fail."""
    patient = np.arange(PATIENTS)
    table = {
        "arm": np.repeat(np.array(ARMS, dtype=object), PATIENTS),
        "patient": np.tile(patient, 2),
        "candidate": np.tile(3 * patient, 2),
        "ensemble_member": np.tile(3 * patient % MEMBERS, 2),
        "status": np.where(np.arange(2 * PATIENTS) - PATIENTS < failed, "failed", "ok").astype(object),
    }
    table["status"][:PATIENTS] = "ok"
    rows = [
        (arm, name, day, np.broadcast_to(v, PATIENTS).astype(float)) for (arm, name, day), v in values.items()
    ]
    columns = [np.repeat(np.array([row[i] for row in rows], dtype=object), PATIENTS) for i in (0, 1)]
    return VisitValues(
        table,
        {
            "arm": columns[0],
            "patient": np.tile(patient, len(rows)),
            "day": np.repeat([float(row[2]) for row in rows], PATIENTS),
            "endpoint": columns[1],
            "value": np.concatenate([row[3] for row in rows]),
        },
    )

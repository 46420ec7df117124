"""A block as tidy tables: what is stored of a chunk. Patients are still named by their candidate number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from insula.endpoints.measure import measure

if TYPE_CHECKING:
    from insula.endpoints.visit import Visit
    from insula.trial.block import Block
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.follow_up import Record

Table = dict[str, Any]

DAILY_DOSE = "insulin_dose_total"  # the first course quantity; the others are named by their symbols


def tables(clinic: Clinic, block: Block) -> dict[str, pa.Table]:
    """Return all tables of a block by name."""
    arms = block.arms.items()
    return {
        "patients": _stack([_patients(arm, cohort) for arm, (cohort, _) in arms]),
        "parameters": _stack([_parameters(clinic, block)]),
        "course": _stack([_course(clinic, arm, cohort, record) for arm, (cohort, record) in arms]),
        "endpoints": _stack(
            [
                _endpoints(clinic, arm, cohort, _with_diary(visit, record), record.visits[0])
                for arm, (cohort, record) in arms
                for visit in record.visits
            ]
        ),
        "cgm": _stack(
            [_cgm(arm, cohort, visit) for arm, (cohort, record) in arms for visit in record.visits]
        ),
        "screening": _screening(block),
        "map_error": _stack([_map_error(arm, record) for arm, (_, record) in arms]),
        "adverse_events": _stack([_adverse_events(arm, cohort, record) for arm, (cohort, record) in arms]),
        "conditional": _stack([_conditional(arm, cohort) for arm, (cohort, _) in arms]),
    }


def _patients(arm: str, cohort: Cohort) -> Table:
    reasons = [cohort.failed.get(k, "") for k in range(cohort.size)]
    return {
        "arm": pa.repeat(arm, cohort.size),
        "candidate": cohort.people.candidates,
        "ensemble_member": cohort.members,
        "status": np.array(["failed" if reason else "ok" for reason in reasons], dtype=object),
        "reason": np.array(reasons, dtype=object),
    }


def _parameters(clinic: Clinic, block: Block) -> Table:
    """Everything that was drawn; numbers that are the same for everybody stay in the text."""
    people = block.people
    drawn = [k for k, symbol in enumerate(people.symbols) if clinic.quantities[symbol].varies_by != "none"]
    n = len(people.candidates)
    return {
        "candidate": np.repeat(people.candidates, len(drawn)),
        "symbol": np.tile(np.array([people.symbols[k] for k in drawn], dtype=object), n),
        "value": people.values[:, drawn].ravel(),
    }


def _course(clinic: Clinic, arm: str, cohort: Cohort, record: Record) -> Table:
    names = np.array([DAILY_DOSE, *clinic.course], dtype=object)
    values = np.stack(record.course)  # (days, patients, quantities)
    days, patients, quantities = values.shape
    return {
        "arm": pa.repeat(arm, values.size),
        "candidate": np.tile(np.repeat(cohort.people.candidates, quantities), days),
        "day": np.repeat(np.array(record.days), patients * quantities),
        "quantity": np.tile(names, days * patients),
        "value": values.ravel(),
    }


def _with_diary(visit: Visit, record: Record) -> Visit:
    """Return the visit with the adverse events that people had had before it."""
    events = record.adverse_events
    return visit if events is None else replace(visit, adverse_events=events.before(visit.day))


def _endpoints(clinic: Clinic, arm: str, cohort: Cohort, visit: Visit, baseline: Visit) -> Table:
    measured = measure(visit, clinic.endpoints, baseline)
    n = cohort.size
    return {
        "arm": pa.repeat(arm, n * len(measured)),
        "candidate": np.tile(cohort.people.candidates, len(measured)),
        "day": np.full(n * len(measured), visit.day),
        "endpoint": np.repeat(np.array(list(measured), dtype=object), n),
        "value": np.concatenate(list(measured.values())),
    }


def _cgm(arm: str, cohort: Cohort, visit: Visit) -> Table:
    n, times = visit.cgm_glucose.shape
    return {
        "arm": pa.repeat(arm, n * times),
        "candidate": np.repeat(cohort.people.candidates, times),
        "day": np.full(n * times, visit.day),
        "minute": np.tile(visit.cgm_time.astype(np.int32), n),
        "glucose": visit.cgm_glucose.ravel().astype(np.float32),
    }


def _screening(block: Block) -> pa.Table:
    return _stack(
        [
            {
                "candidate": np.repeat(candidates, len(result.names)),
                "criterion": np.tile(np.array(result.names, dtype=object), len(candidates)),
                "value": result.values.ravel(),
                "passed": result.passed.ravel(),
            }
            for candidates, result in block.screenings
        ]
    )


def _map_error(arm: str, record: Record) -> Table:
    """One row for each patient, day and quantity that was sampled; also without any, the columns are there."""
    rows = [
        (np.full(len(c), day), np.full(len(c), q, dtype=object), c, p, s)
        for day, q, c, p, s in record.map_error
    ]
    empty = (np.empty(0), np.empty(0, dtype=object), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    day, quantity, candidate, predicted, sampled = (
        np.concatenate(parts) for parts in zip(empty, *rows, strict=True)
    )
    return {
        "arm": pa.repeat(arm, len(day)),
        "candidate": candidate,
        "day": day,
        "quantity": quantity,
        "predicted": predicted,
        "sampled": sampled,
    }


def _adverse_events(arm: str, cohort: Cohort, record: Record) -> Table:
    """One row for each event of those who did not fail; also without any, the columns are there."""
    events = record.adverse_events
    assert events is not None
    told = cohort.alive[events.patient]
    risks = [events.risks[place] for place in events.risk[told]]
    return {
        "arm": pa.repeat(arm, len(risks)),
        "candidate": cohort.people.candidates[events.patient[told]],
        "day": events.day[told],
        "event": pa.array([risk.event for risk in risks], pa.string()),
        "therapy": pa.array([risk.therapy for risk in risks], pa.string()),
        "serious": pa.array([risk.serious for risk in risks], pa.bool_()),
    }


def _conditional(arm: str, cohort: Cohort) -> Table:
    """One row for each person and each thing that was given only to some; also without any, the columns are there."""
    given = cohort.passed_over
    candidates = np.tile(cohort.people.candidates, len(given))
    return {
        "arm": pa.repeat(arm, len(candidates)),
        "candidate": candidates,
        "day": np.repeat(np.array([day for _, day in given], dtype=np.float64), cohort.size),
        "therapy": pa.array(
            np.repeat(np.array([name for name, _ in given], dtype=object), cohort.size), pa.string()
        ),
        "given": np.concatenate([np.empty(0, dtype=bool), *(~missed for missed in given.values())]),
    }


def _stack(parts: list[Table]) -> pa.Table:
    """One table below the other; what has no rows does not decide of what type a column is."""
    return pa.concat_tables([pa.table(part) for part in parts], promote_options="default")

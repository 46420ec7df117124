"""Five years of the disease clock alone for people with newly diagnosed diabetes, on all cores."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from benchmarks.growth import FIVE_YEARS
from insula.catalog import Catalog
from insula.engine.schedule import Schedule
from insula.engine.solve import solve
from insula.trial.block import enrol_block
from insula.trial.clinic import Clinic
from insula.trial.cohort import Cohort
from insula.trial.disease_clock import ATOL, RTOL
from insula.trial.open_clinic import open_clinic

STUDY = "herold_2013_abate"  # only that its people are newly diagnosed and live on the averaged map matters
DIFFERENT = 400  # people who lived from birth until diagnosis; they are taken again until there are enough
REPETITIONS = 3


def five_years(patients: int, workers: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Seconds for so many patients from the day they enter, median; without their lives before and without compiling.

    Beside them the processor time of all cores, the load of the machine, and how many different people they are.
    """
    tell(f"five years of {patients} newly diagnosed patients")
    catalog = Catalog.open()
    clinic = open_clinic(catalog, catalog.studies[STUDY])
    cohorts: list[Cohort] = []
    while sum(cohort.size for cohort in cohorts) < DIFFERENT:
        cohorts.append(enrol_block(clinic, len(cohorts)).cohort)
    load, seconds, processor = round(os.getloadavg()[0], 2), [], []
    tasks = [_places(patients, workers, part, cohorts) for part in range(workers)]
    for _ in range(REPETITIONS):
        began, before = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda task: _follow(clinic, *task), tasks))
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - before)
    return {
        "patients": patients,
        "different": sum(cohort.size for cohort in cohorts),
        "seconds": float(np.median(seconds)),
        "processor_seconds": float(np.median(processor)),
        "load_at_start": load,
    }


def _places(
    patients: int, workers: int, part: int, cohorts: list[Cohort]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Parameters, states and inputs of the patients of one worker; neighbours are different people."""
    who = np.arange(part, patients, workers) % sum(cohort.size for cohort in cohorts)
    parameters, states, inputs = (
        np.concatenate([getattr(cohort, name) for cohort in cohorts])[who]
        for name in ("disease_parameters", "disease_state", "disease_inputs")
    )
    return parameters, states, inputs


def _follow(
    clinic: Clinic,
    parameters: NDArray[np.float64],
    states: NDArray[np.float64],
    inputs: NDArray[np.float64],
) -> None:
    """Let them live with a reading every three months, at the tolerance of the trial."""
    schedule = Schedule.readings(len(parameters), FIVE_YEARS)
    found = solve(
        clinic.disease.kernel, parameters, schedule, initial=states, inputs=inputs, rtol=RTOL, atol=ATOL
    )
    if not found.ok.all():
        raise RuntimeError(found.explain(int(np.flatnonzero(~found.ok)[0])))

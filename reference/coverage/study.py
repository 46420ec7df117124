"""How often intervals of a pooled effect cover the truth, and how wide they are: a Monte Carlo study.

`python reference/coverage/study.py` writes coverage.csv beside it (a minute). What was done, and what follows from
it, is told in docs/reference/coverage_of_intervals.md.
"""

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insula.core.random_streams import normal, uniform
from insula.statistics.meta.coefficients import critical_value
from insula.statistics.meta.many import pool_many

Floats = NDArray[np.float64]
TABLE = Path(__file__).with_name("coverage.csv")
REPLICATES, SEED, LEVEL = 20_000, 1, 0.95
STUDIES, I2 = (2, 3, 5, 10, 20), (0, 50, 90)
SWITCHED = "switched"  # HKSJ, but modified HKSJ where HKSJ is narrower than Wald
RULES = (("DL", "wald"), ("REML", "wald"), ("REML", "hksj"), ("REML", "modified_hksj"), ("REML", SWITCHED))
# Patients of a trial, log-uniform: assumed, from a pilot of two small arms to a trial of phase 3. A standardised mean
# difference near 0 between two arms of N/2 patients each has the variance 4/N.
SMALLEST, LARGEST = 20, 500
MEAN_SIZE = (LARGEST - SMALLEST) / np.log(LARGEST / SMALLEST)
TRUTH = 0.3  # no interval depends on it: all of them move with the effects


@dataclass(frozen=True)
class Cell:
    """One rule in one situation; errors are Monte Carlo standard errors.

    Parameters
    ----------
    studies, i2, tau2
        I2 in percent; tau2 on the scale of a standardised mean difference, squared.
    method, interval
    replicates
    coverage, coverage_error
        Share of intervals that hold the true mean, in percent.
    width, width_error, median_width
        Mean and median width, on the scale of the effect.
    ideal_width
        Mean width of the Wald interval of somebody who knows tau2.
    narrower, coverage_narrower
        Percent of intervals narrower than the Wald interval by REML (0 for Wald), and how many of these hold the true
        mean, in percent; NaN where there are none.
    """

    studies: int
    i2: int
    tau2: float
    method: str
    interval: str
    replicates: int
    coverage: float
    coverage_error: float
    width: float
    width_error: float
    median_width: float
    ideal_width: float
    narrower: float
    coverage_narrower: float


def tau2_of(i2: float) -> float:
    """Return the tau2 that gives this I2, in percent, in a large table: the typical variance is then 4 / mean size."""
    return float(i2 / (100 - i2) * 4 / MEAN_SIZE)


def draw(studies: int, i2: float, first: int, replicates: int) -> tuple[Floats, Floats]:
    """Draw effects and variances, (replicates, studies), of tables `first` and following."""
    who, purpose = np.arange(first, first + replicates), f"coverage.{studies}.{i2:g}"
    share = uniform(SEED, f"{purpose}.size", who, size=studies)
    variance = 4 / (SMALLEST * (LARGEST / SMALLEST) ** share)
    return TRUTH + np.sqrt(variance + tau2_of(i2)) * normal(SEED, purpose, who, size=studies), variance


def interval_ends(y: Floats, variance: Floats, method: str, interval: str) -> tuple[Floats, Floats]:
    """Return the low and high ends by one of `RULES`, (T,) each."""
    if interval == SWITCHED:
        wald, hksj, modified = (
            interval_ends(y, variance, method, i) for i in ("wald", "hksj", "modified_hksj")
        )
        narrower = hksj[1] - hksj[0] < wald[1] - wald[0]
        low, high = (np.where(narrower, m, h) for m, h in zip(modified, hksj, strict=True))
        return low, high
    pooled = pool_many(y, variance, method=method, interval=interval, level=LEVEL)
    if not pooled.usable.all():
        raise RuntimeError(f"{method}, {interval}: {int((~pooled.usable).sum())} tables without a result.")
    return pooled.low, pooled.high


def simulate(studies: int, i2: int, first: int = 0, replicates: int = REPLICATES) -> list[Cell]:
    """Return the cells of one situation, one for each of `RULES`, on the same tables."""
    y, variance = draw(studies, i2, first, replicates)
    ideal = 2 * critical_value(LEVEL) / np.sqrt((1 / (variance + tau2_of(i2))).sum(axis=1))
    found, wald = [], np.subtract(*interval_ends(y, variance, "REML", "wald")[::-1])
    for method, interval in RULES:
        low, high = interval_ends(y, variance, method, interval)
        covered, width = (low <= TRUTH) & (high >= TRUTH), high - low
        coverage = float(covered.mean())
        narrower = (width < wald) & (interval != "wald")
        found.append(
            Cell(
                studies, i2, tau2_of(i2), method, interval, replicates,
                100 * coverage, 100 * float(np.sqrt(coverage * (1 - coverage) / replicates)),
                float(width.mean()), float(width.std(ddof=1) / np.sqrt(replicates)), float(np.median(width)),
                float(ideal.mean()), 100 * float(narrower.mean()),
                100 * float(covered[narrower].mean()) if narrower.any() else np.nan,
            )
        )  # fmt: skip
    return found


def read() -> list[Cell]:
    """Return the committed cells."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    types = {"int": int, "float": float, "str": str}
    kinds = {field.name: types[getattr(field.type, "__name__", str(field.type))] for field in fields(Cell)}
    return [Cell(**{name: kind(row[name]) for name, kind in kinds.items()}) for row in rows]


def page_rows(cells: list[Cell]) -> Iterator[str]:
    """Yield the rows of the pages: I2, studies, coverage of the rules, widths but that of DL, and HKSJ below Wald."""
    for i2 in I2:
        for studies in STUDIES:
            found = [c for c in cells if (c.i2, c.studies) == (i2, studies)]
            hksj = next(c for c in found if c.interval == "hksj")
            numbers = [f"{c.coverage:.1f}" for c in found] + [f"{c.width:.2f}" for c in found[1:]]
            numbers += [f"{hksj.narrower:.1f}", f"{hksj.coverage_narrower:.0f}"]
            yield f"| {i2} | {studies} | {' | '.join(numbers)} |"


def main() -> None:
    """Run the whole study and write its table."""
    cells = [cell for i2 in I2 for studies in STUDIES for cell in simulate(studies, i2)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Cell)])
        writer.writerows([f"{v:.6g}" if isinstance(v, float) else v for v in astuple(cell)] for cell in cells)


if __name__ == "__main__":
    main()

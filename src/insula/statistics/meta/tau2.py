"""Eight estimators of tau2, the variance between studies, for many tables at once.

Sources: DL DerSimonian & Laird 1986 (Control Clin Trials 7:177); HE Hedges & Olkin 1985; HS Hunter & Schmidt
2004; SJ Sidik & Jonkman 2005 (J Biopharm Stat 15:823); PM Paule & Mandel 1982 (J Res Natl Bur Stand 87:377);
EB Morris 1983 (JASA 78:47), whose equation is that of PM; ML and REML by Newton's and Fisher's steps
(Viechtbauer 2005, J Educ Behav Stat 30:261).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.meta.linear import WeightedFit, log_likelihood, weighted_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from insula.statistics.meta.records import Floats

    Bools = NDArray[np.bool_]
    Estimate = tuple[Floats, Floats, Bools]  # tau2, its standard error, converged: (T,) each

COMMON = "EE"
METHODS = (COMMON, "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
_STEPS = 10_000
_CONVERGED = 1e-13  # of the total variance of a typical study
_TRUSTED = (
    0.1  # share of the expected information from which the observed one is used: Newton's step, soon there
)
_BEST_AT_ZERO = 1e-8  # log-likelihood by which 0 must beat a local maximum to be taken instead


@dataclass(frozen=True)
class Tables:
    """Studies of many tables side by side; absent ones have y 0, variance 1 and a design of 0.

    Parameters
    ----------
    y, variance : (T, k)
    design : (T, k, p)
    present : (T, k)
        1 for a study, 0 for an empty place.
    """

    y: Floats
    variance: Floats
    design: Floats
    present: Floats

    @property
    def studies(self) -> Floats:
        """Studies of each table, (T,)."""
        return np.asarray(self.present.sum(axis=1))

    @property
    def df(self) -> Floats:
        """Residual degrees of freedom of each table, (T,)."""
        return np.asarray(self.studies - self.design.shape[2])

    @property
    def typical(self) -> Floats:
        """Geometric mean of the sampling variances of each table, (T,)."""
        return np.asarray(np.exp((self.present * np.log(self.variance)).sum(axis=1) / self.studies))

    def weight(self, tau2: Floats) -> Floats:
        """Return the inverse total variances, (T, k); 0 for absent studies."""
        return self.present / (self.variance + tau2[:, None])

    def fit(self, tau2: Floats) -> WeightedFit:
        """Fit all tables with these variances between studies, (T,)."""
        return weighted_fit(self.y, self.design, self.weight(tau2))

    def plain(self) -> WeightedFit:
        """Fit all tables without variance between studies."""
        return self.fit(np.zeros(len(self.y)))

    def among(self, rows: Bools | NDArray[np.intp]) -> Tables:
        """Return some of the tables."""
        return Tables(self.y[rows], self.variance[rows], self.design[rows], self.present[rows])


def one_table(y: Floats, variance: Floats, design: Floats) -> Tables:
    """Return one table, of y (k,), variance (k,) and design (k, p), as `Tables`."""
    return Tables(y[None], variance[None], design[None], np.ones((1, len(y))))


def estimate_tau2(tables: Tables, method: str) -> Estimate:
    """Estimate the variance between studies of each table.

    Parameters
    ----------
    tables
        Each with at least as many studies as coefficients.
    method
        One of `METHODS`.

    Returns
    -------
    tau2, standard_error, converged : (T,)
        Where there are no more studies than coefficients, and for ``EE``: 0, NaN, True.
    """
    tau2, error = np.zeros(len(tables.y)), np.full(len(tables.y), np.nan)
    converged = np.ones(len(tables.y), dtype=bool)
    several = tables.df >= 1
    if method != COMMON and several.any():
        tau2[several], error[several], converged[several] = _ESTIMATORS[method](tables.among(several))
    return tau2, error, converged


def solve_q(tables: Tables, wanted: Floats) -> tuple[Floats, Bools]:
    """Return the tau2 at which the generalised Q of each table is as wanted, and whether it was found, (T,).

    Q falls with tau2; where even 0 leaves it too small, tau2 is 0. 1/Q is concave in tau2 (a weighted harmonic mean),
    so that Newton's method on it comes from below and never oversteps the root.
    """

    def step(rows: NDArray[np.intp], fit: WeightedFit) -> Floats:
        q, goal = fit.squares, wanted[rows]
        above = q > goal
        return np.asarray(above * (q - goal) / goal * q / np.where(above, fit.squares_twice, 1.0))

    return _iterate(tables, np.zeros(len(tables.y)), step)


def _iterate(
    tables: Tables, tau2: Floats, step: Callable[[NDArray[np.intp], WeightedFit], Floats]
) -> tuple[Floats, Bools]:
    """Repeat steps, kept at 0 or above, until each table stands still."""
    tau2, typical, rows, part = tau2.copy(), tables.typical, np.arange(len(tau2)), tables
    for _ in range(_STEPS):
        old = tau2[rows]
        new = np.maximum(0.0, old + step(rows, part.fit(old)))
        tau2[rows] = new
        moving = np.abs(new - old) > _CONVERGED * (old + typical[rows])
        if not moving.any():
            return tau2, np.isfinite(tau2)
        if not moving.all():
            rows = rows[moving]
            part = tables.among(rows)
    converged = np.isfinite(tau2)
    converged[rows] = False
    return tau2, converged


def _found(tau2: Floats, error: Floats) -> Estimate:
    return tau2, error, np.ones(len(tau2), dtype=bool)


def _hedges(tables: Tables) -> Estimate:
    fit, df = weighted_fit(tables.y, tables.design, tables.present), tables.df
    trace = fit.trace(tables.variance)
    tau2 = np.maximum(0.0, (fit.squares - trace) / df)
    spread = 2 * fit.trace_twice(tables.variance, tables.variance) + 4 * tau2 * trace + 2 * tau2**2 * df
    return _found(tau2, np.sqrt(spread) / df)


def _from_q(tables: Tables, fit: WeightedFit, expected: Floats, divisor: Floats) -> Estimate:
    """Share DL and HS: (Q - expected) / divisor, with the spread of Q under tau2."""
    tau2 = np.maximum(0.0, (fit.squares - expected) / divisor)
    spread = 2 * tables.df + 4 * tau2 * fit.trace() + 2 * tau2**2 * fit.trace_twice()
    return _found(tau2, np.sqrt(spread) / divisor)


def _dersimonian_laird(tables: Tables) -> Estimate:
    fit = tables.plain()
    return _from_q(tables, fit, tables.df, fit.trace())


def _hunter_schmidt(tables: Tables) -> Estimate:
    fit = tables.plain()
    return _from_q(tables, fit, tables.studies, fit.weight.sum(axis=1))


def _sidik_jonkman(tables: Tables) -> Estimate:
    there, k = tables.present, tables.studies
    centre = (there * tables.y).sum(axis=1) / k
    crude = (there * (tables.y - centre[:, None]) ** 2).sum(axis=1) / k
    fit, v = tables.fit(crude), tables.variance
    share = crude / tables.df
    tau2 = share * fit.squares
    spread = 2 * fit.trace_twice(v, v) + 4 * tau2 * fit.trace_twice(v) + 2 * tau2**2 * fit.trace_twice()
    return _found(
        tau2, np.where(crude > 0, share * np.sqrt(spread), np.nan)
    )  # crude 0: nothing to start from


def _paule_mandel(tables: Tables) -> Estimate:
    k, df = tables.studies, tables.df
    tau2, converged = solve_q(tables, df)
    return tau2, np.sqrt(2 * k**2 / df) / tables.weight(tau2).sum(axis=1), converged


def _scoring(restricted: bool) -> Callable[[Tables], Estimate]:
    def step(_: NDArray[np.intp], fit: WeightedFit) -> Floats:
        slope = fit.squares_twice - (fit.trace() if restricted else fit.weight.sum(axis=1))
        expected = information(fit)
        observed = 2 * fit.squares_thrice - expected
        return np.asarray(slope / np.where(observed > _TRUSTED * expected, observed, expected))

    def information(fit: WeightedFit) -> Floats:
        return fit.trace_twice() if restricted else np.asarray(np.sum(fit.weight**2, axis=1))

    def estimate(tables: Tables) -> Estimate:
        """Climb from Hedges' estimate; take 0 where the likelihood is higher there than on the top that was found."""
        tau2, converged = _iterate(tables, _hedges(tables)[0], step)
        gain = log_likelihood(tables.plain(), restricted) - log_likelihood(tables.fit(tau2), restricted)
        tau2 = np.where(gain > _BEST_AT_ZERO, 0.0, tau2)
        return tau2, np.sqrt(2 / information(tables.fit(tau2))), converged

    return estimate


_ESTIMATORS: dict[str, Callable[[Tables], Estimate]] = {
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "SJ": _sidik_jonkman,
    "ML": _scoring(restricted=False),
    "REML": _scoring(restricted=True),
    "EB": _paule_mandel,
    "PM": _paule_mandel,
}

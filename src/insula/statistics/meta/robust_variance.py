"""Variances of coefficients that hold whatever the dependence of effects within clusters.

Sources: Hedges, Tipton & Johnson 2010 (Res Synth Methods 1:39); CR2 with Satterthwaite degrees of freedom Tipton &
Pustejovsky 2015 (J Educ Behav Stat 40:604).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cholesky

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta.coefficients import Coefficients, coefficients
from insula.statistics.meta.model import ROUNDING
from insula.statistics.meta.multilevel import ThreeLevel
from insula.statistics.meta.records import MetaAnalysisError, TooFewStudies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.statistics.meta.model import Model
    from insula.statistics.meta.records import Floats

ROBUST = ("CR0", "CR1", "CR2")


def robust(
    model: Model | ThreeLevel,
    clusters: Sequence[str] | None = None,
    *,
    kind: str = "CR2",
) -> Coefficients:
    """Return coefficients whose tests hold whatever the dependence within clusters.

    Parameters
    ----------
    model
        A fitted `Model`, or `ThreeLevel`.
    clusters : (k,), optional
        Cluster of each effect that took part; by default those of the three-level model.
    kind
        ``CR0``; ``CR1``, times n / (n - p), both with n - p degrees of freedom; ``CR2``, unbiased when the model is
        right, with Satterthwaite's degrees of freedom.

    Raises
    ------
    TooFewStudies
        No more clusters than coefficients.
    UnknownName, MetaAnalysisError
    """
    if kind not in ROBUST:
        raise UnknownName("robust variance", kind, ROBUST)
    labels = _labels(model, clusters)
    x, y = model.design, model.effects.estimate
    if isinstance(model, ThreeLevel):
        covariance = model.covariance
    else:
        covariance = np.diag(model.effects.variance + model.heterogeneity.tau2)
    groups = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels.tolist())]
    n, p = len(groups), x.shape[1]
    if n <= p:
        raise TooFewStudies(
            _("{clusters} clusters are too few for {coefficients} coefficients.").format(
                clusters=n, coefficients=p
            )
        )
    weighted = np.linalg.solve(covariance, x)
    bread = np.linalg.inv(x.T @ weighted)
    beta = bread @ weighted.T @ y
    residual = y - x @ beta
    if np.abs(residual).max() <= ROUNDING * np.abs(y).max():
        raise MetaAnalysisError(
            _("The effects agree exactly: there is nothing to take a robust variance from.")
        )
    unexplained = covariance - x @ bread @ x.T
    sides = [_side(rows, covariance, unexplained, weighted @ bread, kind) for rows in groups]
    pushes = np.array([side.T @ residual[rows] for side, rows in zip(sides, groups, strict=True)])
    sandwich = pushes.T @ pushes * (n / (n - p) if kind == "CR1" else 1.0)
    degrees = _satterthwaite(sides, groups, unexplained) if kind == "CR2" else np.full(p, float(n - p))
    return coefficients(model.coefficients.names, beta, sandwich, degrees, model.coefficients.level)


def _labels(
    model: Model | ThreeLevel, clusters: Sequence[str] | None
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    if clusters is None:
        if not isinstance(model, ThreeLevel):
            raise MetaAnalysisError("A robust variance needs the cluster of each effect.")
        clusters = model.clusters
    if len(clusters) != len(model.effects.estimate):
        raise MetaAnalysisError(f"{len(clusters)} clusters for {len(model.effects.estimate)} effects.")
    return np.array([str(label) for label in clusters])


def _side(
    rows: np.ndarray[tuple[int], np.dtype[np.intp]],
    covariance: Floats,
    unexplained: Floats,
    half: Floats,
    kind: str,
) -> Floats:
    """Return what residuals of a cluster are multiplied by, (cluster, p); CR2 adjusts them for leverage."""
    own = half[rows]
    if kind != "CR2":
        return own
    block = np.ix_(rows, rows)
    upper = cholesky(covariance[block])
    values, vectors = np.linalg.eigh(upper @ unexplained[block] @ upper.T)
    usable = values > 1e-12 * values.max()
    root = (vectors[:, usable] / np.sqrt(values[usable])) @ vectors[:, usable].T
    return np.asarray(upper.T @ root @ upper @ own)


def _satterthwaite(
    sides: list[Floats], groups: list[np.ndarray[tuple[int], np.dtype[np.intp]]], unexplained: Floats
) -> Floats:
    """Degrees of freedom of each coefficient: of a quadratic form with these weights, (p,)."""
    spread = np.zeros((len(unexplained), len(groups)))
    found = []
    for column in range(sides[0].shape[1]):
        for j, (side, rows) in enumerate(zip(sides, groups, strict=True)):
            spread[rows, j] = side[:, column]
        omega = spread.T @ unexplained @ spread
        found.append(np.trace(omega) ** 2 / np.sum(omega**2))
    return np.array(found)

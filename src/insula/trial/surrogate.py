"""A smooth polynomial through simulated points: the arithmetic of the averaged map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Exponents = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Surrogate:
    """Coefficients (M, outputs) of the monomials ``exponents`` (M tuples) and the leave-one-out error (outputs,)."""

    exponents: Exponents
    coefficients: Floats
    error: Floats


def design(n_points: int, n_inputs: int) -> Floats:
    """Space-filling points in [-1, 1], (n_points, n_inputs); the same each time."""
    exponent = int(np.ceil(np.log2(n_points)))
    points: Floats = qmc.Sobol(n_inputs, scramble=False).random_base2(exponent)[:n_points]
    return 2.0 * points - 1.0


def monomials(n_inputs: int, degree: int) -> Exponents:
    """Exponents of all monomials up to a total degree; the constant comes first."""
    found = []
    for total in range(degree + 1):
        for factors in combinations_with_replacement(range(n_inputs), total):
            found.append(tuple(factors.count(k) for k in range(n_inputs)))
    return tuple(found)


def fit(points: Floats, values: Floats, degree: int) -> Surrogate:
    """Least squares through simulated values.

    Parameters
    ----------
    points : (D, inputs), in [-1, 1]
    values : (D, outputs), finite
    degree : total degree of the polynomial

    Returns
    -------
    Surrogate, whose error is the root mean square of the leave-one-out residuals, on the scale of ``values``.
    """
    exponents = monomials(points.shape[1], degree)
    basis = evaluate(points, exponents)
    coefficients = np.asarray(np.linalg.lstsq(basis, values, rcond=None)[0], dtype=np.float64)
    orthonormal, _ = np.linalg.qr(basis)
    leverage = (orthonormal**2).sum(axis=1)
    left_out = (values - basis @ coefficients) / (1.0 - leverage)[:, None]
    return Surrogate(exponents, coefficients, np.sqrt((left_out**2).mean(axis=0)))


def evaluate(points: Floats, exponents: Exponents) -> Floats:
    """Monomials at points, (D, M)."""
    powers = [np.ones(points.T.shape), np.ascontiguousarray(points.T)]
    while len(powers) <= max(max(exponent) for exponent in exponents):
        powers.append(powers[-1] * powers[1])
    columns = np.ones((len(exponents), len(points)))
    for column, exponent in zip(columns, exponents, strict=True):
        for k, power in enumerate(exponent):
            if power:
                column *= powers[power][k]
    return columns.T

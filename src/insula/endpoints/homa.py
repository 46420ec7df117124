"""Homeostasis model assessment from fasting C-peptide, which injected insulin does not disturb.

References
----------
li2004 (abstract): both formulas, with the constants that ``endpoints.yaml`` holds
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from insula.endpoints.visit import Floats


def resistance(glucose: Floats, c_peptide: Floats, *, intercept: float, product: float) -> Floats:
    """Insulin resistance, (P,), dimensionless.

    Parameters
    ----------
    glucose : (P,), mg/dL, fasting
    c_peptide : (P,), nmol/L, fasting
    product : mg/dL x nmol/L
        Of the two, that adds 1 to the `intercept`.

    Returns
    -------
    (P,); NaN where a sample is missing.
    """
    return intercept + glucose * c_peptide / product


def function(glucose: Floats, c_peptide: Floats, *, factor: float, glucose_above: float) -> Floats:
    """Beta-cell function, (P,), percent of normal.

    Parameters
    ----------
    glucose : (P,), mg/dL, fasting
    c_peptide : (P,), nmol/L, fasting
    factor : percent x mg/dL / (nmol/L)
    glucose_above : mg/dL
        Up to here the formula has no value.

    Returns
    -------
    (P,); NaN where a sample is missing, or glucose is not above its limit.
    """
    above = np.where(glucose > glucose_above, glucose - glucose_above, np.nan)
    return factor * c_peptide / above

"""Composite scores of graft function: beta-score, Igls criteria 1.0 and 2.0.

Classes are numbers so that they can be averaged and tabulated: 3 optimal, 2 good, 1 marginal, 0 failure.
Rules of missing values: a patient with any needed input missing has no score (NaN). "Better than baseline"
for a quantity of which less is better (events, time below range) means less than at baseline, or none at
both: a patient who had none cannot have fewer.

References
----------
ryan2005 table 1 (beta-score), rickels2018 table 3 (Igls 1.0), landstra2021 table 2 (Igls 2.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.endpoints.visit import Floats

    Mask = NDArray[np.bool_]

OPTIMAL, GOOD, MARGINAL, FAILURE = 3.0, 2.0, 1.0, 0.0


def beta_score(
    fasting_glucose: Floats,
    hba1c: Floats,
    insulin_per_kg: Floats,
    fasting_c_peptide: Floats,
    stimulated_c_peptide: Floats,
    *,
    glucose_one_from: float,
    glucose_none_from: float,
    hba1c_one_from: float,
    hba1c_none_from: float,
    insulin_one_from: float,
    insulin_none_from: float,
    c_peptide_one_from: float,
    c_peptide_two_from: float,
) -> Floats:
    """Beta-score, 0 to 8: four components with 2, 1 or 0 points.

    A fasting C-peptide that alone reaches the two-point limit stands for a stimulated one that does;
    without C-peptide the whole score is 0.

    Parameters
    ----------
    fasting_glucose : (P,), mg/dL
    hba1c : (P,), percent
    insulin_per_kg : (P,), U/kg per day
    fasting_c_peptide, stimulated_c_peptide : (P,), nmol/L
    glucose_one_from ... insulin_none_from
        From here on 1 point, from there on none; units of the component.
    c_peptide_one_from, c_peptide_two_from : nmol/L
        From here on 1 point, from there on 2.

    Returns
    -------
    (P,), 0 to 8; NaN where an input is missing.
    """
    c_peptide = np.where(fasting_c_peptide >= c_peptide_two_from, c_peptide_two_from, stimulated_c_peptide)
    inputs = (fasting_glucose, hba1c, insulin_per_kg, fasting_c_peptide, c_peptide)
    points = (
        _falling(fasting_glucose, glucose_one_from, glucose_none_from)
        + _falling(hba1c, hba1c_one_from, hba1c_none_from)
        + _falling(insulin_per_kg, insulin_one_from, insulin_none_from)
        + (c_peptide >= c_peptide_one_from)
        + (c_peptide >= c_peptide_two_from)
    )
    return _known(inputs, np.where(c_peptide < c_peptide_one_from, 0.0, points))


def igls_1(
    hba1c: Floats,
    events: Floats,
    dose_per_kg: Floats,
    c_peptide: Floats,
    baseline_events: Floats,
    baseline_dose_per_kg: Floats,
    baseline_c_peptide: Floats,
    *,
    optimal_hba1c_at_most: float,
    good_hba1c_below: float,
    good_dose_share_below: float,
    good_dose_below: float,
    c_peptide_above: float,
) -> Floats:
    """Igls criteria 1.0: one class from glucose, severe hypoglycaemia, insulin and C-peptide.

    Without C-peptide above baseline and above its limit the graft has failed; with it, the graft is
    marginal where it is neither good nor optimal but severe hypoglycaemia improved, and failed where that
    did not improve either.

    Parameters
    ----------
    hba1c : (P,), percent
    events, baseline_events : (P,), severe hypoglycaemia per year
    dose_per_kg, baseline_dose_per_kg : (P,), U/kg per day
    c_peptide, baseline_c_peptide : (P,), nmol/L, fasting or stimulated (the higher)
    good_dose_share_below : dimensionless, of the baseline dose

    Returns
    -------
    (P,), 3 optimal, 2 good, 1 marginal, 0 failure; NaN where an input is missing.
    """
    secretes = (c_peptide > baseline_c_peptide) & (c_peptide > c_peptide_above)
    optimal = secretes & (hba1c <= optimal_hba1c_at_most) & (events == 0) & (dose_per_kg == 0)
    little = (dose_per_kg < good_dose_share_below * baseline_dose_per_kg) & (dose_per_kg < good_dose_below)
    good = secretes & (hba1c < good_hba1c_below) & (events == 0) & (little | (dose_per_kg == 0))
    marginal = secretes & _fewer(events, baseline_events)
    inputs = (
        hba1c,
        events,
        dose_per_kg,
        c_peptide,
        baseline_events,
        baseline_dose_per_kg,
        baseline_c_peptide,
    )
    return _known(inputs, _class(optimal, good, marginal))


def igls_treatment(
    hba1c: Floats,
    in_range: Floats,
    events: Floats,
    below_54: Floats,
    baseline_hba1c: Floats,
    baseline_in_range: Floats,
    baseline_events: Floats,
    baseline_below_54: Floats,
    *,
    optimal_hba1c_at_most: float,
    optimal_in_range_at_least: float,
    optimal_below_54_at_most: float,
    good_hba1c_below: float,
    good_in_range_at_least: float,
    good_below_54_below: float,
) -> Floats:
    """Igls criteria 2.0, treatment outcome: every column of the table must be met.

    Parameters
    ----------
    hba1c, baseline_hba1c : (P,), percent
    in_range, below_54, baseline_... : (P,), percent of readings
    events, baseline_events : (P,), severe hypoglycaemia per year

    Returns
    -------
    (P,), 3 optimal, 2 good, 1 marginal, 0 failure; NaN where an input is missing.
    """
    optimal = (
        (hba1c <= optimal_hba1c_at_most)
        & (in_range >= optimal_in_range_at_least)
        & (events == 0)
        & (below_54 <= optimal_below_54_at_most)
    )
    good = (
        (hba1c < good_hba1c_below)
        & (in_range >= good_in_range_at_least)
        & (events == 0)
        & (below_54 < good_below_54_below)
    )
    marginal = (
        (hba1c <= baseline_hba1c)
        & (in_range > baseline_in_range)
        & _fewer(events, baseline_events)
        & _fewer(below_54, baseline_below_54)
    )
    now = (hba1c, in_range, events, below_54)
    before = (baseline_hba1c, baseline_in_range, baseline_events, baseline_below_54)
    return _known((*now, *before), _class(optimal, good, marginal))


def igls_graft(
    treatment: Floats,
    dose: Floats,
    fasting_c_peptide: Floats,
    stimulated_c_peptide: Floats,
    *,
    good_stimulated_above: float,
    good_fasting_at_least: float,
    marginal_stimulated_at_least: float,
    marginal_fasting_at_least: float,
    any_above: float,
) -> Floats:
    """Igls criteria 2.0, graft function: the class of C-peptide, never above that of the treatment outcome.

    Parameters
    ----------
    treatment : (P,), class from `igls_treatment` (footnote e: it must be met first)
    dose : (P,), insulin in any unit; only whether it is 0 matters
    fasting_c_peptide, stimulated_c_peptide : (P,), nmol/L; either may reach a class
    any_above : nmol/L, what "any" C-peptide means

    Returns
    -------
    (P,), 3 optimal, 2 good, 1 marginal, 0 failure; NaN where an input is missing.
    """
    optimal = (dose == 0) & ((stimulated_c_peptide > any_above) | (fasting_c_peptide > any_above))
    good = (stimulated_c_peptide > good_stimulated_above) | (fasting_c_peptide >= good_fasting_at_least)
    marginal = (stimulated_c_peptide >= marginal_stimulated_at_least) | (
        fasting_c_peptide >= marginal_fasting_at_least
    )
    secretion = _class(optimal, good, marginal)
    inputs = (treatment, dose, fasting_c_peptide, stimulated_c_peptide)
    return _known(inputs, np.minimum(treatment, secretion))


def _falling(value: Floats, one_from: float, none_from: float) -> Floats:
    return np.asarray(2.0 - (value >= one_from) - (value >= none_from), dtype=np.float64)


def _fewer(now: Floats, before: Floats) -> Mask:
    return np.asarray((now < before) | ((now == 0) & (before == 0)), dtype=np.bool_)


def _class(optimal: Mask, good: Mask, marginal: Mask) -> Floats:
    found = np.select([optimal, good, marginal], [OPTIMAL, GOOD, MARGINAL], FAILURE)
    return np.asarray(found, dtype=np.float64)


def _known(inputs: tuple[Floats, ...], found: Floats) -> Floats:
    return np.where(np.any([np.isnan(value) for value in inputs], axis=0), np.nan, found)

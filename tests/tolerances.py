"""How far two numbers may be apart, by the kind of quantity, and why."""

import numpy as np

# The same sum in another order: a few units in the last place of a double, for sums of up to a thousand terms.
ROUNDING = 1e-12

# Two independent integrators at tight tolerances (1e-10 relative): what is left is their accumulated local error.
TWO_INTEGRATORS = 1e-6

# An integrator may undershoot zero by its absolute tolerance, in the unit of the state; a hundred of them is a fault.
BELOW_ZERO = 1e-4

# Glucose of one person read on two grids of times: readings cut no steps, so only the interpolation differs.
OTHER_READINGS = 1e-3

# The golden study on another processor: the last bits of the arithmetic differ, damped by the dissipative model ...
GOLDEN_RELATIVE = 1e-4
# ... and a threshold may then flip: one sensor reading of the tiny visit (1 of 192), in per cent of time.
GOLDEN_ABSOLUTE = 100.0 / 192


def close(found, wanted, *, relative=0.0, absolute=0.0):
    """Say whether two arrays have one shape, miss the same numbers, and are otherwise close."""
    found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    if found.shape != wanted.shape or (np.isnan(found) != np.isnan(wanted)).any():
        return False
    known = ~np.isnan(wanted)
    allowed = absolute + relative * np.abs(wanted[known])
    return bool((np.abs(found[known] - wanted[known]) <= allowed).all())


def same_bits(found, wanted):
    """Say whether two tables of arrays hold the same names, shapes and bits, missing numbers included."""
    return set(found) == set(wanted) and all(
        np.asarray(found[name]).shape == np.asarray(wanted[name]).shape
        and _raw(found[name]) == _raw(wanted[name])
        for name in wanted
    )


def _raw(column):
    values = np.asarray(column)
    return values.tolist() if values.dtype == object else values.tobytes()

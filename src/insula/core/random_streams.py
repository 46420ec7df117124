"""Random numbers with an address: the same (seed, purpose, patient, occasion) always gives the same numbers.

The generator is Philox 4x64 with 10 rounds: a block cipher applied to a counter. The key comes from
(seed, purpose), the counter from (patient, occasion), so no number depends on which others were drawn, in
which order, or by which worker. It is written over arrays because 20 000 patients with 100 quantities each
would construct two million generator objects otherwise. Where one address is asked for many numbers, NumPy's own
generator counts on from there: the same words, and a test holds the two against each other.

References
----------
salmon2011 (Philox: multipliers, Weyl constants, number of rounds)
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Philox
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

_MULTIPLIERS = np.array([[0xD2E7470EE14C6C93], [0xCA5A826395121157]], dtype=np.uint64)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIERS_LOW, _MULTIPLIERS_HIGH = _MULTIPLIERS & _LOW, _MULTIPLIERS >> _HALF
_LONG = (
    64  # blocks of one address from which NumPy's generator is quicker, though it takes addresses one by one
)
LARGEST_RATE = 500.0  # exp(-rate) must stay far from underflow for the inversion to be exact


def uniform(seed: int, purpose: str, patient: ArrayLike, occasion: ArrayLike = 0, size: int = 1) -> Floats:
    """Draw from the open interval (0, 1).

    Parameters
    ----------
    seed, purpose
        The key of the stream: one purpose per thing that is drawn, e.g. ``"glucose.k_p1"``.
    patient : int or (P,)
        Candidate numbers, not negative.
    occasion : int or (D,)
        Which of the repeated draws of this purpose, e.g. the numbers of the days; not negative.
    size
        How many numbers for each patient and occasion.

    Returns
    -------
    (size,) for one patient on one occasion, (P, size) for an array of patients, (P, D, size) for arrays of both;
    never 0 or 1.
    """
    words = _words(_key(seed, purpose), _as_counters(patient), _as_counters(occasion), -(-size // 4))
    drawn = ((words[..., :size] >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    return drawn.reshape(*np.shape(patient), *np.shape(occasion), size)


def normal(seed: int, purpose: str, patient: ArrayLike, occasion: ArrayLike = 0, size: int = 1) -> Floats:
    """Draw standard normals: the inverse distribution function of `uniform` (same shapes)."""
    return np.asarray(ndtri(uniform(seed, purpose, patient, occasion, size)), dtype=np.float64)


def poisson_count(
    rate: ArrayLike, seed: int, purpose: str, patient: ArrayLike, occasion: int = 0, size: int = 1
) -> NDArray[np.int64]:
    """Draw numbers of events by inversion: one uniform per count, so a higher rate never gives fewer events.

    Parameters
    ----------
    rate : float or (P,)
        Expected number of events, 0 to 500.

    Returns
    -------
    (size,) or (P, size), as `uniform`.
    """
    drawn = uniform(seed, purpose, patient, occasion, size)
    rates = np.asarray(rate, dtype=np.float64)
    expected = np.broadcast_to(rates[:, None] if rates.ndim else rates, drawn.shape)
    if not (np.all(expected >= 0) and np.all(expected <= LARGEST_RATE)):
        raise ValueError(f"A rate of events must lie between 0 and {LARGEST_RATE:g}.")
    return _invert_poisson(drawn, expected)


def _invert_poisson(drawn: Floats, expected: Floats) -> NDArray[np.int64]:
    count = np.zeros(drawn.shape, dtype=np.int64)
    term = np.exp(-expected)
    below = term.copy()
    open_lanes = (drawn > below) & (term > 0)
    step = 0
    while open_lanes.any():
        step += 1
        count[open_lanes] += 1
        term = term * expected / step
        below = below + term
        open_lanes = open_lanes & (drawn > below) & ((term > 0) | (step < expected))
    return count


def _as_counters(numbers: ArrayLike) -> Words:
    whole = np.atleast_1d(np.asarray(numbers))
    if whole.dtype.kind not in "iu" or whole.ndim != 1 or (whole.size and whole.min() < 0):
        raise ValueError("Patients and occasions are addressed by whole numbers that are not negative.")
    return whole.astype(np.uint64)


def _key(seed: int, purpose: str) -> tuple[int, int]:
    digest = hashlib.sha256(f"{seed}\n{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def _words(key: tuple[int, int], patients: Words, occasions: Words, blocks: int) -> Words:
    """Return (P, D, 4 * blocks) random words: those of the counters from (1, occasion, patient, 0) on."""
    shape = (len(patients), len(occasions), blocks)
    if blocks >= _LONG:
        own = np.array(key, dtype=np.uint64)
        starts = (np.array([0, day, patient, 0], np.uint64) for patient in patients for day in occasions)
        each = [Philox(key=own, counter=start).random_raw(4 * blocks) for start in starts]
        return np.array(each, dtype=np.uint64).reshape(*shape[:2], 4 * blocks)
    counter = np.zeros((4, *shape), dtype=np.uint64)
    counter[0] = np.arange(1, blocks + 1, dtype=np.uint64)
    counter[1] = occasions[:, None]
    counter[2] = patients[:, None, None]
    return _philox(counter.reshape(4, -1), key).T.reshape(*shape[:2], 4 * blocks)


def _philox(counter: Words, key: tuple[int, int]) -> Words:
    """Encrypt (4, N) counters; words 0 and 2 are multiplied side by side, as are 1 and 3 swapped."""
    even, odd = counter[0::2], counter[1::2]
    for round_key in _round_keys(key):
        high, low = _wide_products(even)
        even = high[::-1] ^ odd
        even ^= round_key
        odd = low[::-1]
    return np.stack([even[0], odd[0], even[1], odd[1]])


def _round_keys(key: tuple[int, int]) -> Words:
    """Return the keys of all rounds, (rounds, 2, 1): each word grows by its Weyl constant."""
    rounds = np.arange(_ROUNDS, dtype=np.uint64)[:, None]
    return (np.array(key, np.uint64) + rounds * np.array(_WEYL, np.uint64))[:, :, None]


def _wide_products(b: Words) -> tuple[Words, Words]:
    """Return the high and low 64 bits of the 128-bit products of (2, N) words with the two multipliers."""
    b_low, b_high = b & _LOW, b >> _HALF
    first = _MULTIPLIERS_LOW * b_low
    first >>= _HALF
    first += _MULTIPLIERS_HIGH * b_low
    second = _MULTIPLIERS_LOW * b_high
    second += first & _LOW
    high = _MULTIPLIERS_HIGH * b_high
    first >>= _HALF
    second >>= _HALF
    high += first
    high += second
    return high, _MULTIPLIERS * b

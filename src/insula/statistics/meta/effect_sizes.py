"""Effect sizes of studies from what they report, by the names and formulas of metafor's escalc.

Which columns a measure takes is in `COLUMNS`; every column is one array, a number per study, NaN where a study
does not report it (its effect is then NaN too). Sources: Hedges & Olkin 1985; Hedges 1981 (J Educ Stat 6:107);
Becker 1988 (Br J Math Stat Psychol 41:257); Fleiss 2009; Freeman & Tukey 1950 (Ann Math Stat 21:607); Rothman
2008; Yusuf 1985 (Prog Cardiovasc Dis 27:335); Viechtbauer 2010 (J Stat Softw 36:3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta import effects_of_counts as counts
from insula.statistics.meta import effects_of_numbers as numbers
from insula.statistics.meta.records import (
    Effects,
    Floats,
    MetaAnalysisError,
    Note,
    as_floats,
    joined,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    Formula = Callable[[Mapping[str, Floats]], tuple[Floats, Floats]]

ADDITIONS = ("only0", "all", "if0all", "none")
_TABLE = ("ai", "bi", "ci", "di")
_MEANS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
_RATES = ("x1i", "t1i", "x2i", "t2i")
_CHANGE = ("m1i", "m2i", "sd1i", "sd2i", "ni", "ri")

COLUMNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("MD", "SMD", "ROM"), _MEANS),
    **dict.fromkeys(("OR", "RR", "RD", "PETO", "AS"), _TABLE),
    **dict.fromkeys(("IRR", "IRD", "IRSD"), _RATES),
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), ("xi", "mi")),
    **dict.fromkeys(("IR", "IRLN", "IRS"), ("xi", "ti")),
    **dict.fromkeys(("COR", "ZCOR"), ("ri", "ni")),
    **dict.fromkeys(("MC", "SMCC"), _CHANGE),
    "SMCR": ("m1i", "m2i", "sd1i", "ni", "ri"),
    "GEN": ("yi", "vi"),
}
RATIOS = frozenset({"ROM", "OR", "RR", "PETO", "IRR", "PLN", "IRLN"})
NEVER_CORRECTED = frozenset({"AS", "PAS", "PFT", "IRSD", "IRS"})
TOTALS = {"bi": ("n1i", "ai"), "di": ("n2i", "ci"), "mi": ("ni", "xi")}
_CELLS = (("ai", "bi", "ci", "di"), ("x1i", "x2i"), ("xi", "mi"), ("xi",))
_POSITIVE = frozenset({"n1i", "n2i", "ni", "ti", "t1i", "t2i", "vi"})
_NOT_NEGATIVE = frozenset({"ai", "bi", "ci", "di", "xi", "mi", "x1i", "x2i", "sd1i", "sd2i"})
_ASSUMED_CORRELATION = "The correlation {0} of before and after was assumed for {1} studies."
_FREEMAN_TUKEY = (
    "Freeman-Tukey: the back-transformed pooled proportion depends on a mean sample size and can mislead; "
    "PLO or a GLMM does not (Schwarzer et al. 2019, Res Synth Methods 10:476)."
)


def effect_sizes(
    measure: str,
    columns: Mapping[str, ArrayLike],
    *,
    add: float = 0.5,
    to: str | None = None,
    drop00: bool = False,
    correlation: float | None = None,
    exact: bool = True,
) -> Effects:
    """Compute one effect and its variance per study.

    Parameters
    ----------
    measure
        A name of `COLUMNS`.
    columns
        The columns of the measure, each (k,); NaN is missing. Group totals `n1i`, `n2i`, `ni` may stand for the
        cells `bi`, `di`, `mi`.
    add, to
        What is added to the counts of a study: where one of them is 0 (``only0``), everywhere (``all``),
        everywhere as soon as one study has a 0 (``if0all``), nowhere (``none``). As in metafor, by default
        ``only0``, but ``none`` for the measures of `NEVER_CORRECTED`.
    drop00
        Leave out (NaN) two-group studies without, or with nothing but, events in both groups.
    correlation
        Stands in where `ri`, of before and after, is missing; a note tells for how many.
    exact
        Hedges' factor J by gamma functions; False: 1 - 3/(4m - 1).

    Returns
    -------
    Effects; infinite or undefined effects (a zero cell without correction) are NaN.

    Raises
    ------
    UnknownName
        Of the measure, or of `to`.
    MetaAnalysisError
        When a column is missing or they differ in length, or `correlation` is none.
    InvalidStudy
        When a number is impossible; names study and column.
    """
    if measure not in COLUMNS:
        raise UnknownName("measure", measure, COLUMNS)
    chosen = to or ("none" if measure in NEVER_CORRECTED else "only0")
    if chosen not in ADDITIONS:
        raise UnknownName("rule for zero cells", chosen, ADDITIONS)
    check_correlation(correlation)
    data, notes = _prepare(measure, columns, correlation)
    _check(data)
    if drop00:
        counts.drop_uninformative(data)
    size = _size(data)
    data |= _corrected(data, add, chosen)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, variance = _formula(measure, exact)(data)
    usable = np.isfinite(estimate) & np.isfinite(variance)
    if measure == "PFT":
        notes.append(Note(_FREEMAN_TUKEY))
    return Effects(
        measure, np.where(usable, estimate, np.nan), np.where(usable, variance, np.nan), size, tuple(notes)
    )


def check_correlation(correlation: float | None) -> None:
    """Refuse a number that is no correlation; None stands for no assumption."""
    if correlation is not None and not -1 <= correlation <= 1:
        raise MetaAnalysisError(
            _(
                "The correlation of before and after (--correlation) lies between -1 and 1, not "
                "{correlation}. Take the one of a study that reports it."
            ).format(correlation=correlation)
        )


def back_transform(measure: str, value: ArrayLike, sizes: Floats | None = None) -> Floats:
    """Return effects on the scale that people read: ratios, proportions, rates, correlations.

    Parameters
    ----------
    measure
    value
        Effects on the scale of pooling.
    sizes : (k,), optional
        Sample sizes of the studies, for PFT only (their harmonic mean, Miller 1978, Am Stat 32:138).

    Returns
    -------
    As `value`; a ratio beyond the largest double (an interval of two studies that disagree) is infinite.
    """
    x = as_floats(value)
    if measure in RATIOS:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(x))
    if measure == "PLO":
        return np.asarray(expit(x))
    if measure == "PAS":
        return np.asarray(np.sin(np.clip(x, 0, np.pi / 2)) ** 2)
    if measure == "PFT" and sizes is not None:
        return counts.inverse_freeman_tukey(x, sizes)
    if measure == "IRS":
        return np.maximum(x, 0) ** 2
    return np.asarray(np.tanh(x)) if measure == "ZCOR" else x


def _formula(measure: str, exact: bool) -> Formula:
    if measure == "GEN":
        return lambda data: (data["yi"], data["vi"])
    if measure in counts.FORMULAS:
        return counts.FORMULAS[measure]
    return numbers.formulas(exact)[measure]


def _size(data: Mapping[str, Floats]) -> Floats:
    """Return patients or person-time of each study, (k,); NaN where no column tells."""
    for names in (_TABLE, ("n1i", "n2i"), ("t1i", "t2i"), ("xi", "mi"), ("ti",), ("ni",)):
        if set(names) <= set(data):
            return np.asarray(np.sum([data[name] for name in names], axis=0))
    return np.full(next(iter(data.values())).shape, np.nan)


def _prepare(
    measure: str, columns: Mapping[str, ArrayLike], correlation: float | None
) -> tuple[dict[str, Floats], list[Note]]:
    """Pick the columns of the measure; cells from totals, missing correlations from the assumed one."""
    given = {name: as_floats(values) for name, values in columns.items()}
    notes: list[Note] = []
    if "ri" in COLUMNS[measure] and measure in ("MC", "SMCC", "SMCR") and correlation is not None:
        ri = given.get("ri", np.full(given["m1i"].shape if "m1i" in given else 0, np.nan))
        notes.append(Note(_ASSUMED_CORRELATION, (correlation, int(np.isnan(ri).sum()))))
        given["ri"] = np.where(np.isnan(ri), correlation, ri)
    data = {}
    for name in COLUMNS[measure]:
        if name not in given and name in TOTALS and set(TOTALS[name]) <= set(given):
            total, part = TOTALS[name]
            refuse(given[part] > given[total], part, _("is more than its total {total}.").format(total=total))
            given[name] = given[total] - given[part]
        if name not in given:
            needed = joined(COLUMNS[measure])
            raise MetaAnalysisError(
                _('The measure {measure} needs the column "{name}". It takes {needed}.').format(
                    measure=measure, name=name, needed=needed
                )
            )
        data[name] = given[name].copy()
    lengths = {values.shape for values in data.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        raise MetaAnalysisError(f"The columns {joined(data)} need one length.")
    return data, notes


def _check(data: Mapping[str, Floats]) -> None:
    for name, values in data.items():
        refuse(np.isinf(values), name, _("is infinite."))
        if name in _POSITIVE:
            refuse(values <= 0, name, _("must be above 0."))
        if name in _NOT_NEGATIVE:
            refuse(values < 0, name, _("must not be negative."))
        if name == "ri":
            refuse(np.abs(values) > 1, name, _("is a correlation, from -1 to 1."))
    counts.refuse_empty_groups(data)


def _corrected(data: Mapping[str, Floats], add: float, to: str) -> dict[str, Floats]:
    """Return the counts after the continuity correction."""
    names = next((cells for cells in _CELLS if set(cells) <= set(data)), ())
    if not names or to == "none":
        return {}
    zero = np.any([data[name] == 0 for name in names], axis=0)
    where = {"only0": zero, "all": np.ones_like(zero), "if0all": np.full_like(zero, zero.any())}[to]
    return {name: np.where(where, data[name] + add, data[name]) for name in names}

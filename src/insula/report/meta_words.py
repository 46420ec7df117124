"""What a meta-analysis calls things, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = Callable[[str], str]


def measure_name(measure: str, _: Words) -> str:
    """Return the name of an effect size as it is read on an axis: ratios as ratios, shares as shares."""
    names = {
        "MD": _("Mean difference"),
        "SMD": _("Standardised mean difference (Hedges g)"),
        "ROM": _("Ratio of means"),
        "OR": _("Odds ratio"),
        "PETO": _("Odds ratio (Peto)"),
        "RR": _("Risk ratio"),
        "RD": _("Risk difference"),
        "AS": _("Arcsine difference"),
        "IRR": _("Rate ratio"),
        "IRD": _("Rate difference"),
        "IRSD": _("Difference of root rates"),
        **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), _("Proportion")),
        **dict.fromkeys(("IR", "IRLN", "IRS"), _("Rate")),
        **dict.fromkeys(("COR", "ZCOR"), _("Correlation")),
        "MC": _("Mean change"),
        "SMCC": _("Standardised mean change"),
        "SMCR": _("Standardised mean change"),
        "GEN": _("Effect"),
    }
    return names[measure]


def effect_name(measure: str, _: Words) -> str:
    """Return the name of an effect as it is pooled, for the heads of tables: a logarithm is called one."""
    names = {
        **{name: f"log {name}" for name in ("OR", "RR", "ROM", "IRR")},
        "PETO": "log OR",
        "PLN": _("log proportion"),
        "IRLN": _("log rate"),
        "PLO": _("logit"),
        "PAS": _("arcsine"),
        "PFT": _("double arcsine"),
        "IRS": _("root rate"),
        "ZCOR": _("Fisher's z"),
    }
    return names.get(measure, _("Effect"))


def scale_name(measure: str, scale: str, _: Words) -> str:
    """Return the name of the scale of pooling, for axes on which nothing is transformed back."""
    name = measure_name(measure, _)
    return name if scale == "plain" else _("{name}, on the scale of pooling ({measure})").format(
        name=name, measure=effect_name(measure, _)
    )  # fmt: skip


def null_value(measure: str, scale: str) -> float | None:
    """Return where there is no effect, on the scale that people read; None for single proportions and rates."""
    if measure in ("PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "IRS"):
        return None
    return 1.0 if scale == "ratio" else 0.0


def reason_text(refusal: dict[str, Any], _: Words) -> str:
    """Return why an analysis was not done."""
    reasons = {
        "TooFewStudies": _("too few studies"),
        "NotConverged": _("the iteration found no end"),
        "RankDeficient": _("the studies are too much alike"),
        "InvalidStudy": _("a study's number does not allow it"),
    }
    return reasons.get(refusal["reason"], _("not possible with these studies"))


def name_of_test(name: str, _: Words) -> str:
    """Return the name of a test that comes with a pooling of counts."""
    names = {
        "association": _("Association (Mantel-Haenszel)"),
        "breslow_day": _("One odds ratio (Breslow-Day)"),
        "tarone": _("One odds ratio (Tarone)"),
    }
    return names[name]

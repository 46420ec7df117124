"""Words of the pages in the reader's language: names of things, limits, verdicts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from insula.report.writing import MISSING, SUPERSCRIPT

if TYPE_CHECKING:
    from insula.analysis.behaviour import Verdict
    from insula.catalog import Catalog
    from insula.catalog.records import BehaviourRow, ParameterRow
    from insula.catalog.records.harms import Harm, Observed
    from insula.report.writing import Writer

BETWEEN_TITLES = " · "  # of the first line of a README
_SHORT = {"minute": "min"}  # as in the names of the units that hold it


def exact(value: float | None) -> str:
    """Write a number of a table with all its digits; a dash where there is none."""
    if value is None:
        return MISSING
    digits, _, power = f"{value:.15g}".partition("e")
    text = f"{digits} × 10{str(int(power)).translate(SUPERSCRIPT)}" if power else digits
    return text.replace("-", "−")


def breakable(text: str) -> Markup:
    """Let a line break behind the marks inside a name: ``averaged_day.mean_glucose=130``."""
    return Markup(re.sub(r"([_.=:])", r"\1<wbr>", str(escape(text))))


def title(catalog: Catalog, name: str, writer: Writer) -> str:
    """Return the name of a module: that of its therapy, else the first line of its README, else its id in words.

    The first line of a README is ``# English · 中文``; where it has no Chinese, the English stands on both pages.
    """
    if name in catalog.therapies:
        return str(catalog.therapies[name].title[writer.lang])
    first = catalog.modules[name].readme.partition("\n")[0].removeprefix("#")
    english, _, chinese = (part.strip() for part in first.partition(BETWEEN_TITLES))
    return (chinese if writer.lang == "zh" else "") or english or name.replace("_", " ")


def counted(harm: Harm, one: Observed, writer: Writer) -> str:
    """Return what a trial counted of a harm, with what its controls had."""
    _ = writer._
    form = {
        "administration": _("{events} in {of} administrations"),
        "patient": _("{events} of {of} patients"),
        "year": _("{events} in {of} patient-years"),
    }[harm.per or "patient"]
    text = form.format(events=writer.number(one.events), of=writer.number(one.of))
    if one.control is None:
        return text
    control = form.format(events=writer.number(one.control.events), of=writer.number(one.control.of))
    return _("{treated}; controls {control}").format(treated=text, control=control)


def model_title(name: str, writer: Writer) -> str:
    """Return the name of a model."""
    _ = writer._
    return {"metabolic": _("The metabolic clock"), "disease": _("The disease clock")}.get(name, name)


def word(name: str, writer: Writer) -> str:
    """Return a word of the tables of the text; one that is not known stays as it is spelt."""
    _ = writer._
    words = {
        "measured": _("measured"), "fitted": _("fitted"), "derived": _("derived"), "assumed": _("assumed"),
        "allometric": _("allometric"), "steady_state": _("steady state"),
        "proposed": _("proposed"), "checked": _("checked"), "disputed": _("disputed"),
        "sd": _("SD"), "se": _("SE"), "cv": _("CV"), "ci95": _("95 % CI"), "range": _("range"), "iqr": _("IQR"),
        "patient": _("between patients"), "ensemble": _("uncertain, shared by all patients"),
        "occasion": _("each time it is used"), "none": "",
        "minute": _("minutes"), "day": _("days"),
        "mean": _("mean"), "minimum": _("minimum"), "maximum": _("maximum"), "end": _("at the end"),
        "change": _("change"), "rise": _("rise"), "fall": _("fall"), "integral": _("integral"),
        "end_over_start": _("end over start"), "time_of_maximum": _("time of the maximum"),
        "time_of_half_change": _("time of half the change"),
        "time_of_nine_tenths": _("time of nine tenths of the maximum"),
    }  # fmt: skip
    return words.get(name, name.replace("_", " "))


def spread(row: ParameterRow, writer: Writer) -> str:
    """Return how a number varies: kind and size, distribution, and between what."""
    if row.spread_type in (None, "none"):
        return ""
    ends = [exact(end) for end in (row.spread_low, row.spread_high) if end is not None]
    kind = f"{word(str(row.spread_type), writer)} {'–'.join(ends)}"
    return writer._("; ").join(filter(None, [kind, row.distribution, word(row.varies_by, writer)]))


def limits(row: BehaviourRow, writer: Writer) -> str:
    """Return what a row is held to."""
    _ = writer._
    if row.high is None:
        return _("at least {low}").format(low=exact(row.low))
    if row.low is None:
        return _("at most {high}").format(high=exact(row.high))
    return _("{low} to {high}").format(low=exact(row.low), high=exact(row.high))


def judgement(verdict: Verdict, writer: Writer) -> str:
    """Return the verdict in words."""
    _ = writer._
    if verdict.met:
        return _("met")
    return _("not met (a warning)") if verdict.held.row.severity == "warning" else _("not met")


def reached(verdict: Verdict, writer: Writer) -> str:
    """Return the value that the model gave with four significant digits, or why it gave none."""
    if verdict.value is None:
        return verdict.failure
    return f"{verdict.value:.4g}".replace("-", "−") + f" {writer.unit(verdict.held.row.unit)}".rstrip()


def unit_of_rate(unit: str, time_unit: str, writer: Writer) -> str:
    """Return the unit of a time derivative."""
    return f"{writer.unit(unit) or '1'}/{_SHORT.get(time_unit, time_unit)}"

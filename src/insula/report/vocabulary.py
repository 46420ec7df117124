"""The words of the vocabularies in the reader's language: statistics, reasons, spreads, the usual traits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insula.report.writing import Writer


def word_of(name: str, writer: Writer) -> str:
    """Return a word of the vocabularies, a usual trait among them; another name as it is spelt, with spaces."""
    return _words(writer).get(name) or writer._(name.replace("_", " "))


@cache
def _words(writer: Writer) -> dict[str, str]:
    return _of_evidence(writer) | _of_people(writer)


def _of_evidence(writer: Writer) -> dict[str, str]:
    _ = writer._
    return {
        "mean": _("mean"),
        "median": _("median"),
        "proportion": _("proportion"),
        "count": _("count"),
        "rate": _("rate"),
        "change_from_baseline": _("change from baseline"),
        "percent_change": _("percent change"),
        "mean_difference": _("mean difference"),
        "slope": _("slope"),
        "value_on_line": _("value on line"),
        "measured": _("measured"),
        "fitted": _("fitted"),
        "derived": _("derived"),
        "assumed": _("assumed"),
        "allometric": _("allometric"),
        "steady_state": _("steady state"),
        "failed": _("failed"),
        "proposed": _("proposed"),
        "checked": _("checked"),
        "disputed": _("disputed"),
        "sd": _("SD"),
        "se": _("SE"),
        "cv": _("CV"),
        "ci95": _("95 % CI"),
        "range": _("range"),
        "iqr": _("IQR"),
    }


def _of_people(writer: Writer) -> dict[str, str]:
    _ = writer._
    return {
        "age": _("Age"),
        "sex": _("Sex"),
        "female": _("Female"),
        "diabetes_duration": _("Diabetes duration"),
        "age_at_diagnosis": _("Age at diagnosis"),
        "diagnosed_for": _("Time since diagnosis"),
        "weight": _("Body weight"),
        "height": _("Height"),
        "bmi": _("Body mass index"),
        "awareness": _("Awareness of lows (0 none, 1 full)"),
        "population": _("population"),
        "endpoints": _("endpoints"),
        "habits": _("habits"),
        "regimen": _("regimen"),
    }

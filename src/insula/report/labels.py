"""Names of things in the reader's language: endpoints, statistics, reasons, arms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.limits import criterion_of
from insula.report.science_text import endpoint_of
from insula.report.vocabulary import word_of

if TYPE_CHECKING:
    from insula.report.writing import Writer


class Labels:
    """Looks names up in a summary; a name without a title is shown as it is spelt, with spaces."""

    def __init__(self, summary: dict[str, Any], writer: Writer) -> None:
        self._endpoints = summary["endpoints"]
        self._outcomes = summary.get("outcomes", {})
        self._arms = {arm["id"]: arm["title"] for arm in summary["arms"]}
        self._writer = writer

    def endpoint(self, name: str) -> str:
        """Return the title of an endpoint, a published outcome, a trait or a quantity."""
        text = self._endpoints.get(endpoint_of(name, self._endpoints)) or self._outcomes.get(name)
        if text:
            return self._writer.title(text["title"])
        return (
            word_of(name.removeprefix("trait."), self._writer)
            if name.startswith("trait.") or "." not in name
            else name
        )

    def arm(self, name: str) -> str:
        """Return the title of an arm; an arm of the evidence that was not simulated keeps its id."""
        return self._writer.title(self._arms[name]) if name in self._arms else word_of(name, self._writer)

    def criterion(self, row: dict[str, Any]) -> str:
        """Return what a row of the screening was judged by."""
        told = row["told"]
        return criterion_of(told, self._writer) if told else self.endpoint(row["criterion"])

    def row(self, row: dict[str, Any]) -> str:
        """Return what a row of the comparison is about: endpoint, statistic and, where it is told, month."""
        _ = self._writer._
        what = {
            "endpoint": self.endpoint(row["outcome"]),
            "statistic": word_of(row["statistic"], self._writer),
        }
        if row["time_months"] is None:
            return _("{endpoint}, {statistic}").format(**what)
        month = _("month {month}").format(month=self._writer.number(row["time_months"]))
        return _("{endpoint}, {statistic}, {month}").format(**what, month=month)

    def spread(self, row: dict[str, Any]) -> str:
        """Return the spread of a number: kind, size, and between what it varies."""
        kind = row.get("spread_type") or "none"
        if kind == "none" or row.get("spread_low") in (None, ""):
            return ""
        ends = [
            self._writer.number(row[key])
            for key in ("spread_low", "spread_high")
            if row.get(key) not in (None, "")
        ]
        return f"{word_of(kind, self._writer)} {'–'.join(ends)}"

    def source(self, quantity: dict[str, Any]) -> str:
        """Return source and place of a number; what is assumed has no place."""
        if quantity["source"] == "assumed":
            return word_of("assumed", self._writer)
        return f"{quantity['source']}, {quantity['place']}"

    def published(self, quantity: dict[str, Any], measured: str) -> str:
        """Return a published value with its spread, in both unit systems."""
        w, unit = self._writer, quantity["unit"]
        text = w.value(quantity["value"], unit, measured)
        kind = quantity.get("spread_type") or "none"
        if kind in ("sd", "se"):
            size = w.value(quantity["spread_low"], unit, measured, difference=True)
            return f"{text}; {word_of(kind, w)} {size}"
        if kind in ("ci95", "range", "iqr"):
            size = w.interval(quantity["spread_low"], quantity["spread_high"], unit, measured)
            return f"{text}; {word_of(kind, w)} {size}"
        return text

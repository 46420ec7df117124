"""Rows, numbers and combinations of a calibration in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insula.report.writing import Writer

_SHOWN = 0.2  # loadings below this are not written: their squares are 4 % of a combination


def row_name(row: dict[str, Any], writer: Writer) -> str:
    """Return endpoint, statistic and time of a row, as ``HbA1c, mean, month 6``."""
    statistic, months = row["statistic"], writer.number(row["time_months"])
    text = writer._("{title}, {statistic}, month {months}")
    return text.format(
        title=writer.title(row["title"]), statistic=writer._(statistic.replace("_", " ")), months=months
    )


def value(number: float, row: dict[str, Any], writer: Writer) -> str:
    """Write a number in the unit of its row; a proportion as per cent."""
    if row["statistic"] == "proportion":
        return writer.percent(number)
    return writer.value(number, row["unit"])


def interval(found: dict[str, Any], row: dict[str, Any], writer: Writer) -> str:
    """Write mean and interval of a prediction."""
    ends = (value(found[name], row, writer) for name in ("low", "high"))
    both = writer._("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
    return writer._("{first} ({second})").format(first=value(found["predicted"], row, writer), second=both)


def summary(counts: dict[str, int], writer: Writer) -> str:
    """Say how many published values lie inside their interval before the fit, after it, and without their study."""
    text = writer._("Inside their interval: {prior} of {rows} before the fit, {posterior} after it.")
    told = {name: writer.number(counts[name]) for name in counts}
    first = text.format(prior=told["prior_inside"], rows=told["rows"], posterior=told["posterior_inside"])
    if not counts["left_out_rows"]:
        return first
    text = writer._(
        "In a fit without their study, where polynomials stand in for replays of the others: {inside} of {rows}."
    )
    return f"{first} {text.format(inside=told['left_out_inside'], rows=told['left_out_rows'])}"


def combination(direction: dict[str, Any], writer: Writer) -> str:
    """Write a combination with its larger loadings, as ``0.71 a − 0.69 b``, on the scores of the priors."""
    shown = [(name, load) for name, load in direction["loadings"].items() if abs(load) >= _SHOWN]
    parts = []
    for number, (name, load) in enumerate(sorted(shown, key=lambda one: -abs(one[1]))):
        sign = "−" if load < 0 else "+" if number else ""
        parts.append(f"{sign} {writer.number(abs(load))} {name}".strip())
    return " ".join(parts)


def verdict(identified: bool, writer: Writer) -> str:
    """Say who knows a combination: the rows, or the prior alone."""
    return writer._("by the rows") if identified else writer._("by the prior only")

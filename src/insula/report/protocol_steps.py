"""What a protocol gives, line by line: the same thing given at regular times is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.units import convert
from insula.report.evidence_origin import origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from insula.report.writing import Writer

_REGULAR = 3  # so many times with the same gap make one line


def protocol_lines(steps: Sequence[dict[str, Any]], writer: Writer) -> list[str]:
    """Return what is given, how much and when, in the order of the days on which it begins."""
    days: dict[str, list[float]] = {}
    lines: list[tuple[float, str]] = []
    for step in steps:
        what = _what(step, writer)
        if "at" in step:
            days.setdefault(what, []).append(_day(step["at"]))
        else:
            first, last = _day(step["from"]), _day(step["to"])
            lines.append((first, _level(what, first, last, writer)))
    for what, given in days.items():
        lines += [(run[0], _doses(what, run, writer)) for run in _regular(sorted(given))]
    return [line for _, line in sorted(lines, key=lambda one: one[0])]


def _what(step: dict[str, Any], writer: Writer) -> str:
    """Return what is given, how much, and to whom."""
    _ = writer._
    amount = step.get("dose") or step.get("target") or {}
    what = writer.title(step["title"])
    doubt = origin(step.get("evidence_from", ()), writer)
    if doubt:
        what = _("{first} ({second})").format(first=what, second=doubt)
    if amount:
        what = _("{therapy}, {amount}").format(
            therapy=what, amount=writer.value(amount["value"], amount["unit"])
        )
    if step.get("if_on_insulin"):
        what = _("{what}, only to those who take insulin then").format(what=what)
        if step.get("share") is not None:
            what = _("{first} ({second})").format(first=what, second=writer.percent(step["share"]))
    return what


def _regular(days: list[float]) -> Iterator[list[float]]:
    """Split rising days into runs with one gap between them; what is not regular stays alone."""
    while days:
        run = days[:2]
        while len(run) < len(days) and days[len(run)] - run[-1] == run[1] - run[0] > 0:
            run.append(days[len(run)])
        taken = run if len(run) >= _REGULAR else days[:1]
        yield taken
        days = days[len(taken) :]


def _doses(what: str, run: list[float], writer: Writer) -> str:
    _ = writer._
    first, last = (writer.number(day, "day") for day in (run[0], run[-1]))
    if len(run) == 1:
        return _("{what}, on day {day}").format(what=what, day=first)
    if run[1] - run[0] == 1:
        return _("{what}, every day from day {first} to day {last}").format(what=what, first=first, last=last)
    gap, times = writer.number(run[1] - run[0], "day"), writer.number(len(run))
    told = _("{what}, every {gap} days from day {first} to day {last}, {times} times")
    return told.format(what=what, gap=gap, first=first, last=last, times=times)


def _level(what: str, first: float, last: float, writer: Writer) -> str:
    ends = {"first": writer.number(first, "day"), "last": writer.number(last, "day")}
    return writer._("{what}, from day {first} to day {last}").format(what=what, **ends)


def _day(at: dict[str, Any]) -> float:
    return float(convert(at["value"], at["unit"], "day"))

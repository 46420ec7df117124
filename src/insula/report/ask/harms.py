"""The harms that each therapy is expected to bring, and what nobody knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.ask import words
from insula.report.ask.section import Section, Table
from insula.report.harms import share_words

if TYPE_CHECKING:
    from insula.report.writing import Writer

Answer = dict[str, Any]


def serious_harms(s: Answer, w: Writer) -> Section:
    """Return the chance of at least one serious event, therapy by therapy."""
    heads = (w._("Therapy"), *(words.after(horizon, w) for horizon in s["horizons"]))
    rows = [
        (words.marked(one, w), *(share_words(told, w) for told in one["expected_harms"]["serious"]))
        for one in _in_order(s)
        if one["given"]
    ]
    lead = w._(
        "Chance of at least one serious adverse event of the therapy, and its {level} interval over what the counts of "
        "the trials leave open. Only events with a count are in it: what is not known, below, comes on top. It is that "
        "of the people of those trials, not of this patient."
    )
    tables = [Table(w._("At least one serious event"), heads, rows)] if rows else []
    return Section("serious_harms", w._("Serious harm"), [lead.format(level=w.percent(s["level"]))], tables)


def expected_harms(s: Answer, w: Writer) -> Section:
    """Return each event of each therapy, and below them what nobody knows."""
    heads = (
        w._("Adverse event"), w._("Therapy"), w._("Serious"),
        *(words.after(horizon, w) for horizon in s["horizons"]), w._("Sources"),
    )  # fmt: skip
    tables = [
        Table(words.marked(one, w), heads, [_row(row, w) for row in one["expected_harms"]["known"]])
        for one in _in_order(s)
        if one["expected_harms"]["known"]
    ]
    return Section("expected_harms", w._("Expected harms"), (), tables, _notes(s, w))


def _in_order(s: Answer) -> list[Answer]:
    """Return the therapies, those last that are not compared for this patient."""
    return sorted(s["therapies"], key=words.left_out)


def _row(row: Answer, w: Writer) -> tuple[str, ...]:
    sources = dict.fromkeys(one["source"] for one in row["observed"])
    return (
        w.title(row["title"]),
        w.title(row["therapy_title"]),
        w._("yes") if row["serious"] else w._("no"),
        *(share_words(told, w) for told in row["shares"]),
        words.joined(list(sources), w),
    )


def _notes(s: Answer, w: Writer) -> list[str]:
    """Return what some events mean for later, and what nobody knows; each once."""
    asked = [one["expected_harms"] for one in _in_order(s)]
    told = [
        words.labelled(w.title(row["title"]), w.title(row["consequence"]), w)
        for one in asked
        for row in one["known"]
        if row["consequence"]
    ]
    unknown = w._("Not known: {event}, {therapy}. {reason}")
    told += [
        unknown.format(
            event=w.title(row["title"]), therapy=w.title(row["therapy_title"]), reason=w.title(row["reason"])
        )
        for one in asked
        for row in one["unknown"]
    ]
    bare = w._("{therapy}: nobody has written its harms down.")
    told += [bare.format(therapy=w.title(title)) for one in asked for title in one["unlisted"]]
    return list(dict.fromkeys(told))

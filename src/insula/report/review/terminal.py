"""A review as tables for the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.report.plain_table import plain_table
from insula.report.review import agreement_words, words
from insula.report.writing import Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

Data = dict[str, Any]


def terminal_review(summary: Data, lang: str) -> Group:
    """Return what was pooled beside what was published, the single studies, and what was not used and why."""
    writer = Writer(lang)
    review = summary["review"]
    makers = (_pooled, _disagreements, _effects, _not_compared, _studies, _reasons)
    virtual = (_agreement, _replays) if "virtual" in summary else ()
    tables = [make(summary, writer) for make in (*virtual, *makers)]
    parts: list[RenderableType] = [
        Text(writer.title(review["title"]), style="bold"),
        Text(writer.title(review["question"])),
        Text(),
        *(Text(line) for line in words.reached(summary["reached"], writer)),
        *(Text(line) for line in (agreement_words.replayed(summary, writer) if virtual else ())),
        *(part for table in tables if table.row_count for part in (Text(), table)),
        Text(),
        *(Text(line) for line in words.rule(writer)),
        Text(),
        *(Text(writer.title(line)) for line in review["limitations"]),
        Text(words.not_judged(writer)),
    ]
    return Group(*parts)


def _agreement(summary: Data, writer: Writer) -> Table:
    """Hold every published cell against the evidence tables and against the virtual trials."""
    _ = writer._
    heads = (_("Outcome"), _("Time"), _("Group"), _("Published"), _("This review"), _("Verdict"),
             _("Virtual trials"), _("Verdict on virtual trials"))  # fmt: skip
    table = plain_table(_("Agreement with what was published"), heads)
    for cell in agreement_words.published_cells(summary):
        published = "\n".join(filter(None, words.published(summary, cell, writer)))
        table.add_row(
            *_place(summary, cell, writer),
            published,
            words.found_here(summary, cell, writer),
            words.verdict(cell, writer),
            agreement_words.found_virtually(summary, cell, writer),
            agreement_words.verdict(cell, writer),
        )
    return table


def _replays(summary: Data, writer: Writer) -> Table:
    _ = writer._
    heads = (_("Study"), _("Disease"), _("Virtual patients in an arm"), _("Ensemble members"), _("Reason"))
    table = plain_table(_("Trials replayed"), heads)
    for one in summary["virtual"]["trials"]:
        table.add_row(one["study"], one["disease"], *agreement_words.trial_row(one, writer))
    return table


def _pooled(summary: Data, writer: Writer) -> Table:
    _ = writer._
    heads = (_("Outcome"), _("Time"), _("Group"), _("Studies (patients)"), _("This review"), _("Published number"),
             _("Published finding"), _("Verdict"))  # fmt: skip
    table = plain_table(_("Pooled here and published"), heads)
    for cell in summary["cells"]:
        if words.has_number(cell):
            number = words.found_here(summary, cell, writer)
            size = f"{cell['k']} ({cell['n']})" if cell["pooled"] else ""
            published = words.published(summary, cell, writer)
            table.add_row(
                *_place(summary, cell, writer), size, number, *published, words.verdict(cell, writer)
            )
    return table


def _disagreements(summary: Data, writer: Writer) -> Table:
    _ = writer._
    heads = (_("Outcome"), _("Time"), _("Group"), _("What disagrees"), _("Verdict"), _("Why"))
    table = plain_table(_("What disagrees, and why"), heads)
    for cell, *told in words.disagreements(summary, writer):
        table.add_row(*_place(summary, cell, writer), *told)
    return table


def _not_compared(summary: Data, writer: Writer) -> Table:
    _ = writer._
    title = _("Published, but without a usable number here")
    heads = (_("Outcome"), _("Time"), _("Group"), _("Published number"), _("Published finding"))
    table = plain_table(title, heads)
    for cell in summary["cells"]:
        if not words.has_number(cell) and (cell["claims"] or cell["published"]):
            table.add_row(*_place(summary, cell, writer), *words.published(summary, cell, writer))
    return table


def _place(summary: Data, cell: Data, writer: Writer) -> tuple[str, str, str]:
    title = writer.title(summary["outcomes"][cell["outcome"]]["title"])
    return title, words.when(cell["months"], writer), writer.title(cell["subgroup_title"])


def _effects(summary: Data, writer: Writer) -> Table:
    _ = writer._
    heads = (_("Study"), _("Outcome"), _("Time"), _("What is compared"), _("Treated"), _("Control"), _("Effect"),
             _("Remark"))  # fmt: skip
    table = plain_table(_("Single studies"), heads)
    for cell in summary["cells"]:
        if cell["subgroup"] != "overall":
            continue
        outcome = summary["outcomes"][cell["outcome"]]
        for one in (*cell["effects"], *cell["treated_events"]):
            title, when = writer.title(outcome["title"]), words.when(cell["months"], writer)
            table.add_row(one["study"], title, when, *words.comparison(one, outcome, writer))
    return table


def _studies(summary: Data, writer: Writer) -> Table:
    _ = writer._
    table = plain_table(
        _("Studies of the topic"), (_("Study"), _("Disease"), _("Patients"), _("Pooled"), _("Reason"))
    )
    for one in sorted(
        summary["studies"], key=lambda study: (not study["pooled"], not study["meets_criteria"])
    ):
        why = words.why_not_pooled(one, writer)
        pooled = _("yes") if one["pooled"] else _("no")
        table.add_row(one["study"], one["disease"], writer.number(one["patients"], "patients"), pooled, why)
    return table


def _reasons(summary: Data, writer: Writer) -> Table:
    _ = writer._
    table = plain_table(_("Not used, and why"), (_("What"), _("Rows"), _("Reason")))
    kinds = (
        (_("Rows of studies"), "unused_rows"),
        (_("Published pooled numbers"), "published_without_place"),
    )
    for name, key in kinds:
        counted = Counter(words.reason(one["reason"], writer) for one in summary[key])
        for why, count in counted.most_common():
            table.add_row(name, str(count), why)
    return table

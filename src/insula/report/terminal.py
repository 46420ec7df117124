"""The same summary as tables for the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.report.expected_results import ASKED_FIRST
from insula.report.labels import Labels
from insula.report.matched import matched_table
from insula.report.plain_table import plain_table
from insula.report.vocabulary import word_of
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def terminal_report(summary: dict[str, Any], lang: str) -> Group:
    """Return title, baseline, predicted against published, and failures, to be printed by a rich console."""
    writer = Writer(lang)
    labels = Labels(summary, writer)
    parts: list[RenderableType] = [Text(writer.title(summary["study"]["title"]), style="bold"), Text()]
    if summary["weights"]:
        parts += [
            matched_table(summary["weights"]["matched"], writer),
            Text(_effective(summary, writer)),
            Text(),
        ]
    parts += [
        baseline_table(summary, writer, labels),
        Text(),
        expected_table(summary, writer, labels)
        if summary["expected"]
        else comparison_table(summary, writer, labels),
        Text(),
    ]
    parts += [*_failure_lines(summary, writer, labels), Text(), Text(_reminder(writer), style="dim")]
    return Group(*parts)


def _effective(summary: dict[str, Any], writer: Writer) -> str:
    found = summary["weights"]
    numbers = {"patients": found["patients"], "effective": found["effective_sample_size"]}
    told = writer._("{patients} patients count as {effective}.")
    return told.format(**{name: writer.number(number) for name, number in numbers.items()})


def baseline_table(summary: dict[str, Any], writer: Writer, labels: Labels) -> Table:
    """Return the patients before the therapy: what something published stands beside, else what is asked first."""
    _ = writer._
    table = plain_table(
        _("Baseline beside published"), (_("Endpoint"), _("Simulated mean"), _("SD"), _("Published"))
    )
    beside = [row for row in summary["baseline"] if row["published"]]
    asked = [row for row in summary["baseline"] if row["endpoint"] in ASKED_FIRST and row["mean"] is not None]
    for row in beside or asked:
        unit, measured = row["unit"], row["measured"]
        published = labels.published(row["published"], measured) if row["published"] else MISSING
        sd = writer.value(row["sd"], unit, measured, difference=True)
        table.add_row(
            labels.endpoint(row["endpoint"]), writer.value(row["mean"], unit, measured), sd, published
        )
    return table


def expected_table(summary: dict[str, Any], writer: Writer, labels: Labels) -> Table:
    """Return what a trial of this size would report at its end, where nothing published is scored; and why not."""
    _ = writer._
    interval = _("{level} interval").format(level=writer.percent(summary["interval_level"]))
    day = writer.number(summary["expected"][0]["day"], "day")
    title = _(
        "No published value is scored against this run. What a trial of this size would report on day {day}:"
    )
    table = plain_table(
        title.format(day=day), (_("Arm"), _("Endpoint"), "n", _("Predicted"), interval), right=("n",)
    )
    for row in summary["expected"]:
        unit, measured = row["unit"], row["measured"]
        table.add_row(
            labels.arm(row["arm"]),
            labels.endpoint(row["endpoint"]),
            writer.number(row["patients"]),
            writer.value(row["predicted"], unit, measured),
            writer.interval(row["low"], row["high"], unit, measured),
        )
    table.caption = "\n".join(_not_scored(summary, writer)) or None
    return table


def comparison_table(summary: dict[str, Any], writer: Writer, labels: Labels) -> Table:
    """Return every scored evidence row, and how many were not scored for which reason."""
    _, verdict = writer._, summary["verdict"]
    interval = _("{level} interval").format(level=writer.percent(summary["interval_level"]))
    heads = (_("Arm"), _("Row"), "n", _("Predicted"), interval, _("Published"), "z", _("Verdict"))
    table = plain_table(_("Predicted against published"), heads, right=("n", "z"))
    for row in (row for row in summary["comparison"] if row["scored"]):
        table.add_row(*comparison_cells(row, writer, labels))
    counts = _("{inside} of {scored} scored rows inside, {rows} rows in all").format(**verdict)
    table.caption = "\n".join([counts, *_not_scored(summary, writer)])
    return table


def _not_scored(summary: dict[str, Any], writer: Writer) -> list[str]:
    counts = Counter(row["note"] for row in summary["comparison"] if not row["scored"])
    why = [f"{writer._(note)} ({writer.number(count)})" for note, count in counts.most_common()]
    return [writer._("not scored: {reasons}").format(reasons=writer._("; ").join(why))] if why else []


def comparison_cells(row: dict[str, Any], writer: Writer, labels: Labels) -> tuple[str | Text, ...]:
    """Return the cells of one evidence row."""
    unit, measured, difference = row["unit"], row["measured"], row["difference"]
    levels = [
        writer.value(row[key], unit, measured, difference=difference) for key in ("predicted", "published")
    ]
    interval = writer.interval(row["low"], row["high"], unit, measured, difference=difference)
    size, z = writer.number(row["n"]), writer.number(row["z"], "z")
    return (
        labels.arm(row["arm"]),
        labels.row(row),
        size,
        levels[0],
        interval,
        levels[1],
        z,
        _verdict(row, writer),
    )


def _verdict(row: dict[str, Any], writer: Writer) -> Text:
    word = writer._("inside") if row["inside"] else writer._("outside")
    note = f" ({writer._(row['note'])})" if row["note"] else ""
    return Text(word + note, style="green" if row["inside"] else "bold yellow")


def _failure_lines(summary: dict[str, Any], writer: Writer, labels: Labels) -> list[RenderableType]:
    _, lines = writer._, []
    sentence = _(
        "{arm}: {failed} of {patients} virtual patients ({share}) could not be integrated to the end."
    )
    for arm in summary["failures"]["arms"]:
        share = writer.share(arm["failed"], arm["patients"])
        counts = {key: writer.number(arm[key]) for key in ("failed", "patients")}
        lines.append(Text(sentence.format(arm=labels.arm(arm["arm"]), share=share, **counts)))
    for reason in summary["failures"]["reasons"]:
        text = (
            f"  {writer.number(reason['patients'])} × {word_of(reason['status'], writer)}: {reason['reason']}"
        )
        lines.append(Text(text, style="yellow"))
    return list(lines)


def _reminder(writer: Writer) -> str:
    return writer._(
        "Research software: exploratory in-silico evidence, not for individual treatment decisions. "
        "No patient was treated, and nothing here is a promise."
    )

"""Two runs side by side: the same endpoints, and the courses of both in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis import compare_runs
from insula.report.figures.pair import pair_figure
from insula.report.figures.style import to_svg
from insula.report.html import LEADING, markup, render
from insula.report.labels import Labels
from insula.report.plain_table import plain_table
from insula.report.summary import summarise
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from insula.catalog import Catalog

_KEPT = ("folder", "study", "arms", "course", "failures")
_NUMBERS = ("first", "second", "difference", "standard_error")


def compare_summary(first: Path, second: Path, catalog: Catalog) -> dict[str, Any]:
    """Return what two finished runs have in common, ready for JSON.

    Returns
    -------
    dict
        ``runs``: folder, study, arms, course and failures of both; ``arms``: pairs that are compared;
        ``rows``: one per endpoint, day and arm as in `insula.analysis.compare_runs`, with unit;
        ``endpoints``: their texts.
    """
    runs = [summarise(folder, catalog) for folder in (first, second)]
    table = compare_runs(first, second)
    rows = [
        _row(dict(zip(table, cells, strict=True)), runs[0]) for cells in zip(*table.values(), strict=True)
    ]
    return {
        "runs": [{name: run[name] for name in _KEPT} for run in runs],
        "arms": list(dict.fromkeys((row["arm_first"], row["arm_second"]) for row in rows)),
        "rows": rows,
        "endpoints": runs[0]["endpoints"] | runs[1]["endpoints"],
    }


def write_comparison(summary: dict[str, Any], out: Path, lang: str) -> Path:
    """Write the comparison of two runs as one HTML file and return its path."""
    out.write_text(render("compare.html.j2", _for_labels(summary), lang, _figures), encoding="utf-8")
    return out


def terminal_comparison(summary: dict[str, Any], lang: str) -> Table:
    """Return the comparison as a table for the terminal."""
    writer = Writer(lang)
    labels, _ = Labels(_for_labels(summary), writer), writer._
    heads = (
        _("Endpoint"),
        _("Arm"),
        _("Day"),
        *(run["folder"] for run in summary["runs"]),
        _("Difference"),
        _("SE"),
    )
    table = plain_table(_("Two runs side by side"), heads)
    for row in summary["rows"]:
        day = writer.number(row["day"], "day")
        table.add_row(
            labels.endpoint(row["endpoint"]), labels.arm(row["arm_first"]), day, *_numbers(row, writer)
        )
    return table


def _row(row: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    """Add the unit that the courses of the first run have."""
    bands = run["course"].get(row["arm_first"], {}).get(row["endpoint"], {"unit": "", "measured": ""})
    return {**row, "unit": bands["unit"], "measured": bands["measured"]}


def _numbers(row: dict[str, Any], writer: Writer) -> list[str]:
    unit, measured = row["unit"], row["measured"]
    differences = (False, False, True, True)
    return [
        writer.value(row[name], unit, measured, difference=difference)
        for name, difference in zip(_NUMBERS, differences, strict=True)
    ]


def _for_labels(summary: dict[str, Any]) -> dict[str, Any]:
    """Return the summary with the arms of both runs, so that each has its title."""
    arms = {arm["id"]: arm for run in reversed(summary["runs"]) for arm in run["arms"]}
    return {
        **summary,
        "pairs": summary["arms"],
        "arms": list(arms.values()),
        "folder": summary["runs"][0]["folder"],
    }


def _figures(summary: dict[str, Any], writer: Writer, labels: Labels) -> list[dict[str, Any]]:
    found = []
    for first, second in summary["pairs"]:
        bands = [run["course"][arm] for run, arm in zip(summary["runs"], (first, second), strict=True)]
        for quantity in (name for name in LEADING if all(name in course for course in bands)):
            title = f"{labels.endpoint(quantity)} · {labels.arm(first)}"
            figure = pair_figure([course[quantity] for course in bands], writer)
            found.append({"title": title, "svg": markup(to_svg(figure, f"pair-{first}-{quantity}", title))})
    return found

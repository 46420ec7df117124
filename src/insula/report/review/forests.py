"""The forest plots of a review: an outcome at a time, its studies by group, and the published pooled numbers below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.catalog.records.reviews import OVERALL
from insula.report.meta_figures.forest import Forest, ForestRow, ForestSummary
from insula.report.meta_figures.kinds import PUBLISHED, VIRTUAL
from insula.report.review import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.report.writing import Writer

Data = dict[str, Any]


def forests(summary: Data, writer: Writer) -> dict[str, tuple[str, Forest]]:
    """Return title and forest plot of every outcome and time at which a study has an effect, by file name."""
    found = {}
    for whole in summary["cells"]:
        if whole["subgroup"] == OVERALL and (whole["pooled"] or _virtual(whole)["pooled"]):
            same = [cell for cell in summary["cells"] if _time(cell) == _time(whole)]
            outcome = summary["outcomes"][whole["outcome"]]
            when = words.when(whole["months"], writer)
            title = writer._("{outcome}, {time}").format(outcome=writer.title(outcome["title"]), time=when)
            month = "follow_up" if whole["months"] is None else f"{whole['months']:g}"
            found[f"forest_{whole['outcome']}_{month}"] = (title, _forest(outcome, same, writer))
    return found


def _time(cell: Data) -> tuple[str, float | None]:
    return cell["outcome"], cell["months"]


def _forest(outcome: Data, cells: list[Data], writer: Writer) -> Forest:
    """Return the forest of one outcome at one time; `cells` are its groups, all studies first."""
    whole, groups = cells[0], [cell for cell in cells[1:] if cell["pooled"] or _virtual(cell)["pooled"]]
    rows = [_row(outcome, one, cell, writer) for cell in groups for one in _trials(cell)]
    grouped = {one["study"] for cell in groups for one in _trials(cell)}
    rows += [_row(outcome, one, None, writer) for one in _trials(whole) if one["study"] not in grouped]
    summaries = [one for cell in (*groups, whole) for one in _summaries(outcome, cell, writer)]
    return Forest(
        rows=tuple(rows),
        summaries=tuple(summaries),
        axis_label=words.measure(outcome, writer),
        null=1.0 if outcome["ratio"] else 0.0,
        log=outcome["ratio"],
        headings=(writer._("Treated"), writer._("Control")),
        favours=(writer._("lower than control"), writer._("higher than control")),
        notes=tuple(_notes(cells, writer)),
    )


def _virtual(cell: Data) -> Data:
    """Return the virtual counterpart of a cell; an empty one where no runs were given."""
    return dict(cell.get("virtual") or {"pooled": None, "effects": []})


def _trials(cell: Data) -> list[Data]:
    """Return the effects of the trials of a cell, published and virtual of one trial together."""
    both = [*cell["effects"], *_virtual(cell)["effects"]]
    order = dict.fromkeys(one["study"] for one in both)
    return [one for study in order for one in both if one["study"] == study]


def _notes(cells: list[Data], writer: Writer) -> Iterable[str]:
    yield writer._("REML with Hartung-Knapp intervals; a single study with its own Wald interval.")
    if any(_virtual(cell)["effects"] for cell in cells):
        yield writer._("Virtual trials: mean of the imagined trials and where 95 % of them lie.")


def _row(outcome: Data, one: Data, cell: Data | None, writer: Writer) -> ForestRow:
    effect, low, high = _ends(outcome, one, writer)
    published = "weight_percent" in one  # what is imagined has another weight in each draw
    return ForestRow(
        one["name"] if published else writer._("{study}, virtual").format(study=one["name"]),
        PUBLISHED if published else VIRTUAL, effect, low, high,
        weight=one.get("weight_percent"),
        subgroup=writer.title(cell["subgroup_title"]) if cell else "",
        cells=tuple(words.groups(one, outcome, writer)),
    )  # fmt: skip


def _summaries(outcome: Data, cell: Data, writer: Writer) -> Iterable[ForestSummary]:
    """Yield what was pooled of the trials of a cell, of the virtual ones, and by others."""
    if cell["k"] > 1:
        yield _summary(outcome, cell, writer)
    virtual = _virtual(cell)
    if virtual["pooled"] and virtual["k"] > 1:
        yield _virtual_summary(outcome, cell, virtual, writer)
    yield from _published(outcome, cell, writer)


def _virtual_summary(outcome: Data, cell: Data, virtual: Data, writer: Writer) -> ForestSummary:
    pooled, _ = virtual["pooled"], writer._
    label = _("{group}, virtual trials pooled").format(group=writer.title(cell["subgroup_title"]))
    share = writer.percent(pooled["share_significant"])
    told = _("no effect excluded in {share} of the virtual meta-analyses").format(share=share)
    ends = _ends(outcome, pooled, writer)
    return ForestSummary(label, VIRTUAL, *ends, subgroup=_group(cell, writer), heterogeneity=told)


def _summary(outcome: Data, cell: Data, writer: Writer) -> ForestSummary:
    pooled = cell["pooled"]
    effect, low, high = _ends(outcome, pooled, writer)
    prediction = pooled["prediction"]
    ends = None
    if prediction:
        first, last = (words.in_unit(outcome, end, writer) for end in prediction)
        ends = (first, last)
    title = writer.title(cell["subgroup_title"])
    spread = f"I² {writer.number(pooled['i2'])} %; τ² {writer.number(pooled['tau2'])}"
    label = writer._("{group}, pooled").format(group=title)
    return ForestSummary(label, PUBLISHED, effect, low, high, ends, _group(cell, writer), spread)


def _group(cell: Data, writer: Writer) -> str:
    """Return below whose studies a pooled number stands; empty: at the end, below all."""
    return "" if cell["subgroup"] == OVERALL else writer.title(cell["subgroup_title"])


def _published(outcome: Data, cell: Data, writer: Writer) -> Iterable[ForestSummary]:
    """Yield the numbers of published meta-analyses, grey: their studies are not shown."""
    for one in cell["published"]:
        if one["low"] is not None and one["high"] is not None:
            label = writer._("published: {meta_analysis}").format(meta_analysis=one["meta_analysis"])
            ends = _ends(outcome, one, writer)
            yield ForestSummary(label, "", *ends, subgroup=_group(cell, writer))


def _ends(outcome: Data, numbers: Data, writer: Writer) -> tuple[float, float, float]:
    estimate, low, high = (
        words.in_unit(outcome, numbers[name], writer) for name in ("estimate", "low", "high")
    )
    return estimate, low, high

"""Forest plots of the answer of a meta-analysis: all studies, the cumulated ones, and each one left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.meta_figures.forest import Forest, ForestRow, ForestSummary
from insula.report.meta_figures.kinds import PUBLISHED, VIRTUAL
from insula.report.meta_words import measure_name, null_value
from insula.report.writing import NO_BREAK

if TYPE_CHECKING:
    from insula.report.writing import Writer

    Answer = dict[str, Any]

NAN = float("nan")


def forest_of(found: Answer, writer: Writer, favours: tuple[str, str] = ("", "")) -> Forest:
    """Return the forest plot of all studies with what was pooled of them."""
    headings = _headings(found["studies"][0]["counts"], writer)
    rows = tuple(_study(row) for row in found["studies"])
    return _forest(found, writer, rows, _summaries(found, writer), headings, favours, _notes(found, writer))


def cumulative_of(found: Answer, writer: Writer) -> Forest:
    """Return the pooled effect after each further study, in their order."""
    steps = found["cumulative"]
    rows = [_step(f"+ {step['added']}", step, (step["order"],)) for step in steps["steps"]]
    return _forest(found, writer, tuple(rows), (), (steps["by"],))


def leave_one_out_of(found: Answer, writer: Writer) -> Forest:
    """Return the pooled effect without each study, above the effect of all."""
    rows = tuple(_step(f"− {row['study']}", row, ()) for row in found["leave_one_out"])
    return _forest(found, writer, rows, (_whole(found, writer),))


def axis_label(found: Answer, writer: Writer) -> str:
    """Return the measure as people read it, with its unit."""
    name = measure_name(found["measure"], writer._)
    return f"{name} ({found['unit']})" if found["unit"] else name


def _forest(
    found: Answer,
    writer: Writer,
    rows: tuple[ForestRow, ...],
    summaries: tuple[ForestSummary, ...],
    headings: tuple[str, ...] = (),
    favours: tuple[str, str] = ("", ""),
    notes: tuple[str, ...] = (),
) -> Forest:
    return Forest(
        rows, summaries, axis_label(found, writer), null_value(found["measure"], found["scale"]),
        found["scale"] == "ratio", headings, favours, found["level"], notes,
    )  # fmt: skip


def _study(row: Answer) -> ForestRow:
    return ForestRow(
        row["study"], row["kind"], *_ends(row), weight=row["weight"], subgroup=row["group"],
        cells=_cells(row["counts"]),
    )  # fmt: skip


def _step(label: str, row: Answer, cells: tuple[str, ...]) -> ForestRow:
    ends = (NAN, NAN, NAN) if "reason" in row else _ends(row)
    return ForestRow(label, PUBLISHED, *ends, cells=cells)


def _ends(row: Answer) -> tuple[float, float, float]:
    """Return effect and interval on the scale that people read; NaN where there is none."""
    read = row["back_transformed"] or row
    estimate, low, high = (
        NAN if read[name] is None else float(read[name]) for name in ("estimate", "low", "high")
    )
    return estimate, low, high


def _summaries(found: Answer, writer: Writer) -> tuple[ForestSummary, ...]:
    groups = found["subgroups"]["groups"] if found["subgroups"] else []
    own = [
        _summary(
            writer._("Pooled: {group}").format(group=group["group"]),
            group,
            writer,
            main_kind(found),
            group["group"],
        )
        for group in groups
        if "reason" not in group
    ]
    own.append(_whole(found, writer))
    virtual, clusters = found["virtual"], found["clusters"]
    if virtual and "reason" not in virtual:
        own.append(_summary(writer._("Virtual trials, pooled"), virtual, writer, VIRTUAL))
    if clusters and "robust" in clusters and "reason" not in clusters["robust"]:
        label = writer._("Three-level model, robust interval")
        own.append(ForestSummary(label, "", *_ends(clusters["robust"])))
    return tuple(own)


def _whole(found: Answer, writer: Writer) -> ForestSummary:
    label = writer._("Published studies, pooled") if found["virtual"] else writer._("All studies, pooled")
    return _summary(label, found["pooled"], writer, main_kind(found))


def main_kind(found: Answer) -> str:
    """Return the kind of the studies that are analysed; virtual only where there is no published one."""
    return PUBLISHED if any(row["kind"] == PUBLISHED for row in found["studies"]) else VIRTUAL


def _summary(label: str, row: Answer, writer: Writer, kind: str, subgroup: str = "") -> ForestSummary:
    read = row["back_transformed"] or row
    prediction = read["prediction"] and (read["prediction"][0], read["prediction"][1])
    return ForestSummary(label, kind, *_ends(row), prediction, subgroup, _heterogeneity(row, writer))


def _heterogeneity(row: Answer, writer: Writer) -> str:
    """Return one line: Q with its p, I2 and tau2, as far as the method gives them."""
    parts = []
    if row["q"] is not None and row["q_degrees"]:
        p = "" if row["q_p"] is None else f", {p_text(row['q_p'], writer)}"
        parts.append(f"Q {writer.number(row['q'])} (df {row['q_degrees']}{p})")
        parts.append(f"I² {writer.number(row['i2'])} %")
    if row["tau2"] is not None and row["studies"] > 1:
        parts.append(f"τ² {writer.number(row['tau2'])}")
    return "; ".join(part.replace(" ", NO_BREAK) for part in parts)


def p_text(p: float | None, writer: Writer) -> str:
    """Write a p value; very small ones as below 0.001."""
    return "p < 0.001" if p is not None and p < 0.001 else f"p = {writer.number(p)}"


def _notes(found: Answer, writer: Writer) -> tuple[str, ...]:
    _ = writer._
    lines = [
        _("Method {method}, interval {interval}").format(method=found["method"], interval=found["interval"])
    ]
    test, virtual = found["subgroups"], found["virtual"]
    if test and test["p"] is not None:
        name = _("Test of subgroup differences")
        lines.append(
            f"{name}: Q {writer.number(test['statistic'])} (df {test['degrees']}, {p_text(test['p'], writer)})"
        )
    if virtual:
        lines.append(_("Weights add up to 100 % within the published studies and within the virtual trials."))
    if virtual and virtual["inside_prediction"] is not None:
        text = _("Virtual trials inside the prediction interval of the published studies: {inside} of {all}")
        lines.append(text.format(inside=virtual["inside_prediction"], all=virtual["trials"]))
    return tuple(lines)


def _headings(counts: Answer, writer: Writer) -> tuple[str, ...]:
    _ = writer._
    if "ai" in counts or "x1i" in counts:
        return _("Treated"), _("Control")
    if "n1i" in counts:
        return _("Treated, n"), _("Control, n")
    if "xi" in counts:
        return (_("Events"),)
    return ("n",) if "ni" in counts else ()


def _cells(counts: Answer) -> tuple[str, ...]:
    """Return events over patients (or person-time), or patients, by group."""
    if "ai" in counts:
        return tuple(_share(counts[a], _sum(counts[a], counts[b])) for a, b in (("ai", "bi"), ("ci", "di")))
    for pairs in ((("x1i", "t1i"), ("x2i", "t2i")), (("xi", "ni"),), (("xi", "ti"),)):
        if all(name in counts for pair in pairs for name in pair):
            return tuple(_share(counts[part], counts[whole]) for part, whole in pairs)
    return tuple(_count(counts[name]) for name in ("n1i", "n2i", "ni") if name in counts)


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _share(part: float | None, whole: float | None) -> str:
    return f"{_count(part)}/{_count(whole)}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"

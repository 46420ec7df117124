"""What a reader is told of the virtual counterpart of a review: numbers, verdicts and why there is none."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from insula.report.review import words

if TYPE_CHECKING:
    from insula.report.writing import Writer

Data = dict[str, Any]


def published_cells(summary: Data) -> list[Data]:
    """Return the cells of which something was published."""
    return [cell for cell in summary["cells"] if cell["claims"] or cell["published"]]


def found_virtually(summary: Data, cell: Data, writer: Writer) -> str:
    """Return what the virtual meta-analysis finds, of how many trials, and how often it is significant."""
    _, virtual = writer._, cell["virtual"]
    pooled = virtual["pooled"]
    if pooled is None:
        return writer.number(None)
    text = _("{effect}; {k} trials; significant in {share}")
    return text.format(
        effect=words.effect(summary["outcomes"][cell["outcome"]], pooled, writer),
        k=virtual["k"],
        share=writer.percent(pooled["share_significant"]),
    )


def verdict(cell: Data, writer: Writer) -> str:
    """Return the verdict on the virtual meta-analysis; where there is none, why its trials have no number."""
    virtual = cell["virtual"]
    if virtual["pooled"] is not None or not virtual["missing"]:
        return words.verdict(virtual, writer)
    _ = writer._
    counted = Counter(words.reason(one["reason"], writer) for one in virtual["missing"])
    reasons = (_("{reason} ({count})").format(reason=reason, count=n) for reason, n in counted.most_common())
    found = str(virtual["verdict"])
    return _("{verdict}: {what}").format(verdict=_(found), what=_("; ").join(reasons))


def replayed(summary: Data, writer: Writer) -> list[str]:
    """Return how many trials were replayed, how many published cells that reaches, and the rule, a sentence each."""
    _, virtual = writer._, summary["virtual"]
    trials = virtual["trials"]
    there = [one for one in trials if not one["reason"]]
    lines = [
        _("{there} of {all} trials that meet the criteria were replayed with virtual patients.").format(
            there=len(there), all=len(trials)
        ),
        _("Of {cells_published} cells with a published finding the virtual trials reach {cells_reached}: "
          "{cells_agreeing} agree, {cells_disagreeing} disagree ({cells_explained} explained, {cells_admitted} "
          "admitted, {cells_not_explained} not explained yet).").format(**virtual),
        _("Each trial is imagined {draws} times in its published size, all trials of a draw under one truth, and each "
          "draw is pooled as the published trials are. Shown are the mean and where 95 % of the draws lie. Virtual "
          "trials are significant where more than half of the draws are.").format(
            draws=writer.number(virtual["draws"], "patients")
        ),
    ]  # fmt: skip
    old = [one["study"] for one in there if not one["same_text"]]
    if old:
        told = _("Made with another state of the science text: {studies}.")
        lines.append(told.format(studies=_(", ").join(old)))
    return lines


def trial_row(one: Data, writer: Writer) -> tuple[str, str, str]:
    """Return virtual patients in an arm, ensemble members, and why there is no run."""
    patients, members = (writer.number(one[name], "patients") for name in ("patients", "members"))
    return patients, members, words.reason(one["reason"], writer)

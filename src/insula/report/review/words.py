"""What the parts of a review are called in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.units import convert
from insula.report.review.explanations import ADMITTED, EXPLAINED, NOT_EXPLAINED

if TYPE_CHECKING:
    from insula.report.writing import Writer

Data = dict[str, Any]


def reason(text: str | dict[str, str], writer: Writer) -> str:
    """Return a reason: one of the program's, translated, or one that the review words itself."""
    return writer.title(text) if isinstance(text, dict) else writer._(text) if text else ""


def why_not_pooled(study: Data, writer: Writer) -> str:
    """Return why a study of the topic is not pooled; empty where it is."""
    if study["meets_criteria"] and not study["pooled"]:
        return writer._("meets the criteria; no usable number in the tables")
    return reason(study["reason"], writer)


def when(months: float | None, writer: Writer) -> str:
    """Return a time of the review."""
    if months is None:
        return writer._("follow-up")
    return writer._("month {month}").format(month=writer.number(months))


def effect(outcome: Data, numbers: Data | None, writer: Writer) -> str:
    """Return an estimate with its interval in the reader's unit: ``−0.67 [−1.1 to −0.24] %``."""
    if numbers is None:
        return writer.number(None)
    found = (
        writer.number(None if numbers[name] is None else in_unit(outcome, numbers[name], writer))
        for name in ("estimate", "low", "high")
    )
    estimate, low, high = found
    text = writer._("{estimate} [{low} to {high}]").format(estimate=estimate, low=low, high=high)
    return f"{text} {writer.unit(unit_of(outcome, writer))}".strip()


def unit_of(outcome: Data, writer: Writer) -> str:
    """Return the unit in which readers of this language read the effect of an outcome."""
    return writer.units(outcome["unit"], outcome["quantity"])[0]


def in_unit(outcome: Data, value: float, writer: Writer) -> float:
    """Return an effect in the unit of the reader."""
    measured, unit = outcome["quantity"] or None, unit_of(outcome, writer)
    return float(convert(value, outcome["unit"], unit, quantity=measured, difference=True))


def found_here(summary: Data, cell: Data, writer: Writer) -> str:
    """Return what this review found in a cell: the pooled effect, the events that were counted, or nothing."""
    counted = cell["treated_events"]
    if cell["pooled"] or not counted:
        return effect(summary["outcomes"][cell["outcome"]], cell["pooled"], writer)
    events, patients = (sum(one[name] for one in counted) for name in ("events", "patients"))
    text = writer._("{events} events in {patients} treated patients; no control was counted")
    return text.format(events=events, patients=patients)


def has_number(cell: Data) -> bool:
    """Say whether a cell has a pooled number, or counted events that a publication speaks of."""
    return bool(cell["pooled"] or (cell["treated_events"] and (cell["claims"] or cell["published"])))


def measure(outcome: Data, writer: Writer) -> str:
    """Return what the effect of an outcome is, with its unit."""
    _ = writer._
    names = {
        "MD": _("mean difference"), "SMD": _("standardised mean difference (Hedges g)"), "RR": _("risk ratio"),
        "OR": _("odds ratio"), "RD": _("risk difference"),
    }  # fmt: skip
    unit = writer.unit(unit_of(outcome, writer))
    return names[outcome["measure"]] + (f" ({unit})" if unit else "")


def published(summary: Data, cell: Data, writer: Writer) -> tuple[str, str]:
    """Return what was published of a cell: the numbers, a line each, and the findings without a number."""
    outcome = summary["outcomes"][cell["outcome"]]
    numbers = (f"{one['meta_analysis']}: {effect(outcome, one, writer)}" for one in cell["published"])
    return "\n".join(numbers), _claims(cell, writer)


def _claims(cell: Data, writer: Writer) -> str:
    """Return what was published of a cell without a number."""
    _ = writer._
    ways = {"up": _("higher"), "down": _("lower"), None: ""}
    sure = {True: _("significant"), False: _("not significant"), None: ""}
    told = []
    for claim in cell["claims"]:
        none = _("no event") if claim["no_events"] else ""
        parts = filter(None, (ways[claim["direction"]], sure[claim["significant"]], none))
        told.append(_(", ").join(parts))
    return _("; ").join(told)


def verdict(cell: Data, writer: Writer) -> str:
    """Return the verdict with the questions it rests on, those that were missed when it disagrees."""
    _ = writer._
    answers = cell["judgements"]
    agrees = all(one["agrees"] for one in answers)
    asked = dict.fromkeys(one["question"] for one in answers if one["agrees"] == agrees)
    parts = _(", ").join(_(question) for question in asked) or reason(cell["reason"], writer)
    found = str(cell["verdict"])
    return _("{verdict}: {what}").format(verdict=_(found), what=parts) if parts else _(found)


def disagreements(summary: Data, writer: Writer) -> list[tuple[Data, str, str, str]]:
    """Return each cell that disagrees with what disagrees in it, its verdict and why, tables before virtual trials."""
    _ = writer._
    kinds = {EXPLAINED: _("explained"), ADMITTED: _("admitted"), NOT_EXPLAINED: _("not explained yet")}
    found = []
    for cell in summary["cells"]:
        for side, one in ((_("evidence tables"), cell), (_("virtual trials"), cell.get("virtual"))):
            if one and (told := one["explanation"]):
                text = _("{kind}: {why}").format(kind=kinds[told["kind"]], why=reason(told["why"], writer))
                found.append((cell, side, verdict(one, writer), text if told["why"] else kinds[told["kind"]]))
    return found


def reached(found: Data, writer: Writer) -> list[str]:
    """Return how much of the published set stands in the tables, a sentence each."""
    _ = writer._
    several = (
        _("{meeting} trials with {patients} patients meet the criteria, {pooled} of them with {n} patients have a "
          "usable number.").format(
            meeting=found["trials_meeting_criteria"], patients=found["patients_meeting_criteria"],
            pooled=found["trials_pooled"], n=found["patients_pooled"],
        ),
        _("Of {cells_published} cells of outcome, time and group with a published finding {cells_reached} could be "
          "compared: {cells_agreeing} agree, {cells_disagreeing} disagree ({cells_explained} explained, "
          "{cells_admitted} admitted, {cells_not_explained} not explained yet).").format(**found),
    )  # fmt: skip
    if found["trials_published"] is None:
        return list(several)
    first = _("The published review pooled {trials} trials with {patients} patients.")
    return [first.format(trials=found["trials_published"], patients=found["patients_published"]), *several]


def not_judged(writer: Writer) -> str:
    """Return the sentence that tells that nobody judged bias and certainty."""
    return writer._(
        "Risk of bias (RoB 2) and certainty of the evidence (GRADE): not judged; no table of judgements exists."
    )


def rule(writer: Writer) -> list[str]:
    """Return the rule of agreement, a sentence each."""
    _ = writer._
    return [
        _("Direction: the point estimate lies on the published side of no effect."),
        _(
            "Significance: the 95 % interval excludes no effect exactly where the published finding is significant."
        ),
        _(
            "Interval: the 95 % interval overlaps with that of a published pooled number; a wide one overlaps easily."
        ),
        _("No event: nobody who was treated had the event, in the trials that counted it."),
        _(
            "A cell agrees when every question that the publication answers is answered alike; otherwise it disagrees."
        ),
    ]


def comparison(one: Data, outcome: Data, writer: Writer) -> tuple[str, str, str, str, str]:
    """Return what a study compares, both its sides, effect and remarks; of events of the treated what there is."""
    if "events" in one:
        treated = writer._("{events} events (n = {n})").format(events=one["events"], n=one["patients"])
        missing = writer.number(None)
        return writer._("events of the treated"), treated, missing, missing, ", ".join(one["words"])
    kind, (treated, control) = str(one["kind"]), groups(one, outcome, writer)
    return writer._(kind), treated, control, effect(outcome, one, writer), _remarks(one, outcome, writer)


def groups(effect_: Data, outcome: Data, writer: Writer) -> list[str]:
    """Return both sides of a comparison, treated first: mean ± SD or share, patients."""
    unit = outcome["endpoint_unit"]
    told = []
    for side in (effect_["treated"], effect_["control"]):
        if side["sd"] is None:
            number = writer.percent(side["mean"])
        else:
            number = f"{writer.number(side['mean'], unit)} ± {writer.number(side['sd'], unit)}"
        told.append(writer._("{number} (n = {n})").format(number=number, n=side["n"]))
    return told


def _remarks(effect_: Data, outcome: Data, writer: Writer) -> str:
    """Return how the SDs were found, what the groups differed by at baseline, and what else belongs to the number."""
    _ = writer._
    methods = dict.fromkeys(m for side in ("treated", "control") for m in effect_[side]["sd_methods"])
    parts = [_("SD: {method}").format(method=_(method)) for method in methods]
    before = effect_["baseline_difference"]
    if before is not None:
        number = f"{writer.number(before, outcome['endpoint_unit'])} {writer.unit(outcome['endpoint_unit'])}"
        parts.append(_("difference at baseline {number}").format(number=number))
    parts += [_(text) for text in effect_["remarks"]]
    parts += [_("role: validation")] if effect_["role"] == "validation" else []
    return _("; ").join(parts)

"""An answer as tables: what terminal and page both show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.ask import words
from insula.report.ask.harms import expected_harms, serious_harms
from insula.report.ask.section import Section, Table
from insula.report.evidence_origin import origin
from insula.report.limits import limit
from insula.report.writing import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.report.writing import Writer

Answer = dict[str, Any]


def sections(s: Answer, w: Writer) -> list[Section]:
    """Return everything that an answer says, most important first."""
    made = [_chances(s, w), _known(s, w), _limits(s, w)] if s["answered"] else []
    harms = [serious_harms(s, w), expected_harms(s, w)]
    rest = [*harms, _facts(s, w), _therapies(s, w), _resembling(s, w), _harms(s, w)]
    return [one for one in (*made, *rest) if one.tables or one.lead or one.notes]


def headline(s: Answer, w: Writer) -> list[str]:
    """Return one sentence for each therapy: the chance of the goal at the last horizon."""
    last = s["horizons"][-1]
    text = w._("{therapy}: {goal} {when} {chance}")
    return [
        text.format(
            therapy=w.title(one["title"]),
            goal=w.title(s["benefits"][s["goal"]]),
            when=words.after(last, w),
            chance=words.chance(_chance(one, s["goal"], last["day"]), w),
        )
        for one in s["therapies"]
        if one["compared"] and s["answered"]
    ]


def _chances(s: Answer, w: Writer) -> Section:
    """One table for each benefit: a row for each therapy, a column for each horizon."""
    tables = [
        _by_horizon(s, w, w.title(title), lambda found: words.chance(found, w), name)
        for name, title in s["benefits"].items()
    ]
    level = w.percent(s["level"])
    lead = w._(
        "Share of virtual patients like this one, and the {level} interval of that chance: over what the uncertain "
        "numbers may be, and over which virtual patients happened to be drawn."
    )
    missing = sum(found["without_value"] for one in s["therapies"] for found in one["chances"])
    notes = (
        [w._("{n} values could not be computed and were left out.").format(n=w.number(missing))]
        if missing
        else []
    )
    weaned = w._(
        "With every therapy and without any, the clinic lowers and stops insulin from the first day wherever glucose "
        "allows, and begins it again where glucose no longer does; patients keep to the clinic's targets meanwhile, "
        "not to habits of their own."
    )
    told = [lead.format(level=level), *([weaned] if s["weans_insulin"] else [])]
    return Section("chances", w._("Chance of each benefit"), told, tables, notes)


def _known(s: Answer, w: Writer) -> Section:
    """What part of the spread is lack of evidence, and what part differences between patients."""
    goal = w.title(s["benefits"][s["goal"]])
    lead = w._(
        "For {goal}: share of the outcome's variance that lies between what the uncertain numbers may be, with its own "
        "interval. The rest are differences between patients, which stay even when every number is known. A dash: all "
        "virtual patients agree, which tells nothing of it."
    )
    table = _by_horizon(s, w, goal, lambda found: words.evidence(found, w), s["goal"])
    return Section("known", w._("How much of it is lack of evidence"), [lead.format(goal=goal)], [table])


def _limits(s: Answer, w: Writer) -> Section:
    """For each therapy, how many who miss the goal reach it without each limit."""
    heads = (w._("Limit"), w._("Tried"), w._("Reach the goal"), "%")
    tables = [
        Table(
            words.labelled(w.title(one["title"]), words.limits_lead(one, s["horizons"][-1], w), w),
            heads,
            words.limit_rows(s, one, w),
        )
        for one in s["therapies"]
        if one["limits"]
    ]
    lead = w._(
        "The same virtual patients, with the same chance events, are followed again with one limit taken away. Limits "
        "work together, so the shares do not add up; where no share is large, no limit alone explains the failure."
    )
    return Section("limits", w._("What limits it"), [lead] if tables else [], tables)


def _facts(s: Answer, w: Writer) -> Section:
    heads = (
        w._("Fact"),
        w._("Stated"),
        w._("Virtual patients before"),
        w._("Those who are left"),
        w._("Effective number without it"),
    )
    used = [
        (
            w.title(one["title"]),
            words.stated(one, w),
            words.spread(one, one["before"], w),
            w.title(one["brings"]) if one["brings"] else words.spread(one, one["left"], w),
            MISSING if one["effective_without"] is None else w.number(one["effective_without"]),
        )
        for one in s["facts"]
        if one["used"]
    ]
    unused = [
        (w.title(one["title"]), words.stated(one, w), w.title(one["not_used"]))
        for one in s["facts"]
        if not one["used"]
    ]
    tables = [Table(w._("Used"), heads, used)] if used else []
    if unused:
        tables.append(Table(w._("Not used"), (w._("Fact"), w._("Stated"), w._("Reason")), unused))
    lead = [*_numbers(s, w), *_sensor(s, w)]
    return Section("facts", w._("What is known of the patient"), lead, tables)


def _sensor(s: Answer, w: Writer) -> list[str]:
    """Return how many days of readings the facts of a sensor stand on."""
    if s["sensor_days"] is None:
        return []
    return [w._("The sensor's file holds {days} days of readings.").format(days=w.number(s["sensor_days"]))]


def _numbers(s: Answer, w: Writer) -> list[str]:
    """Return how many virtual patients the answer stands on."""
    if s["numbers"] is None:
        return []
    text = w._(
        "Of {candidates} candidates of the population “{population}”, whether or not a trial would take them, {run_in} "
        "were simulated up to the day of the therapy. Weighted by how like the patient they are, they count as "
        "{effective} (at least {fewest} are needed); {drawn} were drawn, {distinct} different ones, and followed in "
        "every therapy."
    )
    told = {key: w.number(number) for key, number in s["numbers"].items()}
    return [text.format(population=w.title(s["population"]["title"]), **told)]


def _therapies(s: Answer, w: Writer) -> Section:
    """Whom each therapy was studied in; therapies with the same criteria share a table."""
    heads = (w._("Studied in"), w._("This patient"), w._("Source"))
    shared: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for one in s["therapies"]:
        rows = tuple(
            (limit(c, w), words.verdict(c, w), f"{c['source']}, {c['place']}") for c in one["criteria"]
        )
        shared.setdefault(rows, []).append(w.title(one["title"]))
    tables = [Table(words.joined(titles, w), heads, rows) for rows, titles in shared.items() if rows]
    others = [w.title(title) for title in s["not_asked_about"]]
    text = w._("In the catalog, and not asked about for this type of diabetes: {therapies}.")
    notes = [text.format(therapies=words.joined(others, w))] if others else []
    return Section("therapies", w._("Whom the therapies were studied in"), (), tables, notes)


def not_compared(s: Answer, w: Writer) -> list[str]:
    """Return a sentence for each therapy whose patients were others."""
    return [words.not_compared(one, w) for one in s["therapies"] if words.left_out(one)]


def not_from_people(s: Answer, w: Writer) -> list[str]:
    """Return a sentence for each therapy that is compared though no number of its effect comes from people."""
    told = {
        w.title(one["title"]): origin(one["evidence_from"], w)
        for therapy in s["therapies"]
        if therapy["compared"]
        for one in therapy["origins"]
    }
    return [
        w._("Caution, {therapy}: {told}.").format(therapy=name, told=text)
        for name, text in told.items()
        if text
    ]


def _resembling(s: Answer, w: Writer) -> Section:
    """Published arms nearest to the patient, therapy class by therapy class."""
    heads = (w._("Study, arm"), "n", w._("Age"), w._("Diabetes duration"), w._("Distance"), w._("Published"))
    tables = [
        Table(w.title(one["class_title"]), heads, [_arm(arm, w) for arm in one["resembling"]])
        for one in _by_class(s)
        if one["resembling"]
    ]
    lead = w._(
        "Of the trials in the evidence tables with the same class of therapy the arm nearest in mean age and mean "
        "duration of diabetes (of the arm, else of its study; distance in standard deviations of the population); last "
        "those that state neither. Of each the most telling numbers that it published of insulin, C-peptide and HbA1c. "
        "Trials for calibration and for validation are shown alike."
    )
    return Section("resembling", w._("Published patients who resemble"), [lead] if tables else [], tables)


def _arm(arm: Answer, w: Writer) -> tuple[str, ...]:
    rows = [words.labelled(w.title(row["title"]), words.published(row, w), w) for row in arm["published"]]
    return (
        f"{arm['name']} · {arm['label']}",
        w.number(arm["size"]),
        w.number(arm["age"]),
        w.number(arm["duration"]),
        w.number(arm["distance"], "z"),
        words.joined(rows, w) or MISSING,
    )


def _harms(s: Answer, w: Writer) -> Section:
    """Published harms by therapy class, as the evidence tables hold them."""
    heads = (w._("Harm, as named by the source"), w._("Study, arm"), w._("Published"))
    tables = [
        Table(
            w.title(one["class_title"]),
            heads,
            [
                (
                    row["word"].partition(":")[2].replace("_", " ") or row["word"],
                    f"{row['name']} · {row['label']}",
                    words.published(row, w),
                )
                for row in one["harms"]
            ],
        )
        for one in _by_class(s)
        if one["harms"]
    ]
    lead = w._(
        "Listed is what the evidence tables hold of these therapies; harms that are not listed are not thereby absent. "
        "What is expected of each therapy stands above."
    )
    return Section("harms", w._("Published harms"), [lead] if s["answered"] or tables else [], tables)


def _by_class(s: Answer) -> list[Answer]:
    """Return one therapy for each class: the evidence of a class is the same for all of them."""
    return list({one["therapy_class"]: one for one in reversed(s["therapies"])}.values())[::-1]


def _by_horizon(
    s: Answer, w: Writer, title: str, cell: Callable[[Answer | None], str], endpoint: str
) -> Table:
    """Return a table of the compared therapies over the horizons."""
    heads = (w._("Therapy"), *(words.after(horizon, w) for horizon in s["horizons"]))
    rows = [
        (
            w.title(one["title"]),
            *(cell(_chance(one, endpoint, horizon["day"])) for horizon in s["horizons"]),
        )
        for one in s["therapies"]
        if one["compared"]
    ]
    return Table(title, heads, rows)


def _chance(therapy: Answer, endpoint: str, day: float) -> Answer | None:
    return next(
        (one["chance"] for one in therapy["chances"] if (one["endpoint"], one["day"]) == (endpoint, day)),
        None,
    )

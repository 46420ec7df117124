"""Facts, chances, limits and criteria of an answer in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.limits import limit, value
from insula.report.writing import MISSING, NO_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.report.writing import Writer

Answer = dict[str, Any]


def after(horizon: Answer, w: Writer) -> str:
    """Return a horizon as ``after 1 year``."""
    if horizon["unit"] == "year":
        years = w.number(horizon["value"])
        return (
            w._("after 1 year") if horizon["value"] == 1 else w._("after {years} years").format(years=years)
        )
    return w._("after {days} days").format(days=w.number(horizon["day"], "day"))


def chance(found: Answer | None, w: Writer) -> str:
    """Return a chance with its interval, as ``31 % (5 % to 77 %)``."""
    if found is None:
        return MISSING
    return _middle((w.percent(found[key]) for key in ("share", "low", "high")), w)


def _middle(found: Iterable[str], w: Writer) -> str:
    """Return a number and the ends of its interval; a line may break before the bracket, never inside one."""
    first, low, high = (text.replace(" ", NO_BREAK) for text in found)
    ends = w._("{low} to {high}").format(low=low, high=high).replace(" ", NO_BREAK)
    return w._("{first} ({second})").format(first=first, second=ends)


def evidence(found: Answer | None, w: Writer) -> str:
    """Return which share of the outcome's variance is lack of evidence, with its interval."""
    if found is None or found["between_members"] is None:
        return MISSING
    return _middle((w.percent(found[key]) for key in ("between_members", "between_low", "between_high")), w)


def stated(fact: Answer, w: Writer) -> str:
    """Return what the patient's file states."""
    if fact["present"]:
        return w._("yes") if fact["value"] else w._("no")
    if fact["below"]:
        return w._("below {limit}").format(limit=value(fact, fact["value"], w))
    return value(fact, fact["value"], w)


def spread(fact: Answer, found: Answer | None, w: Writer) -> str:
    """Return median and central interval of virtual patients."""
    if found is None:
        return MISSING
    return _middle((w.number(found[end], fact["unit"]) for end in ("median", "low", "high")), w)


def verdict(criterion: Answer, w: Writer) -> str:
    """Return whether the patient meets a criterion."""
    return {"met": w._("met"), "not met": w._("not met"), "not known": w._("not stated")}[
        criterion["verdict"]
    ]


def refusal(s: Answer, w: Writer) -> list[str]:
    """Return why there is no answer, and what would change that."""
    found = s["refusal"]
    if found["why"] == "type":
        kind = w.title(s["diabetes_type"])
        return [w._("{kind}: no answer.").format(kind=kind), w.title(found["reason"])]
    if found["why"] == "therapies":
        return [w._("No answer: no therapy was studied in people like this patient.")]
    return _too_few(s, found, w)


def _too_few(s: Answer, found: Answer, w: Writer) -> list[str]:
    facts = {fact["id"]: fact for fact in s["facts"]}
    lines = [
        w._(
            "No answer: of {of} virtual patients only {effective} effective ones are like this patient, and at "
            "least {fewest} are needed."
        ).format(
            of=w.number(found["of"]),
            effective=w.number(found["effective"]),
            fewest=w.number(found["fewest"]),
        )
    ]
    made = [
        w._("without {fact}: {number} (stated {stated}, virtual patients {before})").format(
            fact=w.title(facts[name]["title"]),
            number=w.number(number),
            stated=stated(facts[name], w),
            before=spread(facts[name], facts[name]["before"], w),
        )
        for name, number in found["without"].items()
        if number > 2 * found["effective"]
    ]
    if made:
        lines.append(
            w._("These facts make it so (effective number without each): {facts}.").format(
                facts=joined(made, w)
            )
        )
    else:
        lines.append(
            w._("No single fact makes it so: together they describe somebody whom the population lacks.")
        )
    return lines


def left_out(therapy: Answer) -> bool:
    """Whether a criterion speaks against the patient."""
    return any(one["verdict"] == "not met" for one in therapy["criteria"])


def marked(therapy: Answer, w: Writer) -> str:
    """Return the name of a therapy, with a mark where it is not compared for this patient."""
    name = w.title(therapy["title"])
    return w._("{therapy} (not compared)").format(therapy=name) if left_out(therapy) else name


def not_compared(therapy: Answer, w: Writer) -> str:
    """Return why a therapy is not compared."""
    failed = [limit(one, w) for one in therapy["criteria"] if one["verdict"] == "not met"]
    text = w._("{therapy}: not compared, because it was studied only in people with: {criteria}.")
    return text.format(therapy=w.title(therapy["title"]), criteria=joined(failed, w))


def limits_lead(therapy: Answer, horizon: Answer, w: Writer) -> str:
    """Return how many missed the goal and how many of them were followed again."""
    found = therapy["limits"]
    return w._(
        "{missed} virtual patients miss the goal {when}; {retried} of them were followed again without each limit."
    ).format(missed=w.number(found["missed"]), when=after(horizon, w), retried=w.number(found["retried"]))


def limit_rows(s: Answer, therapy: Answer, w: Writer) -> list[tuple[str, ...]]:
    """Return each limit with what was tried and how many reach the goal then."""
    rows: list[tuple[str, ...]] = []
    for name, found in therapy["limits"]["without"].items():
        text = s["limits"][name]
        share = w.percent(found["reached"] / found["of"]) if found["of"] else MISSING
        told = w._("{reached} of {of}").format(reached=w.number(found["reached"]), of=w.number(found["of"]))
        rows.append((w.title(text["title"]), w.title(text["without"]), told, share))
    return rows


def published(row: Answer, w: Writer) -> str:
    """Return one published number of an arm, as ``58 % (month 12, n 65)``."""
    statistic = row["statistic"]
    share = statistic == "proportion"
    number = w.percent(row["value"]) if share else value({**row, "quantity": ""}, row["value"], w)
    about = [] if share else [w._(statistic.replace("_", " "))]
    about += [] if row["months"] is None else [w._("month {month}").format(month=w.number(row["months"]))]
    about += [] if row["n"] is None else [f"n {w.number(row['n'])}"]
    return w._("{first} ({second})").format(first=number, second=", ".join(about)) if about else number


def labelled(label: str, text: str, w: Writer) -> str:
    """Return a text after what it is about."""
    return w._("{label}: {text}").format(label=label, text=text)


def joined(parts: list[str], w: Writer) -> str:
    """Return several parts as one text."""
    return w._("; ").join(parts)

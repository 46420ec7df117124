"""The answer of a meta-analysis as tables of text; terminal and page print the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from insula.report.meta_words import effect_name, name_of_test, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Answer = dict[str, Any]
    Words = Callable[[str], str]
    Cells = tuple[str, ...]

_NOISE = 1e-12  # of what stands beside a number: a double has 16 digits, and sums over many studies lose some


@dataclass(frozen=True)
class Sheet:
    """A table of text: the first column holds names, the others numbers; a short row ends with a reason."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: str = ""


def sheets(found: Answer, _: Words) -> dict[str, Sheet]:
    """Return the tables by name, in the order of reading; what was not asked for is absent."""
    made = {
        "studies": _studies(found, _),
        "pooled": _pooled(found, _),
        "heterogeneity": _heterogeneity(found, _),
        "regression": _regression(found, _),
        "clusters": _clusters(found, _),
        "counts": _tests_of_counts(found, _),
        "bias": _bias(found, _),
        "single": _single(found, _),
        "cumulative": _cumulative(found, _),
    }
    return {name: sheet for name, sheet in made.items() if sheet is not None}


def _studies(found: Answer, _: Words) -> Sheet:
    title = f"{found['measure']}, {found['method']}, {found['interval']} {found['unit']}".strip()
    mixed = len({row["kind"] for row in found["studies"]}) > 1
    heads = (
        _("Study"),
        *((_("Kind"),) if mixed else ()),
        effect_name(found["measure"], _),
        _interval_name(found, _),
        _("Weight, %"),
    )
    words = {"published": _("published study"), "virtual": _("virtual trial")}
    rows = []
    for row in found["studies"]:
        kind = (words[row["kind"]],) if mixed else ()
        rows.append(
            (
                row["study"],
                *kind,
                *_estimate(row),
                number(row["weight"]),
            )
        )
    omitted = found["omitted"]
    below = _("Left out, without effect or variance: ") + ", ".join(omitted) if omitted else ""
    return Sheet(title, heads, tuple(rows), below)


def _pooled(found: Answer, _: Words) -> Sheet:
    transformed = found["scale"] != "plain"
    heads = (
        _("Pooled"), _("Studies (k)"), effect_name(found["measure"], _), _interval_name(found, _), "p",
        _("Prediction interval"),
        *((_("Back-transformed"), _("Its prediction")) if transformed else ()),
    )  # fmt: skip
    rows: list[Cells] = []
    for name, row in _pooled_rows(found, _):
        if "reason" in row:
            rows.append((name, reason_text(row, _)))
            continue
        rows.append(
            (
                name, str(row["studies"]), *_estimate(row), number(row["p"]),
                span(*(row["prediction"] or (None, None))),
                *(_back_transformed(row["back_transformed"], found["scale"]) if transformed else ()),
            )
        )  # fmt: skip
    return Sheet("", heads, tuple(rows), _difference(found["subgroups"], _) if found["subgroups"] else "")


def _back_transformed(back: Answer, scale: str) -> Cells:
    """Return the pooled effect and its prediction interval as people read them; a ratio is never a rounded 0."""
    low, high = back["low"], back["high"]
    least = None if scale == "ratio" else _width(low, high)
    effect = f"{number(back['estimate'], least)} [{number(low, least)}, {number(high, least)}]"
    prediction = back["prediction"]
    if not prediction:
        return effect, "–"
    least = None if scale == "ratio" else _width(*prediction)
    return effect, f"[{number(prediction[0], least)}, {number(prediction[1], least)}]"


def _difference(test: Answer, _: Words) -> str:
    name = _("Test of subgroup differences")
    if test["statistic"] is None:
        return f"{name}: {_('fewer than two subgroups could be pooled')}"
    return _test_line(name, f"Q({test['degrees']})", test)


def _heterogeneity(found: Answer, _: Words) -> Sheet:
    rows = tuple(
        (
            name, number(row["q"], row["q_degrees"]), number(row["q_degrees"]), number(row["q_p"]),
            f"{number(row['i2'], 100)} {span(*(row['i2_interval'] or (None, None)))}",
            f"{number(row['tau2'], row['standard_error'] ** 2)} {span(*(row['tau2_interval'] or (None, None)))}",
        )
        for name, row in _pooled_rows(found, _)
        if "reason" not in row
    )  # fmt: skip
    return Sheet("", (_("Heterogeneity"), "Q", "df", "p", "I² %", "tau²"), rows)


def _pooled_rows(found: Answer, _: Words) -> list[tuple[str, Answer]]:
    groups = found["subgroups"]["groups"] if found["subgroups"] else []
    rows = [*((group["group"], group) for group in groups), (_("All studies"), found["pooled"])]
    return [*rows, (_("Virtual trials"), found["virtual"])] if found["virtual"] else rows


def _regression(found: Answer, _: Words) -> Sheet | None:
    fit = found["regression"]
    if not fit:
        return None
    robust = ", " + _("robust (CR2)") if fit["robust"] else ""
    spread = f"R² {number(fit['r2'])} %, tau² {number(fit['tau2'])}"
    rows = tuple((row["name"], *_estimate(row), number(row["p"])) for row in fit["coefficients"])
    coefficient = _("Coefficient")
    if found["scale"] != "plain":
        coefficient = f"{coefficient} ({effect_name(found['measure'], _)})"
    count = _("k = {count} studies").format(count=fit["studies"])
    return Sheet(
        f"{_('Meta-regression')}: {count}, {spread}{robust}",
        (_("Moderator"), coefficient, _interval_name(found, _), "p"),
        rows,
        "" if fit["robust"] else _test_line(_("Test of moderators"), _of_moderators(fit["degrees"]), fit),
    )


def _of_moderators(degrees: Sequence[float | None]) -> str:
    """Return the name of the statistic: F with a t interval of the coefficients, else Q, which is chi-squared."""
    above, below = degrees
    return f"Q({above})" if below is None else f"F({above}, {below:g})"


def _clusters(found: Answer, _: Words) -> Sheet | None:
    fit = found["clusters"]
    if not fit:
        return None
    title = f"{_('Three-level model')}, {fit['by']}"
    heads = (
        "",
        effect_name(found["measure"], _),
        _interval_name(found, _),
        "df",
        "p",
        _("Prediction interval"),
    )
    if "reason" in fit:
        return Sheet(title, heads, ((_("Model"), reason_text(fit, _)),))
    robust = fit["robust"]
    rows = (
        (_("Model"), *_effect(fit), span(*fit["prediction"])),
        (_("robust (CR2)"), *((reason_text(robust, _),) if "reason" in robust else (*_effect(robust), ""))),
    )
    below = _("{effects} effects in {clusters} clusters; tau² between {between}, within {within}").format(
        effects=fit["effects"], clusters=fit["clusters"],
        between=number(fit["tau2_between"]), within=number(fit["tau2_within"]),
    )  # fmt: skip
    return Sheet(title, heads, rows, below)


def _effect(row: Answer) -> Cells:
    return *_estimate(row), number(row["degrees"]), number(row["p"])


def _tests_of_counts(found: Answer, _: Words) -> Sheet | None:
    tests = found["pooled"]["tests"]
    if not tests:
        return None
    rows = tuple(
        (name_of_test(name, _), number(test["statistic"]), number(test["p"])) for name, test in tests.items()
    )
    return Sheet("", (_("Test"), _("Statistic"), "p"), rows)


def _bias(found: Answer, _: Words) -> Sheet:
    tests = found["small_study_effects"]
    effect = _("Corrected effect")
    if found["scale"] != "plain":
        effect = f"{effect} ({effect_name(found['measure'], _)})"
    heads = (_("Small-study effects"), _("Statistic"), "p", effect, _interval_name(found, _))
    corrected = tests["pet_peese"]
    named: list[tuple[str, Answer, Callable[[Answer], Cells]]] = [
        (_("Egger"), tests["egger"], _test("statistic")),
        (
            _("Begg (Kendall's tau)"),
            tests["begg"],
            _test("tau"),
        ),
        (_("Trim and fill"), tests["trim_and_fill"], partial(_filled, _)),
        ("PET", corrected.get("pet", corrected), _limit),
        ("PEESE", corrected.get("peese", corrected), _limit),
    ]
    rows = tuple(
        (name, *((reason_text(row, _),) if "reason" in row else cells(row))) for name, row, cells in named
    )
    chosen = corrected.get("chosen")
    below = _("PET-PEESE takes {chosen}.").format(chosen=chosen.upper()) if chosen else ""
    return Sheet("", heads, rows, below)


def _test(statistic: str) -> Callable[[Answer], Cells]:
    return lambda row: (number(row[statistic], 1), number(row["p"]), "", "")


def _filled(_: Words, row: Answer) -> Cells:
    added = _("studies added: {count}").format(count=row["missing"])
    return added, "", *_estimate(row)


def _limit(row: Answer) -> Cells:
    return number(row["statistic"], 1), number(row["p"]), *_estimate({**row, "estimate": row["limit"]})


def _single(found: Answer, _: Words) -> Sheet:
    left, single = found["leave_one_out"], found["influence"]
    names = (
        _("Without"),
        effect_name(found["measure"], _),
        _interval_name(found, _),
        "p",
        "tau²",
        _("Residual"),
        "DFFITS",
        _("Cook"),
    )
    heads = (*names, _("Influential"))
    if not isinstance(left, list):
        return Sheet(_("Without each study"), heads, ((_("All studies"), reason_text(left, _)),))
    others = single if isinstance(single, list) else [{}] * len(left)
    rows = tuple(
        (row["study"], reason_text(row, _))
        if "reason" in row
        else (
            row["study"], *_estimate(row), number(row["p"]),
            number(row["tau2"], row["standard_error"] ** 2),
            *(number(own.get(name), 1) for name in ("studentised_residual", "dffits", "cook")),
            "●" if own.get("influential") else "",
        )
        for row, own in zip(left, others, strict=True)
    )  # fmt: skip
    return Sheet(_("Without each study"), heads, rows)


def _cumulative(found: Answer, _: Words) -> Sheet | None:
    steps = found["cumulative"]
    if not steps:
        return None
    heads = (_("Added"), steps["by"], effect_name(found["measure"], _), _interval_name(found, _), "p", "I² %")
    rows = tuple(
        (row["added"], row["order"], reason_text(row, _))
        if "reason" in row
        else (row["added"], row["order"], *_estimate(row), number(row["p"]), number(row["i2"], 100))
        for row in steps["steps"]
    )  # fmt: skip
    return Sheet(_("Cumulative"), heads, rows)


def _test_line(name: str, statistic: str, test: Answer) -> str:
    return f"{name}: {statistic} = {number(test['statistic'], 1)}, p = {number(test['p'])}"


def _estimate(row: Answer) -> Cells:
    low, high = row["low"], row["high"]
    return number(row["estimate"], _width(low, high)), span(low, high)


def _width(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else high - low


def _interval_name(found: Answer, _: Words) -> str:
    return _("{level} % interval").format(level=f"{100 * found['level']:g}")


def notes(found: Answer, _: Words) -> Sequence[str]:
    """Return the remarks that belong to the numbers, in the reader's language."""
    remarks = ((note["text"], note["values"]) for note in found["notes"])
    return [_(text).format(*values) for text, values in remarks]


def number(value: float | None, beside: float | None = None) -> str:
    """Write a number with four digits; an en dash where there is none.

    Parameters
    ----------
    value
    beside
        How large such numbers are: what is only rounding beside it is written as 0.
    """
    if value is None:
        return "–"
    nothing = value == 0 or (beside is not None and abs(value) <= _NOISE * abs(beside))
    return "0" if nothing else f"{value:.4g}"


def span(low: float | None, high: float | None) -> str:
    """Write an interval; an en dash where there is none."""
    width = _width(low, high)
    return "–" if width is None else f"[{number(low, width)}, {number(high, width)}]"

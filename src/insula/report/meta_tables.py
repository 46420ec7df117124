"""The answer of a meta-analysis as tables of text; terminal and page print the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from insula.report.meta_words import name_of_test, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Answer = dict[str, Any]
    Words = Callable[[str], str]
    Cells = tuple[str, ...]


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
        _("Effect"),
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
                number(row["estimate"]),
                span(row["low"], row["high"]),
                number(row["weight"]),
            )
        )
    omitted = found["omitted"]
    below = _("Left out, without effect or variance: ") + ", ".join(omitted) if omitted else ""
    return Sheet(title, heads, tuple(rows), below)


def _pooled(found: Answer, _: Words) -> Sheet:
    heads = (
        _("Pooled"), _("Number of studies"), _("Effect"), _interval_name(found, _), "p", _("Prediction interval"),
        _("Back-transformed"),
    )  # fmt: skip
    rows: list[Cells] = []
    for name, row in _pooled_rows(found, _):
        if "reason" in row:
            rows.append((name, reason_text(row, _)))
            continue
        back = row["back_transformed"]
        rows.append(
            (
                name, str(row["studies"]), number(row["estimate"]), span(row["low"], row["high"]), number(row["p"]),
                span(*(row["prediction"] or (None, None))),
                f"{number(back['estimate'])} {span(back['low'], back['high'])}" if back else "–",
            )
        )  # fmt: skip
    test = found["subgroups"]
    return Sheet("", heads, tuple(rows), _test_line(_("Test of subgroup differences"), test) if test else "")


def _heterogeneity(found: Answer, _: Words) -> Sheet:
    rows = tuple(
        (
            name, number(row["q"]), number(row["q_degrees"]), number(row["q_p"]),
            f"{number(row['i2'])} {span(*(row['i2_interval'] or (None, None)))}",
            f"{number(row['tau2'])} {span(*(row['tau2_interval'] or (None, None)))}",
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
    rows = tuple(
        (row["name"], number(row["estimate"]), span(row["low"], row["high"]), number(row["p"]))
        for row in fit["coefficients"]
    )
    return Sheet(
        f"{_('Meta-regression')}: {fit['studies']}, {spread}{robust}",
        (_("Moderator"), _("Coefficient"), _interval_name(found, _), "p"),
        rows,
        "" if fit["robust"] else _test_line(_("Test of moderators"), fit),
    )


def _clusters(found: Answer, _: Words) -> Sheet | None:
    fit = found["clusters"]
    if not fit:
        return None
    title = f"{_('Three-level model')}, {fit['by']}"
    heads = ("", _("Effect"), _interval_name(found, _), "df", "p", _("Prediction interval"))
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
    return number(row["estimate"]), span(row["low"], row["high"]), number(row["degrees"]), number(row["p"])


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
    heads = (_("Small-study effects"), _("Statistic"), "p", _("Corrected effect"), _interval_name(found, _))
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
    return lambda row: (number(row[statistic]), number(row["p"]), "", "")


def _filled(_: Words, row: Answer) -> Cells:
    added = _("studies added: {count}").format(count=row["missing"])
    return added, "", number(row["estimate"]), span(row["low"], row["high"])


def _limit(row: Answer) -> Cells:
    return number(row["statistic"]), number(row["p"]), number(row["limit"]), span(row["low"], row["high"])


def _single(found: Answer, _: Words) -> Sheet:
    left, single = found["leave_one_out"], found["influence"]
    names = (
        _("Without"),
        _("Effect"),
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
            row["study"], number(row["estimate"]), span(row["low"], row["high"]), number(row["p"]),
            number(row["tau2"]), *(number(own.get(name)) for name in ("studentised_residual", "dffits", "cook")),
            "●" if own.get("influential") else "",
        )
        for row, own in zip(left, others, strict=True)
    )  # fmt: skip
    return Sheet(_("Without each study"), heads, rows)


def _cumulative(found: Answer, _: Words) -> Sheet | None:
    steps = found["cumulative"]
    if not steps:
        return None
    heads = (_("Added"), steps["by"], _("Effect"), _interval_name(found, _), "p", "I² %")
    rows = tuple(
        (row["added"], row["order"], reason_text(row, _))
        if "reason" in row
        else (
            row["added"], row["order"], number(row["estimate"]), span(row["low"], row["high"]), number(row["p"]),
            number(row["i2"]),
        )
        for row in steps["steps"]
    )  # fmt: skip
    return Sheet(_("Cumulative"), heads, rows)


def _test_line(name: str, test: Answer) -> str:
    return f"{name}: {number(test['statistic'])}, p = {number(test['p'])}"


def _interval_name(found: Answer, _: Words) -> str:
    return _("{level} % interval").format(level=f"{100 * found['level']:g}")


def notes(found: Answer, _: Words) -> Sequence[str]:
    """Return the remarks that belong to the numbers, in the reader's language."""
    remarks = ((note["text"], note["values"]) for note in found["notes"])
    return [_(text).format(*values) for text, values in remarks]


def number(value: float | None) -> str:
    """Write a number with four digits; an en dash where there is none."""
    return "–" if value is None else f"{value:.4g}"


def span(low: float | None, high: float | None) -> str:
    """Write an interval; an en dash where there is none."""
    return "–" if low is None or high is None else f"[{low:.4g}, {high:.4g}]"

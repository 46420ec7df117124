"""The answer of a meta-analysis as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from insula.core.i18n import translator
from insula.report.meta_words import name_of_test, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType

    Answer = dict[str, Any]
    Words = Callable[[str], str]


def show(found: Answer, lang: str) -> Group:
    """Return the answer as tables in a language, with the notes below."""
    _ = translator(lang)
    tables = [
        _study_table(found, _), _pooled_table(found, _), _heterogeneity_table(found, _), _subgroup_test(found, _),
        _regression_table(found, _), _cluster_table(found, _), _tests_of_counts(found, _), _bias_table(found, _),
        _single_table(found, _), _cumulative_table(found, _),
    ]  # fmt: skip
    parts: list[RenderableType] = []
    for table in tables:
        if table is not None:
            parts += [table, Text()]
    if found["omitted"]:
        parts.append(Text(_("Left out, without effect or variance: ") + ", ".join(found["omitted"])))
    notes = [Text(_(note["text"]).format(*note["values"])) for note in found["notes"]]
    return Group(*parts, *notes)


def _study_table(found: Answer, _: Words) -> Table:
    title = " ".join(
        filter(None, (f"{found['measure']}, {found['method']}, {found['interval']}", found["unit"]))
    )
    mixed = len({row["kind"] for row in found["studies"]}) > 1
    names = (
        _("Study"),
        *((_("Kind"),) if mixed else ()),
        _("Effect"),
        _interval_name(found, _),
        _("Weight, %"),
    )
    table = _table(title, names)
    words = {"published": _("published study"), "virtual": _("virtual trial")}
    for row in found["studies"]:
        kind = (words[row["kind"]],) if mixed else ()
        cells = (_number(row["estimate"]), _range(row["low"], row["high"]), _number(row["weight"]))
        table.add_row(row["study"], *kind, *cells)
    return table


def _pooled_table(found: Answer, _: Words) -> Table:
    names = (
        _("Pooled"), _("Number of studies"), _("Effect"), _interval_name(found, _), "p", _("Prediction interval"),
        _("Back-transformed"),
    )  # fmt: skip
    table = _table("", names)
    for name, row in _pooled_rows(found, _):
        if "reason" in row:
            table.add_row(name, reason_text(row, _))
            continue
        back = row["back_transformed"]
        table.add_row(
            name, str(row["studies"]), _number(row["estimate"]), _range(row["low"], row["high"]),
            _number(row["p"]), _range(*(row["prediction"] or (None, None))),
            f"{_number(back['estimate'])} {_range(back['low'], back['high'])}" if back else "–",
        )  # fmt: skip
    return table


def _heterogeneity_table(found: Answer, _: Words) -> Table:
    table = _table("", (_("Heterogeneity"), "Q", "df", "p", "I² %", "tau²"))
    for name, row in _pooled_rows(found, _):
        if "reason" not in row:
            table.add_row(
                name, _number(row["q"]), _number(row["q_degrees"]), _number(row["q_p"]),
                f"{_number(row['i2'])} {_range(*(row['i2_interval'] or (None, None)))}",
                f"{_number(row['tau2'])} {_range(*(row['tau2_interval'] or (None, None)))}",
            )  # fmt: skip
    return table


def _pooled_rows(found: Answer, _: Words) -> list[tuple[str, Answer]]:
    groups = found["subgroups"]["groups"] if found["subgroups"] else []
    rows = [*((group["group"], group) for group in groups), (_("All studies"), found["pooled"])]
    return [*rows, (_("Virtual trials"), found["virtual"])] if found["virtual"] else rows


def _subgroup_test(found: Answer, _: Words) -> Text | None:
    test = found["subgroups"]
    return _test_line(_("Test of subgroup differences"), test) if test else None


def _regression_table(found: Answer, _: Words) -> RenderableType | None:
    fit = found["regression"]
    if not fit:
        return None
    robust = ", " + _("robust (CR2)") if fit["robust"] else ""
    spread = f"R² {_number(fit['r2'])} %, tau² {_number(fit['tau2'])}"
    title = f"{_('Meta-regression')}: {fit['studies']}, {spread}{robust}"
    table = _table(title, (_("Moderator"), _("Coefficient"), _interval_name(found, _), "p"))
    for row in fit["coefficients"]:
        table.add_row(
            row["name"], _number(row["estimate"]), _range(row["low"], row["high"]), _number(row["p"])
        )
    return table if fit["robust"] else Group(table, _test_line(_("Test of moderators"), fit))


def _cluster_table(found: Answer, _: Words) -> RenderableType | None:
    fit = found["clusters"]
    if not fit:
        return None
    title = f"{_('Three-level model')}, {fit['by']}"
    if "reason" in fit:
        return Text(f"{title}: {reason_text(fit, _)}")
    table = _table(title, ("", _("Effect"), _interval_name(found, _), "df", "p", _("Prediction interval")))
    plain = (_number(fit["degrees"]), _number(fit["p"]), _range(*fit["prediction"]))
    table.add_row(_("Model"), _number(fit["estimate"]), _range(fit["low"], fit["high"]), *plain)
    robust = fit["robust"]
    if "reason" in robust:
        table.add_row(_("robust (CR2)"), reason_text(robust, _))
    else:
        ends = (_number(robust["estimate"]), _range(robust["low"], robust["high"]))
        table.add_row(_("robust (CR2)"), *ends, _number(robust["degrees"]), _number(robust["p"]))
    line = _("{effects} effects in {clusters} clusters; tau² between {between}, within {within}").format(
        effects=fit["effects"], clusters=fit["clusters"],
        between=_number(fit["tau2_between"]), within=_number(fit["tau2_within"]),
    )  # fmt: skip
    return Group(table, Text(line))


def _tests_of_counts(found: Answer, _: Words) -> Table | None:
    tests = found["pooled"]["tests"]
    if not tests:
        return None
    table = _table("", (_("Test"), _("Statistic"), "p"))
    for name, test in tests.items():
        table.add_row(name_of_test(name, _), _number(test["statistic"]), _number(test["p"]))
    return table


def _bias_table(found: Answer, _: Words) -> Table:
    tests = found["small_study_effects"]
    table = _table(
        "", (_("Small-study effects"), _("Statistic"), "p", _("Corrected effect"), _interval_name(found, _))
    )
    for name, row, cells in _bias_rows(tests, _):
        table.add_row(name, *((reason_text(row, _),) if "reason" in row else cells(row)))
    return table


def _bias_rows(tests: Answer, _: Words) -> list[tuple[str, Answer, Callable[[Answer], Sequence[str]]]]:
    def limit(row: Answer) -> Sequence[str]:
        ends = (_number(row["limit"]), _range(row["low"], row["high"]))
        return (_number(row["statistic"]), _number(row["p"]), *ends)

    def filled(row: Answer) -> Sequence[str]:
        added = _("studies added: {count}").format(count=row["missing"])
        return (added, "", _number(row["estimate"]), _range(row["low"], row["high"]))

    corrected = tests["pet_peese"]
    chosen = corrected.get("chosen", "")
    return [
        (_("Egger"), tests["egger"], lambda row: (_number(row["statistic"]), _number(row["p"]))),
        (_("Begg (Kendall's tau)"), tests["begg"], lambda row: (_number(row["tau"]), _number(row["p"]))),
        (_("Trim and fill"), tests["trim_and_fill"], filled),
        *(
            (name.upper() + (" *" if name == chosen else ""), corrected.get(name, corrected), limit)
            for name in ("pet", "peese")
        ),
    ]


def _single_table(found: Answer, _: Words) -> RenderableType:
    left, single = found["leave_one_out"], found["influence"]
    if not isinstance(left, list):
        return Text(f"{_('Without each study')}: {reason_text(left, _)}")
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
    table = _table(_("Without each study"), (*names, _("Influential")))
    others = single if isinstance(single, list) else [{}] * len(left)
    for row, own in zip(left, others, strict=True):
        if "reason" in row:
            table.add_row(row["study"], reason_text(row, _))
            continue
        table.add_row(
            row["study"], _number(row["estimate"]), _range(row["low"], row["high"]), _number(row["p"]),
            _number(row["tau2"]), *(_number(own.get(name)) for name in ("studentised_residual", "dffits", "cook")),
            "●" if own.get("influential") else "",
        )  # fmt: skip
    return table


def _cumulative_table(found: Answer, _: Words) -> Table | None:
    steps = found["cumulative"]
    if not steps:
        return None
    names = (_("Added"), steps["by"], _("Effect"), _interval_name(found, _), "p", "I² %")
    table = _table(_("Cumulative"), names)
    for row in steps["steps"]:
        if "reason" in row:
            table.add_row(row["added"], row["order"], reason_text(row, _))
            continue
        ends = (
            _number(row["estimate"]),
            _range(row["low"], row["high"]),
            _number(row["p"]),
            _number(row["i2"]),
        )
        table.add_row(row["added"], row["order"], *ends)
    return table


def _test_line(name: str, test: Answer) -> Text:
    return Text(f"{name}: {_number(test['statistic'])}, p = {_number(test['p'])}")


def _interval_name(found: Answer, _: Words) -> str:
    return _("{level} % interval").format(level=f"{100 * found['level']:g}")


def _table(title: str, names: Sequence[str]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, header_style="bold")
    for i, name in enumerate(names):
        table.add_column(name, justify="right" if i else "left")
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _range(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"[{low:.4g}, {high:.4g}]"

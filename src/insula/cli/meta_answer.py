"""What ``insula meta`` answers: one dictionary, and the tables made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from insula.core.i18n import translator
from insula.statistics.meta.effect_sizes import RATIOS, back_transform
from insula.statistics.meta.model import critical_value
from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.regression import regress
from insula.statistics.meta.subgroups import pool_subgroups

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from insula.cli.meta_table import Studies
    from insula.statistics.meta.records import Note

    Answer = dict[str, Any]

_SHARES = frozenset({"PLO", "PAS", "PFT", "IRS", "ZCOR"})


def answer(studies: Studies, *, method: str, interval: str, level: float) -> Answer:
    """Pool, and compare subgroups or regress where the table asks for it; numbers that are undefined are None.

    Raises
    ------
    MetaAnalysisError
        As `pool`, `pool_subgroups` and `regress`.
    """
    effects = studies.effects
    whole = pool(effects, method=method, interval=interval, level=level)
    found: Answer = {
        "measure": effects.measure, "method": method, "interval": interval, "level": level,
        "studies": _rows(studies, whole),
        "omitted": [studies.labels[i] for i in whole.model.omitted],
        "pooled": _pooled(whole),
        "subgroups": None, "regression": None, "notes": [str(note) for note in effects.notes],
    }  # fmt: skip
    if studies.groups is not None:
        parts = pool_subgroups(effects, studies.groups, method=method, interval=interval, level=level)
        found["subgroups"] = {
            "by": studies.by,
            "groups": [{"group": name, **_pooled(part)} for name, part in parts.groups.items()],
            "statistic": parts.statistic, "degrees": parts.degrees, "p": parts.p_value,
        }  # fmt: skip
    if studies.moderators:
        found["regression"] = _regression(studies, method, interval, level)
    plain: Answer = _plain(found)
    return plain


def _rows(studies: Studies, whole: Pooled) -> list[Answer]:
    effects, model = studies.effects, whole.model
    reach = float(critical_value(whole.level)) * effects.standard_error
    weight = np.full(len(studies.labels), np.nan)
    weight[model.included] = model.weight
    return [
        {
            "study": label,
            "estimate": effects.estimate[i],
            "variance": effects.variance[i],
            "low": effects.estimate[i] - reach[i],
            "high": effects.estimate[i] + reach[i],
            "weight": weight[i],
        }
        for i, label in enumerate(studies.labels)
    ]


def _pooled(found: Pooled) -> Answer:
    model = found.model
    spread, effects = model.heterogeneity, model.effects
    ends = [found.estimate, found.low, found.high]
    read = back_transform(effects.measure, ends, effects.size).tolist()
    readable = effects.measure in RATIOS or effects.measure in _SHARES
    profile = found.profile
    return {
        "studies": model.studies,
        "estimate": found.estimate, "standard_error": found.standard_error, "p": found.p_value,
        "low": found.low, "high": found.high, "degrees": model.coefficients.degrees[0],
        "prediction": found.prediction,
        "back_transformed": dict(zip(("estimate", "low", "high"), read, strict=True)) if readable else None,
        "q": spread.q, "q_degrees": spread.q_df, "q_p": spread.q_p, "i2": spread.i2, "h2": spread.h2,
        "tau2": spread.tau2,
        "tau2_interval": profile.tau2 if profile else None, "i2_interval": profile.i2 if profile else None,
    }  # fmt: skip


def _regression(studies: Studies, method: str, interval: str, level: float) -> Answer:
    fit = regress(studies.effects, studies.moderators, method=method, interval=interval, level=level)
    table = fit.model.coefficients
    rows = [
        {
            "name": name, "estimate": table.estimate[i], "standard_error": table.standard_error[i],
            "low": table.low[i], "high": table.high[i], "p": table.p_value[i],
        }
        for i, name in enumerate(table.names)
    ]  # fmt: skip
    return {
        "studies": fit.model.studies, "coefficients": rows, "statistic": fit.statistic, "p": fit.p_value,
        "degrees": list(fit.degrees), "r2": fit.r2, "tau2": fit.model.heterogeneity.tau2,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Return lists, texts and numbers only; what is not finite becomes None."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value


def show(found: Answer, notes: tuple[Note, ...], lang: str) -> Group:
    """Return the answer as tables in a language, with the notes of the effects below."""
    _ = translator(lang)
    parts: list[RenderableType] = [_study_table(found, _), Text(), _pooled_table(found, _), Text()]
    parts.append(_heterogeneity_table(found, _))
    if found["subgroups"]:
        parts += [Text(), _test_line(_("Test of subgroup differences"), found["subgroups"])]
    if found["regression"]:
        parts += [
            Text(),
            _regression_table(found, _),
            _test_line(_("Test of moderators"), found["regression"]),
        ]
    if found["omitted"]:
        parts.append(Text(_("Left out, without effect or variance: ") + ", ".join(found["omitted"])))
    return Group(*parts, *(Text(_(note.text).format(*note.values)) for note in notes))


def _study_table(found: Answer, _: Callable[[str], str]) -> Table:
    title = f"{found['measure']}, {found['method']}, {found['interval']}"
    table = _table(title, (_("Study"), _("Effect"), _interval_name(found, _), _("Weight, %")))
    for row in found["studies"]:
        table.add_row(
            row["study"], _number(row["estimate"]), _range(row["low"], row["high"]), _number(row["weight"])
        )
    return table


def _pooled_table(found: Answer, _: Callable[[str], str]) -> Table:
    names = (
        _("Pooled"), _("Number of studies"), _("Effect"), _interval_name(found, _), "p", _("Prediction interval"),
        _("Back-transformed"),
    )  # fmt: skip
    table = _table("", names)
    for name, row in _pooled_rows(found, _):
        back = row["back_transformed"]
        table.add_row(
            name, str(row["studies"]), _number(row["estimate"]), _range(row["low"], row["high"]),
            _number(row["p"]), _range(*(row["prediction"] or (None, None))),
            f"{_number(back['estimate'])} {_range(back['low'], back['high'])}" if back else "–",
        )  # fmt: skip
    return table


def _heterogeneity_table(found: Answer, _: Callable[[str], str]) -> Table:
    table = _table("", (_("Heterogeneity"), "Q", "df", "p", "I² %", "tau²"))
    for name, row in _pooled_rows(found, _):
        table.add_row(
            name, _number(row["q"]), str(row["q_degrees"]), _number(row["q_p"]),
            f"{_number(row['i2'])} {_range(*(row['i2_interval'] or (None, None)))}",
            f"{_number(row['tau2'])} {_range(*(row['tau2_interval'] or (None, None)))}",
        )  # fmt: skip
    return table


def _pooled_rows(found: Answer, _: Callable[[str], str]) -> list[tuple[str, Answer]]:
    groups = found["subgroups"]["groups"] if found["subgroups"] else []
    return [*((group["group"], group) for group in groups), (_("All studies"), found["pooled"])]


def _regression_table(found: Answer, _: Callable[[str], str]) -> Table:
    fit = found["regression"]
    title = (
        f"{_('Meta-regression')}: {fit['studies']}, R² {_number(fit['r2'])} %, tau² {_number(fit['tau2'])}"
    )
    table = _table(title, (_("Moderator"), _("Coefficient"), _interval_name(found, _), "p"))
    for row in fit["coefficients"]:
        table.add_row(
            row["name"], _number(row["estimate"]), _range(row["low"], row["high"]), _number(row["p"])
        )
    return table


def _test_line(name: str, test: Answer) -> Text:
    return Text(f"{name}: {_number(test['statistic'])}, p = {_number(test['p'])}")


def _interval_name(found: Answer, _: Callable[[str], str]) -> str:
    return _("{level} % interval").format(level=f"{100 * found['level']:g}")


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, header_style="bold")
    for i, name in enumerate(names):
        table.add_column(name, justify="right" if i else "left")
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _range(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"[{low:.4g}, {high:.4g}]"

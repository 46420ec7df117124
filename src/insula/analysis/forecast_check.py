"""A registered forecast held against today: whether its texts are the same still, and give the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.forecast import made_from
from insula.catalog.records.forecasts import RegisteredForecast
from insula.catalog.validate import validate
from insula.core.problems import raise_if_any
from insula.core.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from insula.catalog.records.forecasts import ForecastLine, MadeFrom

_TEXTS = ("science", "beside", "study")
_NUMBERS = ("statistic", "unit", "patients", "predicted", "low", "high", "without_value")


def read_forecast(path: Path) -> RegisteredForecast:
    """Read a file that `insula.analysis.forecast.register` wrote.

    Raises
    ------
    InvalidText
        When it is no such file, with line and problem.
    """
    lined = read_yaml(path)
    raise_if_any(list(lined.problems))
    record, problems = validate(path, lined, (), RegisteredForecast)
    raise_if_any(problems)
    assert record is not None
    return record


def changed_texts(registered: MadeFrom, today: Mapping[str, Any]) -> list[str]:
    """Return which texts are not those of the registration: ``science``, ``beside`` (a user's own), ``study``.

    Parameters
    ----------
    today
        Manifest of a run of today.
    """
    now = made_from(today)
    known = {name: getattr(registered, name) for name in _TEXTS}
    asked = [
        name for name in _TEXTS if name != "study" or known[name] is not None
    ]  # older files do not say it
    return [name for name in asked if known[name] != now.get(name)]


def compare_lines(registered: Sequence[ForecastLine], today: Sequence[ForecastLine]) -> list[dict[str, Any]]:
    """Set what was said beside what would be said today.

    Returns
    -------
    One row for every arm, endpoint and day of either, those of the registration first: ``registered`` and ``today``
    (numbers of a line, None where it is missing), ``same``, and ``within``: whether today's prediction lies in the
    registered interval, None where one of them is missing.
    """
    before, now = ({line.place: line for line in lines} for lines in (registered, today))
    rows = []
    for place in dict.fromkeys([*before, *now]):
        first, second = before.get(place), now.get(place)
        rows.append(
            {
                **dict(zip(("arm", "endpoint", "day"), place, strict=True)),
                "registered": _numbers(first),
                "today": _numbers(second),
                "same": _numbers(first) == _numbers(second),
                "within": first.low <= second.predicted <= first.high if first and second else None,
            }
        )
    return rows


def _numbers(line: ForecastLine | None) -> dict[str, Any] | None:
    return None if line is None else {name: getattr(line, name) for name in _NUMBERS}


def check_of(
    forecast: RegisteredForecast, manifest: Mapping[str, Any], again: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what has become of a forecast, ready for JSON.

    Parameters
    ----------
    manifest, again
        Of a run of today with the seed and the patients of the forecast, and what it forecasts, as
        `insula.analysis.forecast.forecast_of` says it.
    """
    today = RegisteredForecast.model_validate(again)
    rows = compare_lines(forecast.forecasts, today.forecasts)
    return {
        "study": forecast.study,
        "title": forecast.title.model_dump(),
        "registered": forecast.registered.isoformat(),
        "made_from": forecast.made_from.model_dump(exclude_none=True),
        "today": made_from(manifest),
        "changed_texts": changed_texts(forecast.made_from, manifest),
        "predictions": len(rows),
        "same": sum(row["same"] for row in rows),
        "within": sum(row["within"] is True for row in rows if not row["same"]),
        "rows": rows,
    }

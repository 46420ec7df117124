"""Numbers, units and dates as a reader of one language expects them, both unit systems included."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from babel.dates import format_date
from babel.numbers import format_decimal

from insula.core.i18n import pick, translator
from insula.core.units import conversions, convert

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES = {"zh": "zh_CN", "en": "en"}
MISSING = "–"
NO_BREAK = "\u00a0"
_FIRST = {"zh": "mmol_per_L", "en": "mg_per_dL"}
_DECIMALS = {
    "mg_per_dL": 0,
    "mmol_per_L": 1,
    "percent": 1,
    "mmol_per_mol": 0,
    "day": 0,
    "patients": 0,
    "fraction": 0,
    "z": 1,
} | {
    "nmol_per_L": 2,
    "U_per_day": 1,
    "U_per_kg_day": 2,
}
_LABELS = {"percent": "%", "fraction": "%", "dimensionless": "", "mmol_per_mol": "mmol/mol"}
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TIMES = ("day", "week", "month", "year")
_HALF_A_PERCENT = 0.005
_LARGE, _SMALL, _SIGNIFICANT = 1e5, 1e-3, 3


@dataclass(frozen=True)
class Writer:
    """Writes for readers of one language (``zh`` or ``en``)."""

    lang: str
    _: Callable[[str], str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_", translator(self.lang))

    @property
    def locale(self) -> str:
        """Locale of Babel."""
        return LOCALES[self.lang]

    def title(self, titles: Any) -> str:
        """Return the text of this language from ``{en, zh}``; a plain string stays as it is."""
        return pick(titles, self.lang) if isinstance(titles, dict) else str(titles)

    def number(self, value: float | None, unit: str = "") -> str:
        """Write a number with the decimals usual for its unit, else with three significant digits."""
        if not _known(value):
            return MISSING
        if abs(value) >= _LARGE or (0 < abs(value) < _SMALL and unit not in _DECIMALS):
            return self._power_of_ten(value)
        decimals = _DECIMALS.get(unit, _significant_decimals(value))
        pattern = "#,##0" + ("." + "0" * decimals if unit in _DECIMALS and decimals else "." + "#" * decimals)
        return str(format_decimal(value, format=pattern.rstrip("."), locale=self.locale)).replace("-", "−")

    def exact(self, value: object) -> str:
        """Write a setting as a program would read it."""
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def percent(self, share: float) -> str:
        """Write a share as per cent."""
        return self._with_unit(self.number(100 * share, "fraction"), "percent")

    def expected(self, share: float | None, low: float | None, high: float | None) -> str:
        """Write an expected share with its interval; one that whole per cents would hide has a decimal."""
        if not _known(share):
            return self._("not known")
        hidden = 0 < share < _HALF_A_PERCENT
        unit, scale = ("percent", 100.0) if hidden else ("fraction", 1.0)
        low, high = (None if end is None else scale * end for end in (low, high))
        below = 0 < share < _HALF_A_PERCENT / 10
        first = f"<{self.value(0.1, unit)}" if below else self.value(scale * share, unit)
        return f"{first} ({self.interval(low, high, unit)})"

    def share(self, part: int, whole: int) -> str:
        """Write a part of a whole as per cent with one decimal."""
        return self._with_unit(self.number(100 * part / whole, "percent"), "percent") if whole else MISSING

    def count_of(self, part: int | None, whole: int) -> str:
        """Write how many of how many, with the share; a dash where the part is not known."""
        if part is None:
            return MISSING
        text = self._("{part} of {whole} ({share})")
        return text.format(part=self.number(part), whole=self.number(whole), share=self.share(part, whole))

    def unit(self, name: str) -> str:
        """Write a unit name such as ``mg_per_kg_min`` as ``mg/kg/min``."""
        words = {
            "patients": self._("patients"),
            "cell": self._("cells"),
            "day": self._("days"),
            "week": self._("weeks"),
            "month": self._("months"),
            "year": self._("years"),
        }
        return words.get(name) or _LABELS.get(name, _spell(name))

    def units(self, unit: str, measured: str) -> tuple[str, ...]:
        """Return the unit, and the other system's where there is one; in the order usual in this language."""
        other = other_unit(unit, measured)
        both = (unit, other) if other else (unit,)
        return (
            tuple(sorted(both, key=lambda name: name != _FIRST[self.lang]))
            if _FIRST[self.lang] in both
            else both
        )

    def value(self, value: float | None, unit: str, measured: str = "", *, difference: bool = False) -> str:
        """Write a value in both unit systems: ``7.0 % (53 mmol/mol)``."""
        if not _known(value):
            return MISSING
        names = self.units(unit, measured)
        return self._both(
            [
                self._one(convert(value, unit, name, quantity=measured or None, difference=difference), name)
                for name in names
            ]
        )

    def interval(
        self,
        low: float | None,
        high: float | None,
        unit: str,
        measured: str = "",
        *,
        difference: bool = False,
    ) -> str:
        """Write a range in both unit systems."""
        if not (_known(low) and _known(high)):
            return MISSING
        texts = []
        for name in self.units(unit, measured):
            ends = [
                convert(end, unit, name, quantity=measured or None, difference=difference)
                for end in (low, high)
            ]
            pair = self._("{low} to {high}").format(
                low=self._bare(ends[0], name), high=self._bare(ends[1], name)
            )
            texts.append(self._with_unit(pair, name))
        return self._both(texts)

    def date(self, iso: str) -> str:
        """Write the date of an ISO timestamp."""
        return str(format_date(datetime.fromisoformat(iso).date(), format="long", locale=self.locale))

    def _both(self, texts: list[str]) -> str:
        """Join the unit systems; a line may break between them, never inside one."""
        whole = [text.replace(" ", NO_BREAK) for text in texts]
        return (
            whole[0]
            if len(whole) == 1
            else self._("{first} ({second})").format(first=whole[0], second=whole[1])
        )

    def _one(self, value: float, unit: str) -> str:
        if value == 1 and unit in _TIMES and self.lang == "en":
            return f"1 {unit}"
        return self._with_unit(self._bare(value, unit), unit)

    def _with_unit(self, text: str, unit: str) -> str:
        name = self.unit(unit)
        return text + name if name == "%" and self.lang == "zh" else f"{text} {name}".strip()

    def _bare(self, value: float, unit: str) -> str:
        return self.number(100 * value if unit == "fraction" else value, unit)

    def _power_of_ten(self, value: float) -> str:
        power = math.floor(math.log10(abs(value)))
        digits = format_decimal(value / 10.0**power, format="0.##", locale=self.locale)
        return f"{digits} × 10{str(power).translate(SUPERSCRIPT)}".replace("-", "−")


def other_unit(unit: str, measured: str) -> str:
    """Return the unit of the other system for what is measured (``glucose``, ``hba1c``), or empty."""
    for row in conversions():
        if row.quantity == measured and unit in (row.from_unit, row.to_unit):
            return row.to_unit if unit == row.from_unit else row.from_unit
    return ""


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _significant_decimals(value: float) -> int:
    digits = math.floor(math.log10(abs(value))) + 1 if value else 1
    return max(0, min(6, _SIGNIFICANT - digits))


def _spell(name: str) -> str:
    top, *below = name.replace("_per_", "|").split("|")
    if top.startswith("per_"):
        top, below = "1", [top.removeprefix("per_"), *below]
    return "/".join([top.replace("_", "·"), *(part.replace("_", "/") for part in below)]).replace(
        "percent", "%"
    )

"""Titles of what a scorecard speaks of, in one language, and its numbers in both unit systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.scorecard import BETWEEN
from insula.core.i18n import pick
from insula.evidence.vocabulary import DIFFERENCES, read_meanings
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.analysis.replays import Plan
    from insula.catalog.records import Study

Row = dict[str, Any]


class Names:
    """Looks names up in the science text; what has no title there is shown as it is spelt."""

    def __init__(self, plan: Plan, lang: str) -> None:
        self.lang, self.writer = lang, Writer(lang)
        self._meanings = read_meanings(plan.catalog)
        self._classes = plan.catalog.therapy_classes
        self._files = {planned.study.id: planned.study for planned in plan.replays}
        self._studies: dict[str | None, list[Study]] = {}
        for study in self._files.values():
            self._studies.setdefault(study.evidence, []).append(study)

    def outcome(self, name: str) -> str:
        """Return the title of an endpoint or outcome."""
        return pick(self._meanings[name].title, self.lang) if name in self._meanings else name

    def therapy(self, name: str) -> str:
        """Return the title of a class of therapies, or of two that are compared."""
        titles = (
            pick(self._classes[one].title, self.lang) if one in self._classes else one
            for one in name.split(BETWEEN)
        )
        return f" {MISSING} ".join(titles)

    def study(self, name: str) -> str:
        """Return the titles of the study files that replay a published study."""
        titles = (pick(study.title, self.lang) for study in self._studies.get(name, ()))
        return self.writer._("; ").join(titles) or name

    def study_file(self, name: str) -> str:
        """Return the title of one study file."""
        return pick(self._files[name].title, self.lang)

    def arm(self, row: Row) -> str:
        """Return the title of an arm, or of two that are compared."""
        arms = {name: arm for study in self._studies[row["study_id"]] for name, arm in study.arms.items()}
        titles = (
            pick(arms[one].title, self.lang) if one in arms else one
            for one in str(row["arm_id"]).split(BETWEEN)
        )
        return f" {MISSING} ".join(titles)

    def what(self, row: Row) -> str:
        """Return outcome, statistic and month of a row."""
        _ = self.writer._
        statistic = self.statistics([row])
        if row["time_months"] is None:
            return _("{first}, {second}").format(first=self.outcome(row["outcome"]), second=statistic)
        month = _("month {month}").format(month=self.writer.number(row["time_months"]))
        return _("{endpoint}, {statistic}, {month}").format(
            endpoint=self.outcome(row["outcome"]), statistic=statistic, month=month
        )

    def statistics(self, rows: Sequence[Row]) -> str:
        """Return the statistics of rows, each once."""
        words = dict.fromkeys(row["statistic"].replace("_", " ") for row in rows)
        return ", ".join(self.writer._(word) for word in words)

    def measured(self, row: Row) -> str:
        """Return what the unit of a row measures where it has a second unit, else nothing."""
        meaning = self._meanings.get(row["outcome"])
        return meaning.quantity or "" if meaning and meaning.unit == row["unit"] else ""

    def value(self, row: Row, key: str) -> str:
        """Write a number of a row."""
        return self.writer.value(row[key], row["unit"], self.measured(row), difference=is_difference(row))

    def interval(self, row: Row) -> str:
        """Write the prediction interval of a row."""
        low, high = row["pi_low"], row["pi_high"]
        return self.writer.interval(low, high, row["unit"], self.measured(row), difference=is_difference(row))

    def note(self, text: str) -> str:
        """Return the reasons beside a row, each translated."""
        return self.writer._("; ").join(self.writer._(one) for one in text.split("; "))

    def skill(self, row: Row) -> str:
        """Write the skill of a row and what it was measured against."""
        if row["skill"] is None:
            return MISSING
        kind = row["skill_against"]
        against = self.writer._(kind)
        return self.writer._("{first} ({second})").format(
            first=self.writer.number(row["skill"], "z"), second=against
        )


def is_difference(row: Row) -> bool:
    """Whether a row is a difference: a change, or an effect between arms."""
    return row["statistic"] in DIFFERENCES or BETWEEN in str(row["arm_id"])

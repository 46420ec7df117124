"""What a review names exists in the evidence, and its time windows and units make one pooled number."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from insula.catalog.records.reviews import OVERALL
from insula.checks.names import exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.core.units import convert, convertible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from insula.catalog.evidence_tables import EvidenceTables
    from insula.catalog.records import Review
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

MONTH = "month"


def reviews_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Topic, studies, arms, therapies, diseases, outcomes, meta-analyses and subgroups of a review exist."""
    topics = survey.catalog.topics.readable()
    for entry, review in _reviews(survey):
        yield from exists(entry, ("topic",), "topic of evidence", review.topic, survey.catalog.topics)
        meanings = {*survey.catalog.endpoints, *survey.catalog.outcomes}
        for name, outcome in review.outcomes.items():
            for meaning in outcome.of:
                yield from exists(entry, ("outcomes", name, "of"), "endpoint or outcome", meaning, meanings)
        yield from _claims(entry, review)
        yield from _explanations(entry, review)
        if review.topic in topics:
            yield from _studies(entry, review, topics[review.topic])
            yield from _meta_analyses(entry, review, topics[review.topic])


def windows_do_not_overlap(survey: Survey) -> Iterator[Problem]:
    """Times are times, in order, and no value can count as of two of them."""
    for entry, review in _reviews(survey):
        ends = []
        for index, window in enumerate(review.times):
            place = Place(entry.path, entry.line("times", index))
            wrong = [q.unit for q in (window.at, window.tolerance) if not convertible(q.unit, MONTH, None)]
            if wrong:
                yield place.error(
                    _('"{unit}" is no unit of time.').format(unit=wrong[0]), _("Write month, week or day.")
                )
                continue
            middle, reach = (
                float(convert(float(q.value or 0), q.unit, MONTH)) for q in (window.at, window.tolerance)
            )
            ends.append((middle - reach, middle + reach, place))
        for (_from, before, _place), (after, _to, place) in pairwise(ends):
            if after <= before:
                yield place.error(
                    _("this window begins before the one above ends."), _("Narrow the tolerance.")
                )


def differences_have_one_unit(survey: Survey) -> Iterator[Problem]:
    """What a difference of means is pooled of has one unit; other units need a standardised difference."""
    units = {name: end.unit for name, end in survey.catalog.endpoints.readable().items()}
    units |= {name: outcome.unit for name, outcome in survey.catalog.outcomes.readable().items()}
    for entry, review in _reviews(survey):
        for name, outcome in review.outcomes.items():
            found = {units[meaning] for meaning in outcome.of if meaning in units}
            if outcome.measure == "MD" and len(found) > 1:
                text = _("{name}: a difference of means cannot be pooled in {units}.").format(
                    name=name, units=", ".join(sorted(found))
                )
                yield Place(entry.path, entry.line("outcomes", name)).error(text, _("Write measure: SMD."))


def _reviews(survey: Survey) -> Iterator[tuple[Entry[Any], Review]]:
    for entry in survey.catalog.reviews.entries().values():
        if entry.record is not None:
            yield entry, entry.record


def _studies(entry: Entry[Any], review: Review, tables: EvidenceTables) -> Iterator[Problem]:
    arms: dict[str, set[str]] = {row.cells["study_id"]: set() for row in tables.studies}
    for row in tables.arms:
        arms.setdefault(row.cells["study_id"], set()).add(row.cells["arm_id"])
    for index, left_out in enumerate(review.left_out):
        keys = ("left_out", index)
        yield from exists(entry, (*keys, "study"), "study of this topic", left_out.study, arms)
        for arm in left_out.arms:
            yield from exists(entry, (*keys, "arms"), "arm of this study", arm, arms.get(left_out.study, ()))
    words = {row.cells["outcome"] for row in tables.outcomes}
    for name, outcome in review.outcomes.items():
        for word in outcome.words:
            yield from exists(
                entry, ("outcomes", name, "words"), "outcome printed in this topic", word, words
            )
    therapies = {row.cells["therapy"] for row in tables.arms}
    diseases = {row.cells["disease"] for row in tables.studies}
    for therapy in review.studies.therapies:
        yield from exists(entry, ("studies", "therapies"), "therapy of this topic", therapy, therapies)
    for disease in review.studies.diseases:
        yield from exists(entry, ("studies", "diseases"), "disease of this topic", disease, diseases)
    for name, subgroup in review.subgroups.items():
        for disease in subgroup.diseases:
            keys_ = ("subgroups", name, "diseases")
            yield from exists(entry, keys_, "disease of this review", disease, review.studies.diseases)


def _meta_analyses(entry: Entry[Any], review: Review, tables: EvidenceTables) -> Iterator[Problem]:
    known = {row.cells["meta_analysis_id"] for row in tables.pooled}
    for index, named in enumerate(review.meta_analyses):
        keys = ("meta_analyses", index)
        yield from exists(entry, (*keys, "id"), "meta-analysis of this topic", named.id, known)
        rows = [row.cells for row in tables.pooled if row.cells["meta_analysis_id"] == named.id]
        for measure in named.measures if rows else ():
            texts = {cells["measure"] for cells in rows}
            yield from exists(entry, (*keys, "measures"), "measure of this meta-analysis", measure, texts)
        for theirs, ours in named.subgroups.items():
            texts = {cells["subgroup"] for cells in rows} if rows else {theirs}
            yield from exists(entry, (*keys, "subgroups"), "subgroup of this meta-analysis", theirs, texts)
            known_here = {OVERALL, *review.subgroups}
            yield from exists(entry, (*keys, "subgroups"), "subgroup of this review", ours, known_here)


def _claims(entry: Entry[Any], review: Review) -> Iterator[Problem]:
    for index, block in enumerate(review.claims):
        for number, claim in enumerate(block.rows):
            keys = ("claims", index, "rows", number)
            yield from _cells(entry, keys, review, claim.outcome, claim.subgroup, [claim.months])


def _explanations(entry: Entry[Any], review: Review) -> Iterator[Problem]:
    for index, one in enumerate(review.explanations):
        keys = ("explanations", index)
        yield from _cells(entry, keys, review, one.outcome, one.subgroup or OVERALL, one.months)


def _cells(
    entry: Entry[Any],
    keys: tuple[str | int, ...],
    review: Review,
    outcome: str,
    subgroup: str,
    times: Iterable[float | None],
) -> Iterator[Problem]:
    """Yield what a review lacks of an outcome in a subgroup at times; None is a missing one."""
    yield from exists(entry, keys, "outcome of this review", outcome, review.outcomes)
    yield from exists(entry, keys, "subgroup of this review", subgroup, {OVERALL, *review.subgroups})
    if outcome not in review.outcomes:
        return
    months = {
        float(convert(w.at.value, w.at.unit, MONTH))
        for w in review.times
        if convertible(w.at.unit, MONTH, None)
    }
    visits = review.outcomes[outcome].when == "times"
    for time in times:
        if (time in months) != visits:
            text = _("{outcome} is not pooled at {time} months.").format(outcome=outcome, time=time)
            if time is None:
                text = _("{outcome} is pooled at times: key months is missing.").format(outcome=outcome)
            told = ", ".join(f"{month:g}" for month in sorted(months)) if visits else "none"
            yield Place(entry.path, entry.line(*keys)).error(text, _("Months: {told}.").format(told=told))

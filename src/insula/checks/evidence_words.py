"""The words of the evidence tables are translated, and what they are translated into is defined once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.problems import error
from insula.core.spoken import _
from insula.core.units import is_unit
from insula.endpoints.definitions import is_yes_or_no
from insula.evidence.made_of import faults_of
from insula.evidence.per_weight import read_pairs
from insula.evidence.vocabulary import Vocabulary, load_vocabulary, read_meanings, unit_on_scale
from insula.evidence.vocabulary_problems import vocabulary_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem


def words_are_translated(survey: Survey) -> Iterator[Problem]:
    """The tables that translate the words of the sources are sound, and name endpoints and outcomes that exist."""
    folder = survey.catalog.root / "evidence"
    if (folder / "vocabulary.csv").exists():
        units = {m.id: (m.unit, m.quantity) for m in read_meanings(survey.catalog).values()}
        yield from vocabulary_problems(folder, units, unit_on_scale)


def outcomes_are_defined_once(survey: Survey) -> Iterator[Problem]:
    """An outcome is no endpoint too, has a unit that exists, and some word means it."""
    path = survey.catalog.root / "evidence" / "outcomes.yaml"
    vocabulary = sound_vocabulary(survey)
    used = {word.meaning.id for word in vocabulary.words.values() if word.meaning} if vocabulary else set()
    for name, entry in survey.catalog.outcomes.entries().items():
        line = entry.line(name)
        if name in survey.catalog.endpoints:
            yield error(
                path,
                _('"{name}" is an endpoint of endpoints.yaml too.').format(name=name),
                _("Keep one."),
                line=line,
            )
        if entry.record is not None and not is_unit(entry.record.unit):
            yield error(
                path,
                _('unit "{unit}" of "{name}" does not exist.').format(unit=entry.record.unit, name=name),
                line=entry.line(name, "unit"),
            )
        if vocabulary and name not in used:
            yield Place(path, line).warning(
                _('no word of evidence/vocabulary.csv means "{name}".').format(name=name)
            )


def outcomes_are_made_of_endpoints(survey: Survey) -> Iterator[Problem]:
    """What an outcome is made of exists, and its units fit; what visits tell is told of yes or no."""
    path = survey.catalog.root / "evidence" / "outcomes.yaml"
    endpoints = survey.catalog.endpoints.readable()
    for name, entry in survey.catalog.outcomes.entries().items():
        if entry.record is None:
            continue
        faults = list(faults_of(entry.record, endpoints))
        over = entry.record.over_visits
        if over and over.tell != "mean" and not faults and not is_yes_or_no(endpoints[over.of].family):
            faults.append(_('"{name}" is not yes or no.').format(name=over.of))
        yield from (error(path, f"{name}: {fault}", line=entry.line(name)) for fault in faults)


def outcomes_per_weight_exist(survey: Survey) -> Iterator[Problem]:
    """Both outcomes of a pair of total and amount per weight exist."""
    known = read_meanings(survey.catalog)
    path = survey.catalog.root / "evidence" / "per_weight.csv"
    for pair in read_pairs(path).items():
        for name in pair:
            if name not in known:
                hint = suggest(name, close_names(name, known))
                yield Place(path).error(
                    _('there is no endpoint or outcome "{name}".').format(name=name), hint
                )


def sound_vocabulary(survey: Survey) -> Vocabulary | None:
    """Return the vocabulary; None where it is missing or faulty, which is told elsewhere."""
    folder = survey.catalog.root / "evidence"
    if not (folder / "vocabulary.csv").exists() or any(words_are_translated(survey)):
        return None
    return load_vocabulary(folder)

"""Asks every question and returns all problems; prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.catalog import Catalog, find_study
from insula.checks import (
    averaged_days,
    behaviours,
    consistency,
    contradictions,
    criteria,
    evidence,
    evidence_cells,
    evidence_rows,
    evidence_words,
    harms,
    histories,
    meal_tests,
    names,
    questions,
    reviews,
    saved_people,
    sources,
    symbols,
    units,
    values,
    wiring,
)
from insula.checks.survey import Survey
from insula.core.paths import science_at
from insula.core.problems import Problem, in_order, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from insula.catalog.records import Study
    from insula.catalog.shelf import Entry, Shelf

QUESTIONS: tuple[Callable[[Survey], Iterator[Problem]], ...] = (
    symbols.every_symbol_is_declared,
    symbols.every_symbol_has_a_row,
    symbols.every_row_has_a_symbol,
    symbols.every_state_has_a_start,
    symbols.no_double_definition,
    units.every_symbol_has_a_unit,
    units.declared_units_exist,
    units.row_units_are_declared_units,
    units.named_units_exist,
    units.both_unit_files_agree,
    units.no_naked_literal,
    units.module_texts_are_readable,
    consistency.formulas_have_consistent_units,
    consistency.actions_have_consistent_units,
    consistency.joined_units_agree,
    consistency.handed_units_agree,
    wiring.wirings_are_readable,
    wiring.instances_exist,
    wiring.ports_are_connected,
    wiring.handed_symbols_exist,
    wiring.actions_name_symbols,
    wiring.persons_name_symbols,
    wiring.settings_name_symbols,
    behaviours.behaviours_can_be_tried,
    sources.every_source_exists,
    sources.every_number_has_place_and_reason,
    sources.every_assumption_is_argued,
    sources.derived_formulas_use_symbols,
    sources.every_citation_is_used,
    names.studies_name_what_exists,
    names.populations_name_what_exists,
    criteria.criteria_can_be_judged,
    names.ensembles_hold_uncertain_numbers,
    names.ensembles_are_those_of_their_plan,
    names.protocols_name_therapies,
    names.own_protocols_have_their_name,
    names.therapies_name_symbols,
    harms.harms_name_what_exists,
    harms.rates_have_an_exposure,
    harms.levels_say_whether_harm_goes_on,
    harms.events_are_brought_by_something,
    names.regimens_name_actions,
    names.endpoints_can_be_measured,
    averaged_days.averaged_days_use_every_number,
    histories.stages_can_be_reached,
    histories.diagnoses_can_be_made,
    histories.lives_are_told,
    histories.endpoints_read_symbols,
    reviews.reviews_name_what_exists,
    reviews.windows_do_not_overlap,
    reviews.differences_have_one_unit,
    contradictions.contradictions_name_what_exists,
    questions.questions_name_what_exists,
    questions.facts_can_be_compared,
    values.quantities_have_the_expected_unit,
    values.doses_fit_their_therapy,
    values.therapy_targets_have_their_unit,
    values.overrides_have_the_unit_of_the_row,
    values.times_are_in_order,
    values.levels_follow_each_other,
    values.shares_add_up,
    values.limits_are_in_order,
    values.what_is_shown_beside_fits,
    meal_tests.meal_tests_have_every_sample,
    evidence.rows_join,
    evidence.roles_agree,
    evidence_cells.cells_follow_the_schema,
    evidence_cells.spreads_are_complete,
    evidence_words.words_are_translated,
    evidence_words.outcomes_are_defined_once,
    evidence_words.outcomes_are_made_of_endpoints,
    evidence_words.outcomes_per_weight_exist,
    evidence_rows.rows_have_meaning,
    evidence_rows.pooled_effects_are_known,
    evidence_rows.units_of_doses_are_known,
)

# What can be wrong with one study and the texts that it names, and would otherwise show only while it runs.
QUESTIONS_OF_A_STUDY: tuple[Callable[[Survey], Iterator[Problem]], ...] = (
    units.named_units_exist,
    names.studies_name_what_exists,
    names.populations_name_what_exists,
    saved_people.saved_people_fit_the_science,
    names.regimens_name_actions,
    names.protocols_name_therapies,
    names.own_protocols_have_their_name,
    criteria.criteria_can_be_judged,
    meal_tests.meal_tests_have_every_sample,
    sources.every_source_exists,
    sources.every_number_has_place_and_reason,
    sources.every_assumption_is_argued,
    sources.derived_formulas_use_symbols,
    histories.stages_can_be_reached,
    histories.diagnoses_can_be_made,
    histories.lives_are_told,
    averaged_days.averaged_days_use_every_number,
    values.quantities_have_the_expected_unit,
    values.doses_fit_their_therapy,
    values.overrides_have_the_unit_of_the_row,
    values.times_are_in_order,
    values.levels_follow_each_other,
    values.shares_add_up,
    values.limits_are_in_order,
    values.what_is_shown_beside_fits,
)

# What can be wrong with a user's own evidence tables.
QUESTIONS_OF_EVIDENCE: tuple[Callable[[Survey], Iterator[Problem]], ...] = (
    evidence.rows_join,
    evidence.roles_agree,
    evidence_cells.cells_follow_the_schema,
    evidence_cells.spreads_are_complete,
)


def check(root: Path | None = None) -> list[Problem]:
    """Return everything that is wrong in a science folder, in order of file and line.

    Parameters
    ----------
    root
        The folder; by default the one of this installation.
    """
    catalog = Catalog.open(root)
    with science_at(catalog.root):
        survey = Survey(catalog)
        found = catalog.problems()
        for question in QUESTIONS:
            found += question(survey)
    return in_order(found)


def check_study(catalog: Catalog, study: Entry[Study]) -> list[Problem]:
    """Return what is wrong with a study, wherever it lies, and with the texts that it needs."""
    return check_studies(catalog, [study])


def sound_study(catalog: Catalog, name: str) -> Study:
    """Return a study, by its id or from a file, with which nothing is wrong as far as its text can tell.

    Raises
    ------
    InsulaError, InvalidText
        There is no such study or file; everything that is wrong with it.
    """
    found = find_study(name, catalog)
    raise_if_any(check_study(catalog, found))
    assert found.record is not None
    return found.record


def check_studies(catalog: Catalog, studies: Sequence[Entry[Study]]) -> list[Problem]:
    """Return what is wrong with studies as `check_study` does; the texts are read and asked once for all of them."""
    readable = {study.path.stem: study for study in studies if study.record is not None}
    found = [problem for study in studies for problem in study.problems]
    if readable:
        texts = [text for one in readable.values() if one.record for text in _texts_of(catalog, one.record)]
        found += _wrong_in(Survey(catalog, readable), [*readable.values(), *texts])
    return in_order(found)


def check_population(catalog: Catalog, population: str) -> list[Problem]:
    """Return what is wrong with a population of the catalog, and with its habits and regimen."""
    texts = [catalog.populations.entry(population), *_texts_of_people(catalog, population)]
    return in_order(_wrong_in(Survey(catalog, {}), texts))


def _wrong_in(survey: Survey, texts: Sequence[Entry[Any]]) -> list[Problem]:
    """Return why texts cannot be read, and what is wrong with those that can."""
    used = {text.path for text in texts}
    asked = (problem for question in QUESTIONS_OF_A_STUDY for problem in question(survey))
    return [
        *(problem for text in texts for problem in text.problems),
        *(problem for problem in asked if problem.where in used),
    ]


def check_evidence(catalog: Catalog) -> list[Problem]:
    """Return what is wrong with the evidence tables of a catalog, its own or a user's."""
    survey = Survey(catalog)
    found = [problem for entry in catalog.topics.entries().values() for problem in entry.problems]
    for question in QUESTIONS_OF_EVIDENCE:
        found += question(survey)
    return in_order(found)


def _texts_of(catalog: Catalog, study: Study) -> list[Entry[Any]]:
    """Return the protocols, population, habits, regimen and tests of a study, readable or not, as far as they exist."""
    named: list[tuple[Shelf[Any], str]] = [(catalog.protocols, arm.protocol) for arm in study.arms.values()]
    named.append((catalog.populations, study.population))
    tests = catalog.procedures.entries().values()
    return [*_entries(named), *_texts_of_people(catalog, study.population), *tests]


def _texts_of_people(catalog: Catalog, population: str) -> list[Entry[Any]]:
    """Return the habits and regimen of a population, readable or not, as far as they exist."""
    people = catalog.populations.readable().get(population)
    return _entries([(catalog.habits, people.habits), (catalog.regimens, people.regimen)] if people else [])


def _entries(named: list[tuple[Shelf[Any], str]]) -> list[Entry[Any]]:
    return [shelf.entry(name) for shelf, name in named if name in shelf]

"""Read a calibration plan and refuse what cannot be fitted, all of it at once and before anything is compiled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from insula.catalog.readers import yaml_reader
from insula.catalog.records import CalibrationPlan
from insula.core.errors import EvidenceError, InsulaError, UnknownName, suggest
from insula.core.problems import error, raise_if_any
from insula.core.spoken import _
from insula.core.units import convertible
from insula.evidence.calibration_rows import calibration_rows
from insula.population.fixed import uncertain
from insula.population.quantities import module_rows, quantities_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.catalog import Catalog
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem


def read_plan(catalog: Catalog, plan: str) -> CalibrationPlan:
    """Read a plan by its id, or from a YAML file anywhere.

    Raises
    ------
    InsulaError
        When there is no such plan or file.
    InvalidText
        With everything wrong in it: unknown names, numbers that are not uncertain, studies that may not be fitted.
    """
    entry = _find(catalog, plan)
    problems = list(entry.problems)
    if entry.record is not None:
        problems += [
            *_studies(catalog, entry, entry.record),
            *_parameters(catalog, entry, entry.record),
            *_endpoints(catalog, entry, entry.record),
        ]
    raise_if_any(problems)
    assert entry.record is not None
    return entry.record


def _find(catalog: Catalog, plan: str) -> Entry[CalibrationPlan]:
    if not plan.endswith((".yaml", ".yml")):
        return catalog.calibrations.entry(plan)
    if not Path(plan).is_file():
        raise InsulaError(_("There is no file {path}.").format(path=plan))
    return yaml_reader(CalibrationPlan)(Path(plan))


def _studies(catalog: Catalog, entry: Entry[CalibrationPlan], plan: CalibrationPlan) -> Iterator[Problem]:
    """Ask the door of the evidence whether each study may be fitted."""
    for name in plan.studies:
        line = entry.line("studies", name)
        if name not in catalog.studies:
            yield error(
                entry.path,
                _('there is no study "{name}".').format(name=name),
                suggest(name, catalog.studies),
                line=line,
            )
            continue
        try:
            calibration_rows(catalog, [catalog.studies[name].published])
        except (EvidenceError, UnknownName) as refusal:
            yield error(
                entry.path, f"{name}: {refusal}", _("Name a study whose role is calibration."), line=line
            )


def _parameters(catalog: Catalog, entry: Entry[CalibrationPlan], plan: CalibrationPlan) -> Iterator[Problem]:
    """Every parameter is uncertain in the population of every study."""
    rows = module_rows(catalog)
    for name in (name for name in plan.studies if name in catalog.studies):
        population = catalog.populations[catalog.studies[name].population]
        known = quantities_of(population, rows, catalog.habits[population.habits])
        fitted = uncertain(known)
        other = catalog.fitting(plan.id).ensemble_of(population)
        for number, symbol in enumerate(plan.parameters):
            line = entry.line("parameters", number)
            if symbol not in known:
                text = _('there is no parameter "{symbol}".').format(symbol=symbol)
                yield error(entry.path, text, suggest(symbol, fitted), line=line)
            elif other and symbol in other.values:
                text = _("{symbol} is already taken from the ensemble {ensemble}.").format(
                    symbol=symbol, ensemble=population.ensemble
                )
                yield error(entry.path, text, _("Fit it from the prior of its table."), line=line)
            elif symbol not in fitted:
                text = _(
                    "{symbol} does not vary by ensemble in the population {id}, so it has no prior."
                ).format(symbol=symbol, id=population.id)
                yield error(entry.path, text, suggest(symbol, fitted), line=line)


def _endpoints(catalog: Catalog, entry: Entry[CalibrationPlan], plan: CalibrationPlan) -> Iterator[Problem]:
    """Every endpoint exists, and a model error is in its unit."""
    named = [
        (("studies", study, "endpoints"), name)
        for study, asked in plan.studies.items()
        for name in asked.endpoints or ()
    ]
    for place, name in [*named, *((("model_error", name), name) for name in plan.model_error)]:
        if name not in catalog.endpoints:
            text = _('there is no endpoint "{name}".').format(name=name)
            yield error(entry.path, text, suggest(name, catalog.endpoints), line=entry.line(*place))
    for name, found in plan.model_error.items():
        if name in catalog.endpoints and not convertible(found.unit, catalog.endpoints[name].unit):
            text = _("the model error of {name} is in {unit}, which is not {wanted}.").format(
                name=name, unit=found.unit, wanted=catalog.endpoints[name].unit
            )
            yield error(entry.path, text, line=entry.line("model_error", name))

"""A question as a study in memory: its therapies, and its therapies with more cells, as arms over the population."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from insula.catalog.records import Amount, Arm, Measured, Study, Visit
from insula.trial.open_clinic import open_clinic
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.catalog import Catalog
    from insula.catalog.records import Give, Protocol, Question, WhatIf
    from insula.trial.clinic import Clinic

_MEASURED: tuple[Measured, ...] = get_args(Measured)


def horizon_days(question: Question) -> tuple[float, ...]:
    """Return the days of the visits, whole days after the therapy, in order."""
    return tuple(sorted(float(round(number(horizon, "day"))) for horizon in question.horizons))


def open_question(
    catalog: Catalog, question: Question, diabetes_type: str, protocols: Sequence[str]
) -> Clinic:
    """Compile the models for these protocols and their variants with other doses, over a type with a population.

    Raises
    ------
    UnknownName, InvalidText, ProtocolError, CompileError
        As `insula.trial.open_clinic.open_clinic`.
    """
    population = question.types[diabetes_type].population
    assert population is not None
    texts = {name: catalog.protocols[name] for name in protocols}
    variants = {
        variant_of(name, limit): _with_doses(protocol, what_if)
        for name, protocol in texts.items()
        for limit in limits_of(question, protocol, diabetes_type)
        if (what_if := question.limits[limit]).doses is not None
    }
    days = horizon_days(question)
    study = Study(
        id=question.id,
        title=question.title,
        question=question.question,
        population=population,
        arms={name: Arm(protocol=name, size=1, title=texts[name].title) for name in texts}
        | {name: Arm(protocol=name, size=1, title=protocol.title) for name, protocol in variants.items()},
        protocols=variants,
        follow_up=Amount(value=days[-1], unit="day"),
        visits=tuple(Visit(at=Amount(value=day, unit="day"), measure=_MEASURED) for day in (0.0, *days)),
        failure_limit=1.0,
        seed=question.seed,
    )
    return open_clinic(catalog, study)


def limits_of(question: Question, protocol: Protocol, diabetes_type: str) -> list[str]:
    """Return the limits of a question that are tried with a protocol, in its order."""
    return [name for name, one in question.limits.items() if is_tried(one, protocol, diabetes_type)]


def is_tried(what_if: WhatIf, protocol: Protocol, diabetes_type: str) -> bool:
    """Whether a limit can be one of a protocol: it concerns this type of diabetes, and a therapy that is given."""
    if what_if.types and diabetes_type not in what_if.types:
        return False
    concerned = set(what_if.only_with or (what_if.doses.therapies if what_if.doses else ()))
    given = {entry.therapy for entry in protocol.give if _amount(entry) > 0}
    if not given or given & set(what_if.not_with):
        return False
    return not concerned or bool(concerned & given)


def _amount(entry: Give) -> float:
    """Return the dose or level of an entry, in its own unit; that of a control arm is zero."""
    amount = entry.dose or entry.target
    assert amount is not None
    return amount.value


def variant_of(protocol: str, limit: str) -> str:
    """Return the name of the arm in which a protocol is given with the doses of a limit."""
    return f"{protocol} / {limit}"


def _with_doses(protocol: Protocol, what_if: WhatIf) -> Protocol:
    """Return the protocol with the doses of some therapies multiplied."""
    more = what_if.doses
    assert more is not None
    factor = number(more.factor, "dimensionless")

    def other(given: Give) -> Give:
        if given.therapy not in more.therapies or given.dose is None:
            return given
        dose = given.dose.model_copy(update={"value": given.dose.value * factor})
        return given.model_copy(update={"dose": dose})

    return protocol.model_copy(update={"give": tuple(other(given) for given in protocol.give)})

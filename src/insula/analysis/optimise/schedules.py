"""What may be varied in a protocol: the dose of one therapy, how many infusions, the days between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.optimise.co_therapies import beside
from insula.catalog.records import Amount
from insula.core.errors import InsulaError, ProtocolError, UnknownName
from insula.core.spoken import _
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.catalog import Catalog
    from insula.catalog.records import Give, Protocol, Study

DOSE, INFUSIONS, SPACING = VARIABLES = ("dose", "infusions", "spacing")


@dataclass(frozen=True)
class Schedule:
    """A multiple of the protocol's dose, given so often, so many days apart (None where it is given once)."""

    dose: float
    infusions: int
    spacing: int | None


@dataclass(frozen=True)
class Limits:
    """What the user allows: a multiple of the protocol's dose, infusions at most, days between two infusions."""

    dose: tuple[float, float]
    infusions: int
    spacing: tuple[int, int] | None


@dataclass(frozen=True)
class Control:
    """What the control is given; `arm` is None where the study has no such arm."""

    arm: str | None
    protocol: Protocol


@dataclass(frozen=True)
class Space:
    """The protocol of one arm and the schedules of one of its therapies that are tried.

    Parameters
    ----------
    own
        The protocol's schedule; None where doses or gaps differ, so that only their common factor can be varied.
    over
        Names of `VARIABLES`; the rest stays as the protocol has it.
    """

    arm: str
    protocol: Protocol
    therapy: str
    own: Schedule | None
    over: frozenset[str]
    dose: tuple[float, float]
    infusions: tuple[int, int]
    spacing: tuple[int, int]

    @property
    def doses(self) -> list[Give]:
        """What the protocol gives of the therapy."""
        return doses_of(self.protocol, self.therapy)

    def holds(self, schedule: Schedule) -> bool:
        """Whether a schedule is one of those that are tried."""
        return (
            self.dose[0] <= schedule.dose <= self.dose[1]
            and self.infusions[0] <= schedule.infusions <= self.infusions[1]
            and (schedule.spacing is None or self.spacing[0] <= schedule.spacing <= self.spacing[1])
        )

    def given(self, schedule: Schedule) -> Protocol:
        """Return the protocol with the therapy given so, and what goes with it; everything else in it stays."""
        rest = [entry for entry in self.protocol.given if entry not in self.doses]
        if self.own is None:
            doses = [_times(entry, schedule.dose) for entry in self.doses]
            return self.protocol.model_copy(update={"give": (*rest, *doses)})
        first = _times(self.doses[0], schedule.dose)
        start = number(first.at, "day")
        days = [start + k * (schedule.spacing or 0) for k in range(schedule.infusions)]
        doses = [first.model_copy(update={"at": Amount(value=day, unit="day")}) for day in days]
        along = [entry for entry in rest if entry.goes_with == self.therapy]
        stays = [entry for entry in rest if entry.goes_with != self.therapy]
        moved = beside(along, [number(entry.at, "day") for entry in self.doses], days)
        return self.protocol.model_copy(update={"give": (*stays, *moved, *doses)})

    def total(self, schedule: Schedule) -> float:
        """Return all that is given of the therapy, in the unit of the protocol's doses."""
        return sum(_amount(entry) for entry in doses_of(self.given(schedule), self.therapy))

    def cost(self, schedule: Schedule) -> float:
        """Return all that is given of the therapy as a multiple of what the protocol gives."""
        return self.total(schedule) / sum(_amount(entry) for entry in self.doses)


def doses_of(protocol: Protocol, therapy: str) -> list[Give]:
    """Return what a protocol gives of a therapy as doses, in order of time."""
    found = [entry for entry in protocol.given if entry.therapy == therapy and entry.dose is not None]
    return sorted(found, key=lambda entry: number(entry.at, "day"))


def space_of(
    catalog: Catalog, study: Study, therapy: str | None, over: Sequence[str], limits: Limits
) -> Space:
    """Find the first arm that is given doses of the therapy, and what of them can be varied.

    Raises
    ------
    InsulaError
        Where no arm is given a dose, several therapies are and none is named, or the limits do not fit the study.
    """
    arm, protocol, chosen = _treated(catalog, study, therapy)
    own = _own(doses_of(protocol, chosen))
    if own is None and set(over) != {DOSE}:
        raise ProtocolError(
            _(
                "Protocol {id} gives {chosen} in unequal doses, at unequal times or some only to those "
                "on insulin. Write --over {DOSE}."
            ).format(id=protocol.id, chosen=chosen, DOSE=DOSE)
        )
    count = len(doses_of(protocol, chosen))
    infusions = (1, limits.infusions) if INFUSIONS in over else (count, count)
    space = Space(
        arm=arm,
        protocol=protocol,
        therapy=chosen,
        own=own,
        over=frozenset(over),
        dose=limits.dose if DOSE in over else (1.0, 1.0),
        infusions=infusions,
        spacing=(0, 0),
    )
    if own is None or infusions[1] == 1:
        if SPACING in over:
            raise InsulaError(
                _("Protocol {id} gives {chosen} once: --over {SPACING} needs {INFUSIONS} too.").format(
                    id=protocol.id, chosen=chosen, SPACING=SPACING, INFUSIONS=INFUSIONS
                )
            )
        return space
    return _with_spacing(space, study, limits)


def control_of(catalog: Catalog, study: Study, space: Space) -> Control | None:
    """Return what schedules are held against.

    The first arm that is given nothing but empty doses; else the first that is given nothing but what the treated are
    given too, without the therapy that is varied; else the first protocol of the catalog by name that gives nothing,
    which the study itself does not have; None where the catalog has none either.
    """
    too = {entry.therapy for entry in space.protocol.give} - {space.therapy}
    for allowed in (set(), too):
        for name in study.arms:
            protocol = _protocol(catalog, study, name)
            if {entry.therapy for entry in protocol.give if _amount(entry) > 0} <= allowed:
                return Control(name, protocol)
    nothing = (protocol for protocol in catalog.protocols.readable().values() if not protocol.give)
    return next((Control(None, protocol) for protocol in nothing), None)


def _treated(catalog: Catalog, study: Study, therapy: str | None) -> tuple[str, Protocol, str]:
    """Return the first arm with doses of the therapy, its protocol, and the therapy."""
    seen: list[str] = []
    for name in study.arms:
        protocol = _protocol(catalog, study, name)
        given = [entry.therapy for entry in protocol.give if entry.dose is not None and _amount(entry) > 0]
        names = list(dict.fromkeys(given))
        seen += names
        if therapy is None and len(names) > 1:
            told = _("Arm {name} of {id} is given doses of {names}. Name one with --therapy.").format(
                name=name, id=study.id, names=", ".join(names)
            )
            raise InsulaError(told)
        if names and therapy in (None, *names):
            return name, protocol, therapy or names[0]
    if therapy is not None and seen:
        raise UnknownName(
            _("therapy given as doses in {study} called").format(study=study.id), therapy, dict.fromkeys(seen)
        )
    raise InsulaError(
        _("No arm of {id} is given a therapy as doses, so there is no dose to vary.").format(id=study.id)
    )


def _protocol(catalog: Catalog, study: Study, arm: str) -> Protocol:
    name = study.arms[arm].protocol
    return study.protocols.get(name) or catalog.protocols[name]


def _own(doses: Sequence[Give]) -> Schedule | None:
    days = [number(entry.at, "day") for entry in doses]
    gaps = {later - earlier for earlier, later in zip(days, days[1:], strict=False)}
    amounts = {(_amount(entry), entry.dose.unit) for entry in doses if entry.dose is not None}
    if len(amounts) > 1 or len({entry.if_on_insulin for entry in doses}) > 1:
        return None
    if len(gaps) > 1 or any(gap != round(gap) for gap in gaps):
        return None
    return Schedule(1.0, len(doses), round(gaps.pop()) if gaps else None)


def _with_spacing(space: Space, study: Study, limits: Limits) -> Space:
    """Return the space with the days between infusions, the last of which must lie before the last visit."""
    assert space.own is not None
    start = number(space.doses[0].at, "day")
    last = max(number(visit.at, "day") for visit in study.visits)
    room = int((last - start - 1) // (space.infusions[1] - 1))
    if SPACING not in space.over:
        if space.own.spacing is None:
            raise InsulaError(
                _(
                    "Protocol {id} gives {therapy} once: it has no days between infusions. Write --over "
                    "{INFUSIONS},{SPACING}."
                ).format(id=space.protocol.id, therapy=space.therapy, INFUSIONS=INFUSIONS, SPACING=SPACING)
            )
        low = high = space.own.spacing
    elif limits.spacing is None:
        low, high = min(_WEEK, room), min(max(_HALF_A_YEAR, space.own.spacing or 0), room)
    else:
        low, high = limits.spacing
    if low < 1 or high > room:
        raise InsulaError(
            _(
                "{infusions} infusions {high} days apart do not fit before the last visit on day "
                "{last:g}: at most {room} days. Allow fewer infusions or fewer days between them."
            ).format(infusions=space.infusions[1], high=high, last=last, room=max(room, 0))
        )
    return Space(**{**space.__dict__, "spacing": (low, high)})


_WEEK, _HALF_A_YEAR = 7, 182


def _times(entry: Give, factor: float) -> Give:
    assert entry.dose is not None
    return entry.model_copy(
        update={"dose": entry.dose.model_copy(update={"value": entry.dose.value * factor})}
    )


def _amount(entry: Give) -> float:
    """Return the dose or the level of an administration, in its own unit."""
    given = entry.dose or entry.target
    assert given is not None
    return given.value

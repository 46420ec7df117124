"""What every cell therapy of the catalogue keeps to, whoever wrote its text: doses add, nothing given does nothing,
cells come from the dose alone, and no graft makes glucose lower than a healthy pancreas does."""

from dataclasses import dataclass

import numpy as np
import pytest

from insula.analysis.behaviour.bench import Bench, still_day
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import Act, Experiment
from insula.compiler.compose import compose
from insula.trial.administrations import lower

CATALOG = Catalog.open()
CELLS, ISLETS, CELLS_PER_ISLET = "cell", "IEQ", "cell_per_IEQ"
WEIGHT = np.array([70.0])
USUAL = {CELLS: 1e8, ISLETS: 4e5}  # for a product that no protocol gives
GIVEN_ON = 10.0
DAYS = GIVEN_ON + np.array([0.0001, 0.01, 1, 3, 10, 30, 90, 365])
GLUCOSE = {"averaged_day.mean_glucose": 130.0}
CAPACITY, YEAR = "islet_graft.capacity", np.arange(0.0, 366, 15)
ROUNDING = 0.01  # mg/dL
BREAKFAST, LUNCH, DINNER = 1440 + 60 * np.array([7.5, 12.5, 18.5])
THERAPIES = {
    name: therapy
    for name, therapy in CATALOG.therapies.items()
    if therapy.dose is not None and therapy.dose.unit in USUAL
}
PROTOCOLS = {
    name: protocol
    for name, protocol in CATALOG.protocols.items()
    if any(entry.therapy in THERAPIES for entry in protocol.give)
}


def targets():
    """Everything that a protocol with cells sets or adds to, and every cell therapy."""
    acts = [given.action for protocol in PROTOCOLS.values() for given in lower(protocol, CATALOG.therapies)]
    acts += [f"add:{therapy.dose.target}" for therapy in THERAPIES.values()]
    return tuple(sorted({action.partition(":")[2] for action in acts}))


def counted(unit):
    """States that hold cells or islets: those whose value at the start stands in a table in that unit."""
    rows = ((name, row) for name, module in CATALOG.modules.items() for row in module.parameters)
    found = [
        f"{name}.{row.symbol[:-2]}" for name, row in rows if row.unit == unit and row.symbol.endswith("_0")
    ]
    return tuple(dict.fromkeys(found))


def in_one_islet(therapy):
    """How many of its cells a product turns into one islet equivalent; None where it makes no islets."""
    rows = CATALOG.modules[therapy.module].parameters
    return next((row.value for row in rows if row.unit == CELLS_PER_ISLET), None)


def tally(numbers):
    """Whether a state only counts what has happened: nothing ever leaves it, so no cell is in it."""
    return numbers[-1] > numbers[0] and (np.diff(numbers) >= 0).all()


def largest(name):
    """The largest dose of a therapy in any protocol."""
    therapy = THERAPIES[name]
    doses = [
        given.amounts(WEIGHT)[0]
        for protocol in PROTOCOLS.values()
        if any(entry.therapy == name for entry in protocol.give)
        for given in lower(protocol, CATALOG.therapies)
        if given.action == f"{therapy.dose.operation}:{therapy.dose.target}"
    ]
    return max(doses, default=USUAL[therapy.dose.unit])


@dataclass(frozen=True)
class Clinic:
    bench: Bench
    symbols: tuple[str, ...]

    def courses(self, *experiments):
        found = self.bench.run(experiments, rtol=1e-9, atol=1e-9)
        for course in found:
            assert not course.failure, course.failure
        return [dict(zip(self.symbols, course.values.T, strict=True)) for course in found]


@pytest.fixture(scope="module")
def clinic():
    model = compose(CATALOG, "disease", still_day(CATALOG))
    system = model.system(targets())
    held = tuple(name for unit in USUAL for name in counted(unit) if name in system.states)
    watched = (*held, CAPACITY, "beta_cells.mass", "immunity.regulatory_auto", "immunity.effector_allo")
    return Clinic(Bench(system, watched), watched)


def dosed(name, *shares, dose=None):
    amount = largest(name) if dose is None else dose
    target = THERAPIES[name].dose.target
    return Experiment(
        GLUCOSE, tuple(Act(GIVEN_ON, f"add:{target}", amount * share) for share in shares), DAYS
    )


def test_the_catalogue_has_cell_therapies_and_protocols():
    assert {"donor_islets", "stem_cell_islets", "mesenchymal_stem_cells"} <= THERAPIES.keys()
    assert PROTOCOLS


def test_two_halves_at_once_are_one_dose(clinic):
    for name in THERAPIES:
        whole, halves = clinic.courses(dosed(name, 1), dosed(name, 0.5, 0.5))
        for symbol in clinic.symbols:
            np.testing.assert_array_equal(halves[symbol], whole[symbol], err_msg=f"{name}: {symbol}")


def test_a_dose_of_nothing_is_the_control_bit_for_bit(clinic):
    """Whatever is not given: with the same stops all courses are one; a dose of something is another."""
    nothing = clinic.courses(*(dosed(name, 1, dose=0.0) for name in THERAPIES))
    for name, course in zip(THERAPIES, nothing, strict=True):
        for symbol in clinic.symbols:
            np.testing.assert_array_equal(course[symbol], nothing[0][symbol], err_msg=f"{name}: {symbol}")
    for unit in USUAL:
        assert all((nothing[0][symbol] == 0).all() for symbol in counted(unit) if symbol in nothing[0])


@pytest.mark.parametrize("name", THERAPIES)
def test_cells_come_from_the_dose_alone_until_they_are_cleared(clinic, name):
    therapy, dose = THERAPIES[name], largest(name)
    (course,) = clinic.courses(dosed(name, 1))
    cells, islets = (
        sum(course[symbol] for symbol in counted(unit) if symbol in course and not tally(course[symbol]))
        for unit in (CELLS, ISLETS)
    )
    if therapy.dose.unit == ISLETS:
        assert not cells.any()
        left = islets / dose
    else:
        per_islet = in_one_islet(therapy)
        assert per_islet is not None or not islets.any()
        left = (cells + (per_islet or 0) * islets) / dose
    assert left[0] == pytest.approx(1, rel=0.01), "the dose is there when it has just been given"
    assert (np.diff(left) <= 1e-9).all(), "nothing is added to it"
    assert -1e-9 <= left[-1] < left[0]


def test_no_graft_lets_glucose_fall_below_that_of_health(clinic):
    runs = [
        Experiment(
            GLUCOSE,
            tuple(
                Act(given.day, given.action, given.amounts(WEIGHT)[0])
                for given in lower(protocol, CATALOG.therapies)
                if given.day <= YEAR[-1]
            ),
            YEAR,
        )
        for protocol in PROTOCOLS.values()
    ]
    best = np.array([course[CAPACITY].max() for course in clinic.courses(*runs)])
    assert best.max() > 0.3, "some graft works"
    healthy, none, *grafted = day_of([(1.0, 0.0), (0.0, 0.0), *((0.0, capacity) for capacity in best)])
    assert none.mean() > 2 * healthy.mean()
    for name, glucose in zip(PROTOCOLS, grafted, strict=True):
        assert glucose.mean() >= healthy.mean() - ROUNDING, name
        assert glucose.min() >= healthy.min() - ROUNDING, name


def day_of(capacities):
    """Glucose (E, T) of the second day with three meals, with own beta cells and a graft of these capacities."""
    names = ("secretion.native_capacity", "secretion.graft_capacity")
    bench = Bench(compose(CATALOG, "metabolic").system(("gut.D", "gut.eating")), ("glucose.G",))
    meals = tuple(Act(float(at), "meal", 60.0) for at in (BREAKFAST, LUNCH, DINNER))
    times = np.arange(1440.0, 2881, 15)
    runs = [Experiment(dict(zip(names, pair, strict=True)), meals, times) for pair in capacities]
    courses = bench.run(runs)
    assert not any(course.failure for course in courses)
    return np.array([course.values[:, 0] for course in courses])

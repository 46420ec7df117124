"""A spread that only simulated days would use is refused where a study has averaged days."""

from insula.checks.averaged_days import averaged_days_use_every_number

POPULATION = "populations/t2d_after_diet.yaml"
NUMBER = (
    "parameters:\n"
    "  glucose.V_G: {value: 2, unit: dL_per_kg, SPREADsource: assumed, place: '-', reason: assumed, note: invented}\n"
)
SPREAD = NUMBER.replace(
    "SPREAD", "spread_type: sd, spread_low: 0.2, distribution: normal, varies_by: patient, "
)
ONE_FOR_ALL = NUMBER.replace("SPREAD", "")


def test_a_spread_of_the_minute_clock_is_refused_with_what_to_do(with_change):
    survey = with_change(POPULATION, "parameters:\n", SPREAD)
    assert survey.catalog.populations.entry("t2d_after_diet").record is not None
    (problem,) = averaged_days_use_every_number(survey)
    assert problem.severity == "error"
    assert problem.where.name == "ukpds16_1995.yaml"
    assert "glucose.V_G, which populations/t2d_after_diet.yaml spreads over its people" in problem.message
    assert "Write days: simulated" in problem.suggestion


def test_one_number_for_all_is_learnt_with_the_map(with_change):
    assert list(averaged_days_use_every_number(with_change(POPULATION, "parameters:\n", ONE_FOR_ALL))) == []


def test_the_science_has_no_such_spread_and_simulated_days_may_have_it(with_change):
    assert list(averaged_days_use_every_number(with_change(POPULATION, "parameters:", "parameters:"))) == []
    with_change(POPULATION, "parameters:\n", SPREAD)
    survey = with_change("studies/ukpds16_1995.yaml", "days: averaged", "days: simulated")
    assert list(averaged_days_use_every_number(survey)) == []

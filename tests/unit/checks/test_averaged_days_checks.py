"""A number that only simulated days would use is refused where a study has averaged days."""

from insula.checks.averaged_days import averaged_days_use_every_number

POPULATION = "populations/t2d_after_diet.yaml"
NUMBER = (
    "parameters:\n"
    "  glucose.V_G: {value: 2, unit: dL_per_kg, source: assumed, place: '-', reason: assumed, note: invented}\n"
)


def test_a_number_of_the_minute_clock_is_refused_with_what_to_do(with_change):
    survey = with_change(POPULATION, "parameters:\n", NUMBER)
    assert survey.catalog.populations.entry("t2d_after_diet").record is not None
    (problem,) = averaged_days_use_every_number(survey)
    assert problem.severity == "error"
    assert problem.where.name == "ukpds16_1995.yaml"
    assert "glucose.V_G, which populations/t2d_after_diet.yaml sets, has no effect" in problem.message
    assert "Write days: simulated" in problem.suggestion


def test_the_science_has_no_such_number_and_simulated_days_may_have_it(with_change):
    assert list(averaged_days_use_every_number(with_change(POPULATION, "parameters:", "parameters:"))) == []
    with_change(POPULATION, "parameters:\n", NUMBER)
    survey = with_change("studies/ukpds16_1995.yaml", "days: averaged", "days: simulated")
    assert list(averaged_days_use_every_number(survey)) == []

from insula.compiler.compose import module_text
from insula.compiler.module_text import read_units
from insula.compiler.unit_checks import module_problems

ANT = "modules/glucose/glucose.ant"


def shown(science):
    catalog = science.open()
    units = read_units((catalog.root / "biology" / "units.ant").read_text(encoding="utf-8"))
    found = [
        problem
        for name in ("glucose", "insulin")
        for problem in module_problems(module_text(catalog, name), units, "minute")
    ]
    return "\n".join(problem.render(catalog.root) for problem in found)


def test_the_right_model_has_no_problem(science):
    assert shown(science) == ""


def test_a_forgotten_factor_is_found_on_its_line(science):
    science.replace(ANT, "- S*I*G;\n  fall", "- S*G;\n  fall")
    text = shown(science)
    assert "ERROR biology/modules/glucose/glucose.ant:8  " in text
    assert "Expected units are gram" in text
    assert "k * (G_b - G) - S * G" in text


def test_a_rate_in_another_time_unit_is_found(science):
    science.replace("units.ant", "unit per_min = 1 / 60 second;", "unit per_min = 1 / 3600 second;")
    text = shown(science)
    assert "glucose.ant:8" in text
    assert 'insulin.ant:6  the formula of "I" is in a unit 0.0166667 times the unit it should have.' in text


def test_the_literals_one_and_zero_are_allowed_where_they_belong(science):
    science.replace(ANT, "fall := S*I*G;", "fall := S*I*G*(1 + G/G_b)*max(0, 1 - G/G_b);")
    assert shown(science) == ""


def test_one_is_dimensionless_and_added_to_a_concentration_wrong(science):
    science.replace(ANT, "fall := S*I*G;", "fall := S*I*(G + 1);")
    assert "glucose.ant:9" in shown(science)


def test_a_symbol_without_unit_is_named(science):
    science.replace(ANT, "G_b has mg_per_dL;", "")
    assert '"G_b" has no unit.' in shown(science)
    assert "Write `G_b has <unit of units.ant>;`." in shown(science)


def test_a_unit_that_is_defined_nowhere_is_named(science):
    science.replace(ANT, "G_b has mg_per_dL;", "G_b has mg_per_litre;")
    assert 'unit "mg_per_litre" of "G_b" is not defined.' in shown(science)
    assert "Add `unit mg_per_litre = ...;` to units.ant." in shown(science)


def test_a_module_that_cannot_be_read_is_one_problem(science):
    science.replace(ANT, "G' = k*(G_b - G)", "G' = k*(G_b - )")
    assert "line 8" in shown(science)

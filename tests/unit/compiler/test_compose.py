import numpy as np
import pytest
from scipy.integrate import solve_ivp

from insula.compiler.compose import compose, export_sbml
from insula.compiler.errors import MissingValue, SyntaxProblem, UnknownSymbol
from insula.compiler.module_text import ModuleText
from insula.compiler.numpy_reference import Event, reference_solve, start_values
from insula.core.errors import CompileError


def by_hand(times, glucose=150.0, insulin=30.0, basal=40.0):
    def slope(_, y):
        return [0.02 * (90 - y[0]) - 0.0001 * y[1] * y[0], 0.1 * (basal * y[0] / 90 - y[1])]

    return solve_ivp(slope, (0, times[-1]), [glucose, insulin], t_eval=times, rtol=1e-10, atol=1e-10).y.T


def test_two_modules_and_their_tables_become_one_system(science):
    system = compose(science.open(), "tiny").system()
    assert system.states == ("glucose.G", "insulin.I")
    assert dict(zip(system.parameters, system.defaults, strict=True)) == {
        "glucose.G_0": 150.0,
        "glucose.G_b": 90.0,
        "glucose.k": 0.02,
        "glucose.S": 0.0001,
        "insulin.I_0": 30.0,
        "insulin.I_b": 40.0,
        "insulin.k": 0.1,
    }
    times = [0.0, 7.0, 60.0]
    found = reference_solve(system, ["glucose.G", "insulin.I"], [Event(t) for t in times])
    assert found == pytest.approx(by_hand(times), rel=1e-6)


def test_a_port_is_an_observable_under_its_own_name(science):
    composed = compose(science.open(), "tiny")
    assert composed.aliases == {"glucose.I": "insulin.I", "insulin.G": "glucose.G"}
    system = composed.system()
    assert system.observables["glucose.I"] == system.observables["insulin.I"]
    assert "glucose.fall" in system.observables


def test_a_derived_number_follows_the_number_it_is_derived_from(science):
    system = compose(science.open(), "tiny").system()
    assert "insulin.G_ref" not in system.parameters
    patient = system.defaults.copy()
    patient[system.parameters.index("glucose.G_b")] = 120.0
    found = reference_solve(system, ["insulin.G_ref"], [Event(0.0)], patient)
    assert found == pytest.approx(120.0)


def test_an_action_reads_everything_before_it_changes_anything(science):
    system = compose(science.open(), "tiny").system()
    assert system.inputs == ("insulin.I_b",)
    outputs = ["glucose.G", "insulin.I_b"]
    found = reference_solve(system, outputs, [Event(0.0), Event(0.0, "eat", 30.0), Event(1e-9)])
    assert found[0] == pytest.approx([150.0, 40.0])
    assert found[1] == pytest.approx([180.0, 40.0 * 150.0 / 90.0], rel=1e-6)


def test_a_symbol_named_as_input_gets_set_and_add(science):
    system = compose(science.open(), "tiny").system(inputs=("glucose.k", "insulin.I"))
    names = [action.name for action in system.actions]
    assert {"set:glucose.k", "add:glucose.k", "set:insulin.I", "add:insulin.I"} <= set(names)
    rows = [
        Event(0.0, "set:glucose.k", 0.5),
        Event(0.0, "add:glucose.k", 0.25),
        Event(0.0, "add:insulin.I", 3.0),
    ]
    found = reference_solve(system, ["glucose.k", "insulin.I"], [*rows, Event(1e-9)])
    assert found[0] == pytest.approx([0.75, 33.0], rel=1e-6)


def test_an_input_starts_at_the_parameter_of_the_same_name(science):
    system = compose(science.open(), "tiny").system(inputs=("glucose.k",))
    patient = system.defaults.copy()
    patient[system.parameters.index("glucose.k")] = 0.3
    assert start_values(system, patient).input == pytest.approx([40.0, 0.3])


def test_the_export_is_integrated_alike_by_libroadrunner(science, tmp_path):
    roadrunner = pytest.importorskip("roadrunner")
    export_sbml(compose(science.open(), "tiny"), tmp_path / "tiny.xml")
    simulator = roadrunner.RoadRunner(str(tmp_path / "tiny.xml"))
    simulator.integrator.relative_tolerance = simulator.integrator.absolute_tolerance = 1e-10
    times = [0.0, 7.0, 60.0]
    found = np.array(simulator.simulate(times=times, selections=["glucose_G", "insulin_I"]))
    assert found == pytest.approx(by_hand(times), rel=1e-6)


def test_a_generated_module_takes_the_place_of_one_in_the_folder(science, tmp_path):
    text = "model insulin_module()\n var I; I has pmol_per_L; I := level; var G; G has mg_per_dL;\n"
    text += " level has pmol_per_L;\nend\n"
    extra = {"insulin": ModuleText(tmp_path / "made.ant", text, {"level": 7.0})}
    science.write("modules/glucose/actions.csv", "action,target,expression,value_unit,meaning\n")
    system = compose(science.open(), "tiny", extra).system()
    assert system.states == ("glucose.G",)
    assert reference_solve(system, ["glucose.I"], [Event(0.0)]) == pytest.approx(7.0)


# errors --------------------------------------------------------------------------------
def message_of(science, error=CompileError):
    with pytest.raises(error) as found:
        compose(science.open(), "tiny").system()
    return str(found.value)


def test_a_number_without_row_is_named_with_what_to_do(science):
    science.replace("modules/glucose/glucose.ant", "k*(G_b - G)", "q*(G_b - G)")
    text = message_of(science)
    assert "glucose.q has no value. Give it a row in parameters.csv" in text
    assert "tiny.ant" in text


def test_an_open_port_is_named(science):
    science.replace("models/tiny.ant", "glucose.I is insulin.I;", "")
    assert "glucose.I has no value" in message_of(science)


def test_a_misspelt_port_names_line_and_neighbour(science):
    science.replace("models/tiny.ant", "glucose.G is insulin.G;", "glucose.G is insulin.GG;")
    text = message_of(science)
    assert 'tiny.ant:8  "insulin" has no symbol "GG". Did you mean "G"' in text


def test_two_owners_of_one_quantity_are_refused(science):
    science.replace(
        "models/tiny.ant", "glucose.G is insulin.G;", "glucose.G is insulin.G; glucose.k is insulin.k;"
    )
    assert "glucose.k and insulin.k are joined, but both are defined." in message_of(science)


def test_ports_of_different_units_are_refused(science):
    science.replace("modules/insulin/insulin.ant", "var G; G has mg_per_dL;", "var G; G has pmol_per_L;")
    text = message_of(science)
    assert "tiny.ant:8  glucose.G" in text
    assert "their units differ" in text


def test_a_port_without_unit_is_refused(science):
    science.replace("modules/insulin/insulin.ant", "var G; G has mg_per_dL;", "var G;")
    assert "insulin.G (no unit): their units differ" in message_of(science)


def test_a_row_for_no_symbol_is_refused_and_the_near_one_named(science):
    science.replace("modules/glucose/parameters.csv", "G_b,", "G_bb,")
    text = message_of(science, UnknownSymbol)
    assert 'unknown symbol "G_bb" in' in text
    assert "parameters.csv" in text
    assert '"G_b"' in text


def test_a_syntax_error_keeps_file_and_line(science):
    science.replace("modules/glucose/glucose.ant", "G' = k*(G_b - G)", "G' = k*(G_b - )")
    text = message_of(science, SyntaxProblem)
    assert "glucose.ant" in text
    assert "line 8" in text


def test_a_wiring_without_time_unit_is_refused(science):
    science.replace("models/tiny.ant", "// time_unit: minute\n", "")
    assert "does not say its time unit. Add a line such as `// time_unit: minute`." in message_of(science)


def test_a_wiring_holds_no_equations(science):
    science.replace("models/tiny.ant", "end\n", "  x = 3;\nend\n")
    assert 'tiny.ant:9  cannot read "x = 3;".' in message_of(science)


def test_a_module_that_is_not_there_is_named(science):
    science.replace("models/tiny.ant", "insulin: insulin_module();", "insulin: insuline_module();")
    assert 'there is no module "insuline". Did you mean "insulin"?' in message_of(science)


def test_an_action_on_a_formula_is_refused(science):
    science.replace("modules/glucose/actions.csv", "eat,glucose.G,", "eat,glucose.fall,")
    assert 'action "eat" changes "glucose.fall", which follows from a formula.' in message_of(science)


def test_an_action_with_a_misspelt_symbol_is_refused(science):
    science.replace("modules/glucose/actions.csv", "glucose.G + value", "glucose.GG + value")
    assert 'unknown symbol "glucose.GG" in action "eat"' in message_of(science, UnknownSymbol)


def test_two_underscores_are_forbidden_in_symbols(science):
    science.replace(
        "modules/glucose/glucose.ant", "fall has mg_per_dL_min; fall := S*I*G", "fall__off := S*I*G"
    )
    assert 'glucose.fall__off: "__" is forbidden in symbols.' in message_of(science)


def test_an_unknown_time_unit_is_refused(science):
    science.replace("models/tiny.ant", "time_unit: minute", "time_unit: fortnight")
    assert 'units.ant does not define the time unit "fortnight".' in message_of(science)


def test_missing_value_is_a_compile_error():
    assert issubclass(MissingValue, CompileError)

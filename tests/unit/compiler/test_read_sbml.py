"""SBML to equations: against closed forms, and against libRoadRunner where there is none."""

import math
import os
import re
from pathlib import Path

import libsbml
import numpy as np
import pytest

from insula.compiler.antimony_text import to_sbml
from insula.compiler.errors import (
    CircularDefinition,
    MissingValue,
    SyntaxProblem,
    UnknownSymbol,
    UnsupportedConstruct,
)
from insula.compiler.numpy_reference import Event, evaluate, reference_solve, start_values
from insula.compiler.read_sbml import build_system, read_model

BESIDE = Path(__file__).parents[3] / "../shared/data/biomodels"
PUBLISHED = Path(os.environ.get("INSULA_BIOMODELS", BESIDE))


def system_of(antimony):
    return build_system(to_sbml(antimony, "test"))


def start(antimony, *names):
    system = system_of(antimony)
    return evaluate(system.graph, [system.observables[name] for name in names], start_values(system))


def course(antimony, names, times):
    return reference_solve(system_of(antimony), names, [Event(t) for t in times])


def roadrunner_course(sbml, selections, times):
    roadrunner = pytest.importorskip("roadrunner")
    simulator = roadrunner.RoadRunner(sbml)
    simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = 1e-11, 1e-13
    return np.array(simulator.simulate(times=times, selections=selections))


# species -------------------------------------------------------------------------------
def test_a_concentration_dilutes_with_the_volume_it_is_in():
    """2 amount per time into 4 litres: 0.5 per time."""
    model = "model m() compartment C = 4; species A in C = 3; J: -> A; k; k = 2; end"
    assert course(model, ["A", "J", "C"], [0, 10]) == pytest.approx(np.array([[3, 2, 4], [8, 2, 4]]))


def test_an_initial_amount_of_a_concentration_is_divided_by_the_volume():
    sbml = to_sbml("model m() compartment C = 4; species A in C = 3; J: A -> ; 0*A; end", "test")
    system = build_system(sbml.replace('initialConcentration="3"', 'initialAmount="6"'))
    assert start_values(system).state == pytest.approx([1.5])


def test_has_only_substance_units_makes_the_symbol_an_amount():
    """First order in the amount, 6 at the start whatever the volume."""
    model = "model m() compartment C = 4; substanceOnly species A in C; A = 6; J: A -> ; k*A; k = 0.5; end"
    found = course(model, ["A"], [0, 2])
    assert found[:, 0] == pytest.approx([6, 6 * math.exp(-1)])


def test_transport_between_volumes_conserves_amount():
    model = """model m() compartment C = 4; compartment D = 0.5; species A in C = 3; species B in D = 0;
    J: A -> B; k*A*C; k = 0.3; end"""
    found = course(model, ["A", "B"], [0, 1, 5])
    assert 4 * found[:, 0] + 0.5 * found[:, 1] == pytest.approx(12)
    assert found[:, 0] == pytest.approx(3 * np.exp(-0.3 * np.array([0, 1, 5])))


def test_a_boundary_species_is_not_consumed_and_stoichiometry_counts():
    model = "model m() compartment C = 1; species $S in C = 2; species P in C = 0; J: 2 $S -> 3 P; k*S; k = 1; end"
    assert course(model, ["S", "P"], [0, 4]) == pytest.approx(np.array([[2, 0], [2, 24]]))
    assert system_of(model).states == ("P",)


def test_a_growing_volume_dilutes():
    """Amount 2 stays, volume 1 + t."""
    model = "model m() compartment C = 1; C' = 1; species A in C = 2; J: A -> ; 0*A; end"
    assert course(model, ["A", "C"], [0, 3]) == pytest.approx(np.array([[2, 1], [0.5, 4]]))


# values and rules ----------------------------------------------------------------------
def test_initial_assignments_follow_each_other_in_any_order():
    model = "model m() x' = -x; x = 2*a; a = b + 1; b = 3; end"
    assert start(model, "x", "a") == pytest.approx([8, 4])


def test_a_derived_constant_stays_what_it_was_at_the_start():
    model = "model m() x' = -x; x = 5; frozen = x*2; end"
    assert course(model, ["frozen"], [0, 1])[:, 0] == pytest.approx([10, 10])


def test_assignment_rules_may_stand_in_any_order():
    model = "model m() z := y + 1; y := 2*x; x' = 1; x = 0; end"
    assert course(model, ["z"], [0, 3])[:, 0] == pytest.approx([1, 7])


def test_a_parameter_of_the_text_can_be_varied_and_initial_values_follow():
    system = system_of("model m() x' = -k*x; x = x_0; x_0 = 4; k = 1; end")
    patient = np.array([{"x_0": 8.0, "k": 2.0}[name] for name in system.parameters])
    found = reference_solve(system, ["x"], [Event(1.0)], patient)
    assert found[0, 0] == pytest.approx(8 * math.exp(-2))


def test_time_in_a_rate_is_the_models_time():
    assert course("model m() x' = time; x = 0; end", ["x"], [0, 4])[:, 0] == pytest.approx([0, 8])


# formulas ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("piecewise(1, p < 2, 7, p < 5, 9)", 7),
        ("piecewise(1, p < 2, 9)", 9),
        ("piecewise(1, p > 2 && !(p == 4), 9)", 1),
        ("piecewise(1, p < 2 || p >= 3, 9)", 1),
        ("log10(p*1000/3)", 3),
        ("ln(exp(p))", 3),
        ("sqrt(p*12)", 6),
        ("root(3, 27)", 3),
        ("p^3", 27),
        ("p^-2", 1 / 9),
        ("p^2.5", 3**2.5),
        ("floor(p/2) + ceil(p/2)", 3),
        ("max(p, 2, 5) - min(p, 2)", 3),
        ("abs(-p)", 3),
        ("factorial(4)", 24),
        ("double(p) + double(1)", 8),
        ("arcsinh(p)", math.asinh(3)),
        ("arctanh(p/4)", math.atanh(0.75)),
        ("arcsec(p)", math.acos(1 / 3)),
        ("sech(p)", 1 / math.cosh(3)),
        ("quotient(-7, p)", -2),
        ("rem(-7, p)", -1),
        ("1/p - 2/(p - 1)", 1 / 3 - 1),
    ],
)
def test_formulas_mean_what_mathematics_says(formula, expected):
    model = f"function double(a) 2*a end\nmodel m() p = 3; y := {formula}; end"
    assert start(model, "y")[0] == pytest.approx(expected)


def test_a_function_does_not_capture_the_models_names():
    """`x` inside is the argument, `k` handed in is the model's."""
    model = "function f(x, y) x - y end\nmodel m() x = 10; y = 1; z := f(y, x); end"
    assert start(model, "z")[0] == -9


def test_a_local_parameter_hides_the_global_one_in_its_reaction_only():
    sbml = to_sbml("model m() compartment C = 1; species A in C = 0; J: -> A; k; k = 2; end", "test")
    local = '<listOfLocalParameters><localParameter id="k" value="5"/></listOfLocalParameters></kineticLaw>'
    system = build_system(sbml.replace("</kineticLaw>", local))
    assert reference_solve(system, ["A", "k", "J.k"], [Event(1.0)])[0] == pytest.approx([5, 2, 5])


def test_rate_of_is_the_derivative_of_a_state():
    assert start("model m() x' = -3*x; x = 2; v := rateOf(x); end", "v")[0] == pytest.approx(-6)


def test_a_switching_oscillating_model_agrees_with_libroadrunner():
    model = """model m() compartment C = 2.5; compartment D = 0.4; substanceOnly species A in C = 1; species B in D = 2;
    const species $E in C = 0.7; r1: A -> 2 B; C*k1*A*E/(K + A); r2: B -> ; D*k2*B^1.5*(1 + sin(w*time));
    k1 = 0.8; K = 0.5; k2 := piecewise(0.2, B > 1, 0.6); w = 3; y' = A - y*B; y = K*2; end"""
    times = [0, 0.5, 2, 10]
    expected = roadrunner_course(to_sbml(model, "test"), ["A", "[B]", "y"], times)
    assert course(model, ["A", "B", "y"], times) == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("number", [341, 372, 379, 381])
def test_published_models_agree_with_libroadrunner(number):
    path = PUBLISHED / f"BIOMD0000000{number}.xml"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there; set INSULA_BIOMODELS to the folder that holds it")
    system = read_model(path)
    times = [0, 1, 5, 20, 50]
    sbml = path.read_text(encoding="utf-8")
    species = set(re.findall(r'<species [^>]*\bid="(\w+)"', sbml))
    selections = [f"[{name}]" if name in species else name for name in system.states]
    expected = roadrunner_course(sbml, selections, times)
    found = reference_solve(system, system.states, [Event(t) for t in times])
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


# refusals ------------------------------------------------------------------------------
def refusal(antimony, error):
    with pytest.raises(error) as found:
        system_of(antimony)
    return found.value


def test_a_misspelt_symbol_has_no_value_and_is_named_with_its_place():
    message = str(refusal("model m() A' = -k*A*B_; A = 1; k = 1; end", MissingValue))
    assert '"B_" has no value but is used in rate rule of "A".' in message
    assert "if it is misspelt, correct it where it is used" in message


def test_a_state_without_initial_value_is_named():
    assert '"A" has no value' in str(refusal("model m() A' = -A; end", MissingValue))


def test_a_circle_of_assignments_is_shown():
    sbml = to_sbml("model m() a := b + 1; b := c; c := d; d = 1; end", "test")
    with pytest.raises(CircularDefinition, match="circular definition: a -> b -> c -> a. Make one of these"):
        build_system(sbml.replace("<ci> d </ci>", "<ci> a </ci>"))


@pytest.mark.parametrize(
    ("statement", "construct", "identifier"),
    [
        ("B := delay(A, 2)", "delay", "delay(A, 2)"),
        ("B := factorial(A)", "factorial of something that is not a whole constant", "factorial(A)"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(statement, construct, identifier):
    error = refusal(f"model m() A' = -A; A = 1; {statement}; end", UnsupportedConstruct)
    assert (error.construct, error.identifier) == (construct, identifier)
    assert "is not supported. Rewrite the model without it." in str(error)


def with_algebraic_rule(formula, model="model m() A' = -A; A = 1; var T, U; T = 0; U = 0; end"):
    rule = libsbml.writeMathMLToString(libsbml.parseL3Formula(formula)).partition("?>")[2]
    sbml = to_sbml(model, "test")
    return sbml.replace("</listOfRules>", f"<algebraicRule>{rule}</algebraicRule></listOfRules>")


def test_an_algebraic_rule_determines_the_symbol_that_nothing_else_does():
    """0 = 3 A - (1 + A) T, with A = exp(-t), at the start and later."""
    system = build_system(with_algebraic_rule("3*A - (1 + A)*T"))
    found = reference_solve(system, ["T"], [Event(0.0), Event(2.0)])[:, 0]
    assert found == pytest.approx([1.5, 3 * math.exp(-2) / (1 + math.exp(-2))])


@pytest.mark.parametrize("formula", ["A - T*T", "A - T - U", "A - 1"])
def test_an_algebraic_rule_that_no_one_symbol_solves_is_refused(formula):
    with pytest.raises(UnsupportedConstruct, match="algebraic rule .* is not supported"):
        build_system(with_algebraic_rule(formula))


def test_a_formula_with_an_id_that_nothing_defines_is_refused():
    sbml = to_sbml("model m() A' = -k*A; A = 1; k = 1; end", "test")
    with pytest.raises(UnknownSymbol, match='unknown symbol "kk" in rate rule of "A". Did you mean "k"'):
        build_system(sbml.replace("<ci> k </ci>", "<ci> kk </ci>"))


def test_broken_xml_is_a_syntax_problem_with_its_line():
    sbml = to_sbml("model m() A' = -A; A = 1; end", "test")
    with pytest.raises(SyntaxProblem, match=r"broken.xml, line \d+: "):
        build_system(sbml.replace("</listOfRules>", ""), source="broken.xml")


def test_an_antimony_syntax_error_names_file_and_line(tmp_path):
    path = tmp_path / "broken.ant"
    path.write_text("model m()\n  x = 1;\n  y = 2*;\nend\n", encoding="utf-8")
    with pytest.raises(SyntaxProblem, match=r"broken.ant, line 3: +In the formula"):
        read_model(path)

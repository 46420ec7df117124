"""The equations on the pages are those that the engine integrates, and a person reads them so."""

import pytest
from typeset_reader import element, value_of

from insula.analysis.behaviour.verdicts import behaviour_system
from insula.catalog import Catalog
from insula.compiler.equations import Equation, Formula, equations, meanings
from insula.compiler.numpy_reference import evaluate, start_values
from insula.report.manual.mathml import Typesetter
from insula.report.manual.reading import read_manual

CATALOG = Catalog.open()
MANUAL = read_manual(CATALOG, [], lambda *_: None)
MOVED = 1.07  # states and parameters away from where terms are 0 or 1


def name(dotted):
    return Formula("name", name=dotted)


def op(kind, *args):
    return Formula(kind, args)


def number(value):
    return Formula("number", value=value)


A, B, C = name("m.a"), name("m.b"), name("other.c")
TYPESETTER = Typesetter("m", str)
VALUES = {"m.a": 3.0, "m.b": 5.0, "other.c": 7.0, "m.x": 0.0}


def typeset(formula):
    return TYPESETTER.equation(Equation("assignment", "m.x", formula, "dimensionless"))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (op("minus", A, op("minus", B, C)), 3 - (5 - 7)),
        (op("minus", op("minus", A, B), C), 3 - 5 - 7),
        (op("minus", A, op("plus", B, C)), 3 - (5 + 7)),
        (op("times", A, op("plus", B, C)), 3 * (5 + 7)),
        (op("times", op("minus", A), B), -15),
        (op("minus", op("minus", A)), 3),
        (op("minus", A, op("minus", B)), 8),
        (op("divide", op("divide", A, B), C), 3 / 5 / 7),
        (op("times", A, op("divide", B, C)), 3 * 5 / 7),
        (op("power", op("divide", A, B), number(2)), (3 / 5) ** 2),
        (op("power", op("minus", A), number(2)), 9),
        (op("power", op("power", A, B), number(2)), (3**5) ** 2),
        (op("minus", op("power", A, number(2))), -9),
        (op("root", op("times", A, B, B, A)), 15),
        (op("max", op("minus", A, B), number(0)), 0),
        (op("divide", A, op("abs", op("minus", A, B))), 1.5),
        (op("piecewise", A, op("lt", B, C), number(0)), 3),
        (op("piecewise", A, op("lt", C, B), number(0)), 0),
        (op("plus", *[op("times", A, B, C)] * 40), 40 * 105),
    ],
)
def test_a_formula_is_typeset_so_that_it_means_itself(formula, value):
    assert value_of(typeset(formula), TYPESETTER.symbol, VALUES) == pytest.approx(value)


def test_a_long_sum_stands_on_several_lines():
    text = typeset(op("plus", *[op("times", A, B, C)] * 40))
    assert len(element(text).findall(".//mtr")) > 4


def test_symbols_have_indices_greek_letters_and_the_names_of_other_modules():
    assert TYPESETTER.symbol("m.k_p1") == "<msub><mi>k</mi><mtext>p1</mtext></msub>"
    assert TYPESETTER.symbol("m.tau_sigma") == "<msub><mi>τ</mi><mtext>σ</mtext></msub>"
    assert TYPESETTER.symbol("other.c") == "<mrow><mtext>other.</mtext><mi>c</mi></mrow>"


def moved(system):
    """Values of all symbols at some moment of some patient, and the slopes there."""
    start = start_values(system, system.defaults * MOVED)
    place = start.__class__(start.state * MOVED + 0.01, start.parameter, start.input)
    found = evaluate(system.graph, list(system.observables.values()), place)
    slopes = evaluate(system.graph, system.derivatives, place)
    return dict(zip(system.observables, found, strict=True)), dict(zip(system.states, slopes, strict=True))


@pytest.mark.parametrize("model", MANUAL.models)
def test_what_is_typeset_is_what_the_engine_integrates(model):
    values, slopes = moved(behaviour_system(CATALOG, model))
    seen = set()
    for module, found in MANUAL.models[model].equations.items():
        typesetter = Typesetter(module, str)
        for equation in found:
            if equation.kind == "initial":
                continue
            wanted = (slopes if equation.kind == "rate" else values)[equation.symbol]
            shown = value_of(typesetter.equation(equation), typesetter.symbol, values)
            assert shown == pytest.approx(wanted, rel=1e-9, abs=1e-12), equation.symbol
            seen.add(equation.symbol)
    assert set(slopes) <= seen


def test_meanings_are_the_comments_behind_single_declarations():
    text = "// ports\nvar I; I has pmol_per_L;  // plasma insulin\na has per_min; b has per_min; // both\nc has g;\n"
    assert meanings(text) == {"I": "plasma insulin"}


def test_equations_name_other_modules_by_the_owner_of_a_port():
    composed = MANUAL.models["metabolic"].composed
    port, owner = next(iter(composed.aliases.items()))
    named = set()

    def walk(formula):
        named.add(formula.name)
        for arg in formula.args:
            walk(arg)

    for equation in equations(composed):
        walk(equation.formula)
    assert owner in named
    assert port not in named

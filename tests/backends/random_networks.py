"""Small reaction networks drawn at random, as Antimony text: every construct that two simulators must agree on."""

from hypothesis import strategies as st

RATES = st.sampled_from([0.05, 0.2, 0.7, 1.0, 3.0])
AMOUNTS = st.sampled_from([0.0, 0.4, 1.0, 2.5])
SIZES = st.sampled_from([0.5, 1.0, 3.0])
TIMES = st.sampled_from([0.313, 1.171, 2.057, 3.831])
THRESHOLDS = st.sampled_from([0.23, 0.61, 1.37])
EXPONENTS = st.sampled_from(["2", "3", "1.5", "n"])
CHANGES = ["{x} = {x} + {d}", "{x} = 0.5*{x}", "p = p + {d}", "w = 2 - w", "{x} = {d}, p = {x}"]
END = 5.0


@st.composite
def networks(draw):
    """Return the text of one network."""
    homes = {f"V{k}": draw(SIZES) for k in range(draw(st.integers(1, 2)))}
    species = [f"S{k}" for k in range(draw(st.integers(1, 4)))]
    lines = [f"  compartment {home} = {size};" for home, size in homes.items()]
    lines += [_species(draw, name, sorted(homes)) for name in species]
    lines += ["  n = 2.4; w = 1; var p = 0.5;"]
    lines += _rules(draw, species)
    grows = draw(st.sampled_from([False, False, True]))
    lines += ["  V0' = 0.1*V0;"] if grows else []
    readable = [*species, "p", "r"]
    lines += [f"  J{k}: {_reaction(draw, species, readable)};" for k in range(draw(st.integers(1, 5)))]
    priorities = draw(st.sampled_from([[], [1], [1, 2], [2, 1]]))
    lines += [f"  E{k}: {_event(draw, species, grows, first)};" for k, first in enumerate(priorities)]
    return "\n".join(["model network()", *lines, "end"])


def _species(draw, name, homes):
    kind = draw(st.sampled_from(["species", "species", "substanceOnly species"]))
    fixed = draw(st.sampled_from(["", "", "", "$"]))
    return f"  {kind} {fixed}{name} in {draw(st.sampled_from(homes))}; {name} = {draw(AMOUNTS)};"


def _rules(draw, species):
    """``r`` follows from the states, ``p`` has a rate."""
    r = draw(
        st.sampled_from(
            ["{0} + 0.5*{1}", "{0}/(1 + {1})", "exp(-{0})", "ln(1 + {0}^2)", "max({0}, {1}, 0.3)"]
        )
    )
    p = draw(st.sampled_from(["0", "0.3*cos(time)", "0.2*{0} - 0.5*p", "-p + r"]))
    one, other = draw(st.sampled_from(species)), draw(st.sampled_from(species))
    return [f"  r := {r.format(one, other)};", f"  p' = {p.format(one)};"]


def _reaction(draw, species, readable):
    """At most two reactants, and no more products than keep the growth exponential."""
    one, other = draw(st.sampled_from(species)), draw(st.sampled_from(species))
    reactants = draw(st.sampled_from([[], [one], [one], [one, other], [f"2 {one}"]]))
    products = draw(st.lists(st.sampled_from(species), max_size=2))
    rate = _rate(draw, [name.removeprefix("2 ") for name in reactants for _ in range(1 + ("2 " in name))])
    factor = draw(st.sampled_from(["", "", *(f"*{form}" for form in _FACTORS)]))
    factor = factor.format(x=draw(st.sampled_from(readable)), c=draw(THRESHOLDS), w=draw(RATES))
    arrow = f"{' + '.join(reactants)} -> {' + '.join(products)}"
    return f"{arrow}; {rate}{factor}"


# A jump at a state's own threshold could hold it there for ever, which no integrator settles: a corner only.
_FACTORS = (
    "(1 + 0.5*sin({w}*time))",
    "piecewise({x}/{c}, {x} < {c}, 1)",
    "piecewise(0.2, time < 1.9 && time > 0.7, 1)",
    "1/(1 + {x}^2)",
    "abs({x} - {c})",
    "w",
)


def _rate(draw, reactants):
    k = draw(RATES)
    if not reactants:
        return f"{k}"
    if draw(st.booleans()):
        return "*".join([f"{k}", *reactants])
    saturating = "{k}*{s}/({c} + {s})" if draw(st.booleans()) else "{k}*{s}^{n}/({c}^{n} + {s}^{n})"
    law = saturating.format(k=k, s=reactants[0], c=draw(THRESHOLDS), n=draw(EXPONENTS))
    return "*".join([law, *reactants[1:]])


def _event(draw, species, grows, priority):
    """A time or a state triggers; it may wait, yield to another, be called off, use the values of then or of now.

    Priorities differ, because without them the order of two events at one time is anybody's. Where a compartment
    grows, who waits uses the values of now: test_random_networks knows why.
    """
    trigger = draw(st.sampled_from(["time > {t}", "{s} > {c}", "{s} < {c}", "{s} > {c} && time > {t}"]))
    trigger = trigger.format(t=draw(TIMES), s=draw(st.sampled_from(species)), c=draw(THRESHOLDS))
    delay = draw(st.sampled_from(["", "", "0.37 after "]))
    option = draw(st.sampled_from(["", ", persistent = false", ", fromTrigger = false", ", t0 = false"]))
    if delay and grows:
        option = ", fromTrigger = false"
    change = draw(st.sampled_from(CHANGES)).format(x=draw(st.sampled_from(species)), d=draw(AMOUNTS))
    return f"at {delay}({trigger}), priority = {priority}{option}: {change}"

"""What the symbols of a flat SBML model mean: at the start of a run, and during it.

A state holds exactly what its symbol means, except species in compartments whose size changes: those are
integrated as amounts. Time at the start counts as 0.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from insula.compiler.algebraic_rules import solve_rule, substitute
from insula.compiler.errors import CircularDefinition, MissingValue, UnknownSymbol, UnsupportedConstruct
from insula.compiler.graph import Graph
from insula.compiler.mathml import Scope, to_node
from insula.compiler.sbml_declared import Declared, Element, is_a
from insula.compiler.sbml_document import Model
from insula.compiler.system import Assignment
from insula.core.spoken import N_, _

THE_MODEL = N_("the model")  # where a symbol is asked for that no formula names


class Symbols(Declared):
    """Symbol table of one model; nodes are made when they are first asked for. Parameters: as :class:`Declared`."""

    def __init__(self, model: Model, inputs: Iterable[str], shown: Mapping[str, str]) -> None:
        super().__init__(model, inputs, shown)
        self.graph = Graph()
        self.parameters: dict[str, float] = {}
        self._places = {s: i for i, s in enumerate(self.states)}
        self._leaves: dict[str, int] = {}
        self._initial: dict[str, int] = {}
        self._running: dict[str, int] = {}
        self._derivatives: dict[str, int] = {}
        self._frozen: dict[int, int] = {}
        self._pending: list[tuple[str, str]] = []

    # nodes ----------------------------------------------------------------------------
    def running(self, symbol: str, where: str = THE_MODEL) -> int:
        """Node of a symbol during a run."""
        return self._once(self._running, "during a run", symbol, where, self._make_running)

    def initial(self, symbol: str, where: str = THE_MODEL) -> int:
        """Node of a symbol at the start, over parameters and inputs."""
        return self._once(self._initial, "at the start", symbol, where, self._make_initial)

    def derivative(self, symbol: str, where: str = THE_MODEL) -> int:
        """Node of the time derivative of a symbol that is a state or constant."""
        return self._once(self._derivatives, "derivative", symbol, where, self._make_derivative)

    def initial_state(self, symbol: str) -> int:
        """Node of a state at the start: what its leaf holds."""
        return self.to_state(symbol, self.initial(symbol), self.initial)

    def to_state(self, symbol: str, node: int, sizes: Callable[[str], int] | None = None) -> int:
        """Turn what a symbol means into what its state holds."""
        if not self.held_as_amount(symbol):
            return node
        return self.graph.mul(node, (sizes or self.running)(self.elements[symbol].getCompartment()))

    def amount_in(self, symbol: str) -> int | None:
        """Node of the volume that turns a concentration into the amount that its state holds, if it holds one."""
        return self.running(self.elements[symbol].getCompartment()) if self.held_as_amount(symbol) else None

    def assignment(self, symbol: str, node: int, scale: int | None = None) -> Assignment:
        """Assignment of what its state or input holds, times the scale at the action, to a symbol that changes."""
        if symbol in self.inputs:
            return Assignment("input", self.inputs.index(symbol), node, scale)
        return Assignment("state", self._places[symbol], node, scale)

    def state_derivative(self, symbol: str) -> int:
        """Node of the time derivative of what a state holds."""
        if symbol in self._rates:
            return to_node(
                self._rates[symbol],
                self.running_scope(_('rate rule of "{symbol}"').format(symbol=self.shown(symbol))),
            )
        amount = self._amount_rate(symbol)
        if self.means_amount(symbol) or self.held_as_amount(symbol):
            return amount
        size = self.running(
            self.elements[symbol].getCompartment(), _('species "{symbol}"').format(symbol=self.shown(symbol))
        )
        return self.graph.mul(amount, self.graph.div(self.graph.constant(1.0), size))

    def running_scope(self, where: str) -> Scope:
        """Meaning of names in formulas during a run."""
        lookup = partial(self.running, where=where)
        rate_of = partial(self.derivative, where=where)
        return Scope(self.graph, lookup, self.graph.time(), self.functions, where, rate_of)

    def _initial_scope(self, where: str) -> Scope:
        def rate_of(symbol: str) -> int:
            return self._at_start(self.derivative(symbol, where))

        start = self.graph.constant(0.0)
        return Scope(self.graph, partial(self.initial, where=where), start, self.functions, where, rate_of)

    def _once(
        self, made: dict[str, int], moment: str, symbol: str, where: str, make: Callable[[str, str], int]
    ) -> int:
        if symbol in made:
            return made[symbol]
        if symbol not in self.elements:
            raise UnknownSymbol(self.shown(symbol), where, self.known())
        if (moment, symbol) in self._pending:
            chain = [s for _, s in self._pending[self._pending.index((moment, symbol)) :]]
            raise CircularDefinition([self.shown(s) for s in [*chain, symbol]])
        self._pending.append((moment, symbol))
        try:
            made[symbol] = make(symbol, where)
        finally:
            self._pending.pop()
        return made[symbol]

    # during a run ---------------------------------------------------------------------
    def _make_running(self, symbol: str, where: str) -> int:
        match self.kind(symbol):
            case "assigned":
                return self._by_rule(symbol, self.running_scope)
            case "state":
                return self._from_leaf(symbol, self.graph.state(self._places[symbol]), self.running)
            case "reaction":
                return self._reaction_rate(symbol, self.running_scope)
            case _ if symbol in self.inputs:
                leaf = self.graph.input(self.inputs.index(symbol))
                return self._from_leaf(symbol, leaf, self.running)
            case _:
                return self._constant_during_run(symbol, where)

    def _by_rule(self, symbol: str, scope: Callable[[str], Scope]) -> int:
        """Value that an assignment rule or algebraic rule gives a symbol."""
        if symbol in self._assigned:
            return to_node(
                self._assigned[symbol],
                scope(_('assignment rule of "{symbol}"').format(symbol=self.shown(symbol))),
            )
        return solve_rule(
            self._solved[symbol],
            symbol,
            scope(_('algebraic rule of "{symbol}"').format(symbol=self.shown(symbol))),
        )

    def _from_leaf(self, symbol: str, leaf: int, sizes: Callable[[str], int]) -> int:
        """Turn what a state or input holds into what its symbol means."""
        if not self.held_as_amount(symbol):
            return leaf
        return self.graph.div(leaf, sizes(self.elements[symbol].getCompartment()))

    def _at_start(self, node: int) -> int:
        """Node with every state and the time replaced by their values at the start."""

        def at_start(leaf: int) -> int:
            match self.graph.op(leaf):
                case "state":
                    return self.initial_state(self.states[self.graph.index(leaf)])
                case "time":
                    return self.graph.constant(0.0)
                case _:
                    return leaf

        return substitute(self.graph, node, at_start)

    def _constant_during_run(self, symbol: str, where: str) -> int:
        """Value at the start, kept; only the concentration of a constant amount follows its compartment."""
        start = self.frozen(self.initial(symbol, where))
        if is_a(self.elements[symbol], "species") and not self.means_amount(symbol):
            compartment = self.elements[symbol].getCompartment()
            if self.changes(compartment):
                amount = self.graph.mul(start, self.frozen(self.initial(compartment)))
                return self.graph.div(amount, self.running(compartment))
        return start

    def frozen(self, node: int) -> int:
        """Node with every input replaced by its value at the start, so that later actions do not reach it."""
        for part in self.graph.topological([node]):
            if part not in self._frozen:
                self._frozen[part] = self._frozen_part(part)
        return self._frozen[node]

    def _frozen_part(self, part: int) -> int:
        if self.graph.op(part) == "input":
            return self.input_default(self.inputs[self.graph.index(part)])
        args = self.graph.args(part)
        return self.graph.apply(self.graph.op(part), *(self._frozen[a] for a in args)) if args else part

    def input_default(self, symbol: str) -> int:
        """Node of an input at the start, over parameters."""
        if self.kind(symbol) == "constant":
            start = self._parameter(symbol)
        else:
            here = _('initial assignment of "{symbol}"').format(symbol=self.shown(symbol))
            start = self.frozen(to_node(self._starts[symbol], self._initial_scope(here)))
        return self.to_state(symbol, start, lambda home: self.frozen(self.initial(home)))

    def _reaction_rate(self, symbol: str, scope: Callable[[str], Scope]) -> int:
        law = self.elements[symbol].getKineticLaw()
        name = self.shown(symbol)
        if law is None or law.getMath() is None:
            raise MissingValue(name, _("its own reaction, which lacks a rate"))
        local = {p.getId(): self._local_parameter(name, p) for p in law.getListOfLocalParameters()}
        return to_node(
            law.getMath(), replace(scope(_('rate of "{reaction}"').format(reaction=name)), bound=local)
        )

    def _local_parameter(self, reaction: str, parameter: Element) -> int:
        name = f"{reaction}.{parameter.getId()}"
        if not parameter.isSetValue():
            raise MissingValue(name, _('rate of "{reaction}"').format(reaction=reaction))
        return self._parameter_leaf(name, parameter.getValue())

    def _amount_rate(self, symbol: str) -> int:
        """Amount per time that all reactions bring."""
        total = self.graph.constant(0.0)
        where = _('reactions of "{symbol}"').format(symbol=self.shown(symbol))
        for sign, reference, reaction in self._stoichiometry[symbol]:
            moved = self.graph.mul(self._coefficient(reference, where), self.running(reaction, where))
            total = self.graph.apply("add" if sign > 0 else "sub", total, moved)
        factor = self.elements[symbol].getConversionFactor() or self.model.getConversionFactor()
        return self.graph.mul(self.running(factor, where), total) if factor else total

    def _coefficient(self, reference: Element, where: str) -> int:
        if reference.getId():
            return self.running(reference.getId(), where)
        if not reference.isSetStoichiometry():
            raise MissingValue(
                _("stoichiometry of {reference}").format(reference=self.shown(reference.getSpecies())), where
            )
        return self.graph.constant(reference.getStoichiometry())

    def _make_derivative(self, symbol: str, where: str) -> int:
        match self.kind(symbol):
            case _ if self.held_as_amount(symbol):
                return self._concentration_rate(symbol, where)
            case "state":
                return self.state_derivative(symbol)
            case "constant" | "derived":
                return self.graph.constant(0.0)
            case _:
                raise UnsupportedConstruct("rateOf", self.shown(symbol), where)

    def _concentration_rate(self, symbol: str, where: str) -> int:
        """Rate of a concentration whose volume changes: (amount' - concentration * volume') / volume."""
        graph, home = self.graph, self.elements[symbol].getCompartment()
        amount = self._amount_rate(symbol) if symbol in self._places else graph.constant(0.0)
        thinned = graph.mul(self.running(symbol, where), self.derivative(home, where))
        return graph.div(graph.sub(amount, thinned), self.running(home, where))

    # at the start ---------------------------------------------------------------------
    def _make_initial(self, symbol: str, where: str) -> int:
        if self.kind(symbol) == "assigned":
            return self._by_rule(symbol, self._initial_scope)
        if symbol in self.inputs:
            return self._from_leaf(symbol, self.graph.input(self.inputs.index(symbol)), self.initial)
        if symbol in self._starts:
            here = _('initial assignment of "{symbol}"').format(symbol=self.shown(symbol))
            return to_node(self._starts[symbol], self._initial_scope(here))
        if self.kind(symbol) == "reaction":
            return self._reaction_rate(symbol, self._initial_scope)
        return self._given(symbol, where)

    def _given(self, symbol: str, where: str) -> int:
        element = self.elements[symbol]
        if is_a(element, "species"):
            return self._given_species(symbol, element, where)
        if self.kind(symbol) == "state" or is_a(element, "speciesReference"):
            return self.graph.constant(self.number(symbol, where))
        return self._parameter(symbol, where)

    def _given_species(self, symbol: str, species: Element, where: str) -> int:
        """Value at the start, in the quantity that the symbol means."""
        amount = species.isSetInitialAmount()
        if not amount and not species.isSetInitialConcentration():
            raise MissingValue(self.shown(symbol), where)
        value = species.getInitialAmount() if amount else species.getInitialConcentration()
        fits = amount == self.means_amount(symbol)
        number = (
            self.graph.constant(value)
            if self.kind(symbol) == "state" or not fits
            else self._parameter_leaf(self.shown(symbol), value)
        )
        if fits:
            return number
        size = self.initial(
            species.getCompartment(), _('species "{symbol}"').format(symbol=self.shown(symbol))
        )
        return self.graph.div(number, size) if amount else self.graph.mul(number, size)

    def _parameter(self, symbol: str, where: str = THE_MODEL) -> int:
        if is_a(self.elements[symbol], "species"):
            return self._given_species(symbol, self.elements[symbol], where)
        return self._parameter_leaf(self.shown(symbol), self.number(symbol, where))

    def _parameter_leaf(self, name: str, value: float) -> int:
        if name not in self._leaves:
            self._leaves[name] = self.graph.parameter(len(self.parameters))
            self.parameters[name] = value
        return self._leaves[name]

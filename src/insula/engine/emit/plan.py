"""All that the emitters need to know about one kernel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from insula.compiler.differentiate import Jacobian
from insula.compiler.lu_plan import LuPlan, plan_lu
from insula.compiler.operations import EQUALITIES, RELATIONS
from insula.compiler.system import Action
from insula.engine.conditional import conditional_actions
from insula.engine.emit.event_places import EventPlaces, arrange_events, watched_relations
from insula.engine.emit.expressions import hoistable, timed
from insula.engine.emit.formats import DOUBLE, SINGLE, Format, lanes
from insula.engine.emit.ir import Function, Module
from insula.engine.emit.layout import JOB, ROUNDED, Layout, arrange
from insula.engine.emit.machine import Processor
from insula.engine.emit.mathematics import new_module
from insula.engine.lowering import Expressions
from insula.engine.methods.tableau import Tableau

_POINTERS = ("ptr noalias %job", "ptr noalias %work")


@dataclass(frozen=True, eq=False)
class Plan:
    """Expressions, derivatives, method, precision and processor of one kernel, and what follows from them.

    Attributes
    ----------
    stage
        Precision of the algebra of a stage: right-hand side, Jacobian, factors, stage vectors. A vector register
        of such numbers has as many lanes as the kernel. State, time, events and outputs are in double precision.
    """

    expressions: Expressions
    jacobian: Jacobian
    method: Tableau
    stage: Format
    processor: Processor

    @property
    def width(self) -> int:
        """Return the number of lanes."""
        return self.processor.register // self.stage.size

    @cached_property
    def module(self) -> Module:
        """Return the module that the functions go into."""
        return new_module(self.processor.avx512)

    @property
    def n_states(self) -> int:
        """Number of states, N."""
        return len(self.expressions.derivatives)

    @cached_property
    def elimination(self) -> LuPlan:
        """Return the order of elimination of the step's matrix."""
        return plan_lu(self.n_states, self.jacobian.pattern)

    @cached_property
    def hoisted(self) -> dict[int, int]:
        """Nodes computed once per patient, and their places."""
        jacobian = [node for row in self.jacobian.rows for node in row.values()]
        roots = [*self.expressions.roots(), *jacobian, *self.jacobian.time]
        return {node: i for i, node in enumerate(hoistable(self.expressions.graph, roots))}

    @cached_property
    def timed(self) -> frozenset[int]:
        """Nodes over the time and what stands still between actions: single precision would blur the clock."""
        jacobian = [node for row in self.jacobian.rows for node in row.values()]
        roots = [*self.expressions.derivatives, *jacobian, *self.jacobian.time]
        return timed(self.expressions.graph, roots, self.expressions.derivatives)

    @cached_property
    def time_dependent(self) -> dict[int, int]:
        """States whose derivative depends on time itself: state -> node of the time derivative."""
        graph = self.expressions.graph
        return {i: node for i, node in enumerate(self.jacobian.time) if not graph.is_constant(node, 0.0)}

    @cached_property
    def events(self) -> tuple[EventPlaces, ...]:
        """Events with their places."""
        return arrange_events(self.expressions.events)

    @cached_property
    def jumps(self) -> tuple[int, ...]:
        """Relations of the clock at which rates may jump: within a step they stay what they were at its start."""
        graph = self.expressions.graph
        return tuple(sorted(n for n in self.timed if graph.op(n) in RELATIONS.keys() - EQUALITIES))

    @cached_property
    def watched(self) -> tuple[int, ...]:
        """Relations whose changes end a step."""
        of_events = watched_relations(self.expressions.graph, self.expressions.events)
        return tuple(dict.fromkeys([*self.jumps, *of_events]))

    @cached_property
    def kinks(self) -> tuple[int, ...]:
        """Relations at which rates have corners or jump; none in mixed precision, whose tolerances are loose."""
        graph = self.expressions.graph
        if self.stage == SINGLE:
            return ()
        return tuple(node for node in self.expressions.kinks if graph.op(node) in RELATIONS)

    @property
    def settles(self) -> bool:
        """Whether there are events or relations to look at between steps."""
        return bool(self.events or self.watched)

    @cached_property
    def passable(self) -> dict[int, Action]:
        """Actions that a step may pass, by number."""
        actions = self.expressions.actions
        return {number: actions[number] for number in sorted(conditional_actions(self.expressions))}

    @cached_property
    def interpolated(self) -> dict[int, int]:
        """States that outputs, triggers and passable actions need inside a step, and their places."""
        graph = self.expressions.graph
        targets = [target for action in self.passable.values() for target in action.assignments]
        assigned = [target.node for target in targets]
        needed = graph.topological([*self.expressions.outputs, *self.watched, *assigned])
        read = {graph.index(node) for node in needed if graph.op(node) == "state"}
        changed = {target.index for target in targets if target.kind == "state"}
        return {state: i for i, state in enumerate(sorted(read | changed))}

    @cached_property
    def layout(self) -> Layout:
        """Return the places in the work space."""
        n = self.n_states
        sizes = {
            "state": n,
            "trial": n,
            "input": len(self.expressions.input_defaults),
            "hoisted": len(self.hoisted),
            "matrix": len(self.elimination.entries),
            "slope": n if self.time_dependent else 0,
            "stage": n * self.method.n_stages,
            "dense": len(self.interpolated) * len(self.method.dense),
            "output": len(self.expressions.outputs),
            "was": len(self.events),
            "held": len(self.watched),
            "waiting": sum(places.n_waiting for places in self.events),
            "kept": sum(places.n_waiting * places.n_values for places in self.events),
        }
        if self.stage == SINGLE:
            sizes |= {rounded: sizes[name] for name, rounded in ROUNDED.items()}
        return arrange(self.width, self.stage, sizes)

    # access from emitted code ----------------------------------------------------------
    def lane_function(self, name: str, extra: tuple[str, ...] = ()) -> Function:
        """Function on one lane: ``%job``, ``%work`` and ``%lane``."""
        return self.module.function(name, ["ptr %job", "ptr %work", "i64 %lane", *extra], 1)

    def vector_function(self, name: str, returns: str = "void") -> Function:
        """Function on all lanes: ``%job`` and ``%work``."""
        return self.module.function(name, _POINTERS, self.width, returns)

    def job(self, f: Function, name: str, kind: str) -> str:
        """Field of the job."""
        return f.load_scalar("%job", JOB.index(name), kind)

    def set_job(self, f: Function, value: str, name: str, kind: str) -> None:
        """Write a field of the job."""
        f.store_scalar(value, "%job", JOB.index(name), kind)

    def stage_function(self, name: str, parameters: Sequence[str] = _POINTERS) -> Function:
        """Function on all lanes in the precision of the stages: ``%job`` and ``%work``, or these parameters."""
        return self.module.function(name, parameters, self.width, form=self.stage)

    def near(self, f: Function, name: str) -> str:
        """Name of the array that holds this in the precision of the function."""
        return ROUNDED[name] if f.format == SINGLE else name

    def slot(self, name: str, index: int = 0) -> int:
        """Place of a slot."""
        return self.layout.first[name] + index

    def get(self, f: Function, name: str, index: int | str = 0, offset: int = 0) -> str:
        """Numbers of a slot in all lanes, in the precision of the function; the index may be computed."""
        form = self.layout.format(name)
        value = f.load("%work", self._place(f, name, index, offset), lanes(form.real, self.width))
        return f.cast(value, form, f.format)

    def put(self, f: Function, value: str, name: str, index: int | str = 0, offset: int = 0) -> None:
        """Write the numbers of a slot in all lanes, in the precision of the array."""
        form = self.layout.format(name)
        f.store(
            f.cast(value, f.format, form),
            "%work",
            self._place(f, name, index, offset),
            lanes(form.real, self.width),
        )

    def _place(self, f: Function, name: str, index: int | str, offset: int) -> int | str:
        if isinstance(index, int):
            return self.slot(name, index + offset)
        return f.let(f"add nuw nsw i64 {index}, {self.slot(name, offset)}")

    def get_int(self, f: Function, name: str, index: int = 0) -> str:
        """Integers of a slot in all lanes."""
        return f.load("%work", self.slot(name, index), lanes("i64", self.width))

    def address(self, f: Function, name: str, index: int = 0) -> str:
        """Address of a slot."""
        return f.at("%work", self.slot(name, index), lanes(self.layout.format(name).real, self.width))

    def put_int(self, f: Function, value: str, name: str) -> None:
        """Write the integers of a control slot in all lanes."""
        f.store(value, "%work", self.slot(name), lanes("i64", self.width))

    def _lane_address(self, f: Function, name: str, index: int | str, kind: str) -> str:
        first, more = (self.slot(name, index), "") if isinstance(index, int) else (self.slot(name), index)
        place = f.let(f"add i64 %lane, {first * self.width}")
        if more:
            place = f.let(f"add i64 {place}, {f.let(f'mul i64 {more}, {self.width}')}")
        return f.at("%work", place, kind)

    def get_lane(self, f: Function, name: str, index: int | str = 0, kind: str = DOUBLE.real) -> str:
        """One lane's number."""
        return f.let(f"load {kind}, ptr {self._lane_address(f, name, index, kind)}")

    def put_lane(
        self, f: Function, value: str, name: str, index: int | str = 0, kind: str = DOUBLE.real
    ) -> None:
        """Write one lane's number."""
        f.emit(f"store {kind} {value}, ptr {self._lane_address(f, name, index, kind)}")

"""A hash-consed expression graph: every expression exists once and is known by a small integer.

A node is created after its arguments, so ids ascend from leaves to roots and "sorted" is "topological".
"""

from collections.abc import Iterable

from insula.compiler import folding
from insula.compiler.operations import ARITY, BOOLEAN, COMMUTATIVE, CONSTANT, HOISTABLE, TOTAL, VARYING


class Graph:
    """Expression graph; read it by node id, grow it by :meth:`constant`, the leaves and :meth:`apply`.

    The conditions of ``select``, ``and``, ``or`` and ``not`` are always boolean nodes (relation or logic);
    a boolean node may also stand where a number is wanted and is then 0 or 1. Division stays division.
    """

    def __init__(self) -> None:
        self._ops: list[str] = []
        self._args: list[tuple[int, ...]] = []
        self._values: list[float] = []
        self._levels: list[int] = []
        self._total: list[bool] = []
        self._known: dict[tuple[object, ...], int] = {}

    def __len__(self) -> int:
        return len(self._ops)

    # reading ------------------------------------------------------------
    def op(self, node: int) -> str:
        """Name of the operation or leaf."""
        return self._ops[node]

    def args(self, node: int) -> tuple[int, ...]:
        """Argument nodes; empty for leaves."""
        return self._args[node]

    def value(self, node: int) -> float:
        """Value of a constant node."""
        if self._ops[node] != "constant":
            raise ValueError(f"node {node} is a {self._ops[node]!r}, only a constant has a value")
        return self._values[node]

    def index(self, node: int) -> int:
        """Position of a leaf in the system's table of its kind; 0 for time and argument."""
        if self._args[node] or self._ops[node] == "constant":
            raise ValueError(f"node {node} is a {self._ops[node]!r}, only a leaf has an index")
        return int(self._values[node])

    def level(self, node: int) -> int:
        """Return 0 for a constant, 1 if only parameters are below (hoistable), 2 if it varies in a run."""
        return self._levels[node]

    def is_constant(self, node: int, value: float | None = None) -> bool:
        """Whether the node is a constant (of that value, if one is given)."""
        return self._ops[node] == "constant" and (value is None or self._values[node] == value)

    def is_boolean(self, node: int) -> bool:
        """Whether the node is a relation or logic, so 0 or 1 by construction."""
        return self._ops[node] in BOOLEAN

    def is_total(self, node: int) -> bool:
        """Whether finite leaves give a finite node: nothing below divides by zero or leaves a domain."""
        return self._total[node]

    def topological(self, roots: Iterable[int]) -> list[int]:
        """All nodes the roots need, arguments before their users."""
        seen: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(self._args[node])
        return sorted(seen)

    # leaves ------------------------------------------------------------
    def constant(self, value: float) -> int:
        """Node of a number."""
        return self._leaf("constant", float(value), CONSTANT)

    def state(self, index: int) -> int:
        """Node of a state."""
        return self._leaf("state", index, VARYING)

    def parameter(self, index: int) -> int:
        """Node of a parameter: constant in one patient."""
        return self._leaf("parameter", index, HOISTABLE)

    def input(self, index: int) -> int:
        """Node of an input: constant between two scheduled actions."""
        return self._leaf("input", index, VARYING)

    def time(self) -> int:
        """Node of the model's time."""
        return self._leaf("time", 0, VARYING)

    def argument(self) -> int:
        """Node of the amount that a scheduled action is given."""
        return self._leaf("argument", 0, VARYING)

    # operations ------------------------------------------------------------
    def apply(self, op: str, *args: int) -> int:
        """Node of an operation on nodes, simplified where that cannot hide a division by zero."""
        if ARITY.get(op) != len(args):
            raise ValueError(
                f"operation {op!r} with {len(args)} arguments is unknown to the expression graph"
            )
        args = folding.as_conditions(self, op, args)
        simpler = folding.simplify(self, op, args)
        return self.raw(op, *args) if simpler is None else simpler

    def raw(self, op: str, *args: int) -> int:
        """Node of an operation as it is written: hash-consed, but not simplified."""
        if op in COMMUTATIVE:
            args = tuple(sorted(args))
        level = max(self._levels[a] for a in args)
        total = self._cannot_fail(op, args) and all(self._total[a] for a in args)
        return self._intern((op, args), op, args, 0.0, max(level, HOISTABLE), total)

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        return self.apply("add", a, b)

    def sub(self, a: int, b: int) -> int:
        """Return a - b."""
        return self.apply("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        """Return a * b."""
        return self.apply("mul", a, b)

    def div(self, a: int, b: int) -> int:
        """Return a / b."""
        return self.apply("div", a, b)

    def neg(self, a: int) -> int:
        """Return -a."""
        return self.apply("neg", a)

    def _cannot_fail(self, op: str, args: tuple[int, ...]) -> bool:
        if op == "div":
            return self.is_constant(args[1]) and self._values[args[1]] != 0.0
        return op in TOTAL

    def _leaf(self, op: str, value: float, level: int) -> int:
        finite = value - value == 0.0
        return self._intern((op, float(value).hex()), op, (), value, level, finite)

    def _intern(
        self, key: tuple[object, ...], op: str, args: tuple[int, ...], value: float, level: int, total: bool
    ) -> int:
        known = self._known.get(key)
        if known is not None:
            return known
        node = self._known[key] = len(self._ops)
        self._ops.append(op)
        self._args.append(args)
        self._values.append(value)
        self._levels.append(level)
        self._total.append(total)
        return node

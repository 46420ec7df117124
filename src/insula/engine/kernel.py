"""A system compiled for this machine."""

import ctypes
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insula.compiler.system import System
from insula.core.errors import UnknownName
from insula.engine.emit.driver import emit_kernel
from insula.engine.emit.formats import DOUBLE, Format
from insula.engine.emit.machine import Library, Processor, compile_object, host
from insula.engine.fingerprint import kernel_key
from insula.engine.lowering import Expressions, expressions_of, prepare
from insula.engine.methods import find_method
from insula.engine.methods.tableau import Tableau
from insula.engine.object_cache import cached
from insula.engine.precision import check_constants, find_precision


@dataclass(frozen=True, eq=False)
class Kernel:
    """Compiled integration of one system with one method and one set of outputs.

    Attributes
    ----------
    states, parameters, inputs, outputs, actions : N, K, U, Q, A names
        Columns of the arrays of :func:`insula.engine.solve.solve`; a schedule names actions by number.
    defaults : (K,) float64
        Parameter values of the text.
    key
        Identifies the machine code.
    exact
        Makes the same kernel in double precision, compiled when it is first needed; None if this is the one.
    run
        Integrates one job; releases the interpreter lock. Safe in several threads at once.
    """

    name: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    actions: tuple[str, ...]
    defaults: NDArray[np.float64]
    method: str
    precision: str
    key: str
    work_bytes: int
    run: Any
    exact: Callable[[], "Kernel"] | None

    def action(self, name: str) -> int:
        """Return the number of an action."""
        return _position("action", name, self.actions)

    def parameter(self, name: str) -> int:
        """Return the column of a parameter."""
        return _position("parameter", name, self.parameters)

    def output(self, name: str) -> int:
        """Return the column of an output."""
        return _position("output", name, self.outputs)


def _position(kind: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise UnknownName(kind, name, names)
    return names.index(name)


def build_kernel(
    system: System, outputs: Sequence[str], method: str = "rodas5p", precision: str = "f64"
) -> Kernel:
    """Compile a system, or take its machine code from the cache.

    Parameters
    ----------
    outputs
        Q names of observables to be read at the scheduled times.
    method
        ``rodas5p`` (order 5) or ``rodas4`` (order 4).
    precision
        ``f64``, or ``mixed``: about twice as fast, for relative tolerances from 1e-5 on. Steps are then computed in
        single precision, the state is kept in double precision, and a patient for whom that does not do is
        integrated again with all in double precision.

    Raises
    ------
    UnknownName
        For an output, method or precision that does not exist.
    CompileError
        If the model has a number that single precision does not have.
    """
    tableau, stage, processor = find_method(method), find_precision(precision), host()
    expressions = expressions_of(system, outputs)
    key = kernel_key(expressions, tableau, stage, processor)
    with _LOADING:
        if key not in _LOADED:
            _LOADED[key] = _load(key, partial(_compile, expressions, tableau, stage, processor))
        loaded, work_bytes = _LOADED[key]
    return Kernel(
        name=system.name,
        states=system.states,
        parameters=system.parameters,
        inputs=system.inputs,
        outputs=tuple(outputs),
        actions=tuple(action.name for action in system.actions),
        defaults=system.defaults,
        method=method,
        precision=precision,
        key=key,
        work_bytes=work_bytes,
        run=loaded.function("run", ctypes.c_void_p),
        exact=None if stage == DOUBLE else cache(partial(build_kernel, system, outputs, method)),
    )


_LOADED: dict[str, tuple[Library, int]] = {}
"""Machine code of this process. It stays, because a kernel may be in use anywhere."""
_LOADING = Lock()
"""A second copy would take the first one's place, whose code would go while a thread runs it."""


def _load(key: str, compiled: Callable[[], bytes]) -> tuple[Library, int]:
    head, code = cached(key, compiled).split(b"\n", 1)
    return Library(key, code, ("run",)), int(json.loads(head)["work_bytes"])


def _compile(expressions: Expressions, method: Tableau, stage: Format, processor: Processor) -> bytes:
    prepared, jacobian = prepare(expressions)
    entries = [node for row in jacobian.rows for node in row.values()]
    check_constants(prepared.graph, [*prepared.derivatives, *entries, *jacobian.time], stage)
    ir, work_bytes = emit_kernel(prepared, jacobian, method, stage, processor)
    return json.dumps({"work_bytes": work_bytes}).encode() + b"\n" + compile_object(ir, processor)

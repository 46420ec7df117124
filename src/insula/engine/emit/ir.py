"""LLVM IR as text: modules, functions, and numbers that live in several lanes at once."""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

ATTRIBUTES = 'attributes #0 = { nounwind noinline "prefer-vector-width"="512" }'

_AVX512_ESTIMATE, _AVX512_WIDTH = "llvm.x86.avx512.rcp14.pd.512", 8
_AVX512_SCALE = "llvm.x86.avx512.mask.scalef.pd.512"
_SPLIT = 5
"""Coefficients from which on two short sums are faster than a long one."""
_POWER_OF_TWO = 2.0**52 + 1023.0
"""Added to a whole number k it leaves the exponent field of 2^k in the lowest bits."""

MathBody = Callable[..., str]


class Module:
    """Functions and declarations; mathematical functions are added when one is first called."""

    def __init__(self, mathematics: dict[str, MathBody] | None = None) -> None:
        self._mathematics = mathematics or {}
        self._functions: dict[str, Function] = {}
        self._declarations: dict[str, str] = {}

    def function(
        self, name: str, parameters: Sequence[str], width: int, returns: str = "void", public: bool = False
    ) -> "Function":
        """Start a function; ``parameters`` are written as ``ptr %work``."""
        made = Function(self, name, parameters, width, returns, public)
        self._functions[name] = made
        return made

    def declare(self, name: str, returns: str, types: Sequence[str]) -> None:
        """Make an LLVM intrinsic known."""
        self._declarations[name] = f"declare {returns} @{name}({', '.join(types)})"

    def mathematical(self, name: str, width: int, arity: int) -> str:
        """Name of the function that computes e.g. ``exp`` over so many lanes."""
        full = f"{name}_{width}"
        if full not in self._functions:
            real = lanes("double", width)
            names = [f"%x{i}" for i in range(arity)]
            made = self.function(full, [f"{real} {n}" for n in names], width, real)
            made.emit(f"ret {real} {self._mathematics[name](made, *names)}")
        return full

    def text(self) -> str:
        """Return the whole module."""
        functions = (function.text() for function in self._functions.values())
        return "\n".join([*functions, *self._declarations.values(), ATTRIBUTES, ""])


def lanes(kind: str, width: int) -> str:
    """Type of so many lanes of a kind; one lane is a plain scalar."""
    return kind if width == 1 else f"<{width} x {kind}>"


def double(value: float) -> str:
    """Exact spelling of a number."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


class Function:
    """One function under construction. Every method that computes returns the name of its result.

    Numbers are reals over all lanes unless a method says "scalar". ``contract`` (fused multiply-add) is the
    only liberty LLVM is given, and compensated arithmetic is exempt even from that.
    """

    def __init__(
        self, module: Module, name: str, parameters: Sequence[str], width: int, returns: str, public: bool
    ) -> None:
        self.module, self.width = module, width
        self.real, self.int, self.mask = (lanes(kind, width) for kind in ("double", "i64", "i1"))
        visible = "" if public else "internal "
        self._head = f"define {visible}{returns} @{name}({', '.join(parameters)}) #0 {{"
        self._lines: list[str] = []
        self._variables: list[str] = []
        self._count = 0
        self._block = "entry"
        self._constants: dict[float, str] = {}

    def text(self) -> str:
        """Return the function as IR."""
        return "\n".join([self._head, "entry:", *self._variables, *self._lines, "}"])

    # raw -------------------------------------------------------------------------------
    def emit(self, instruction: str) -> None:
        """Add an instruction without a result."""
        self._lines.append("  " + instruction)

    def let(self, instruction: str) -> str:
        """Add an instruction and name its result."""
        self._count += 1
        self._lines.append(f"  %v{self._count} = {instruction}")
        return f"%v{self._count}"

    def call(self, name: str, *arguments: str, returns: str = "void") -> str:
        """Call a function of this module; arguments are written with their types."""
        text = f"call {returns} @{name}({', '.join(arguments)})"
        if returns == "void":
            self.emit(text)
            return ""
        return self.let(text)

    def intrinsic(self, name: str, *values: str) -> str:
        """Call an LLVM intrinsic from reals to a real."""
        full = f"llvm.{name}." + ("f64" if self.width == 1 else f"v{self.width}f64")
        self.module.declare(full, self.real, [self.real] * len(values))
        return self.call(full, *(f"{self.real} {v}" for v in values), returns=self.real)

    def math(self, name: str, *values: str) -> str:
        """Call a mathematical function."""
        full = self.module.mathematical(name, self.width, len(values))
        return self.call(full, *(f"{self.real} {v}" for v in values), returns=self.real)

    # numbers ---------------------------------------------------------------------------
    def constant(self, value: float) -> str:
        """Return a number in every lane."""
        if value not in self._constants or value == 0.0:
            self._constants[value] = self._splat("double", double(value))
        return self._constants[value]

    def int_constant(self, value: int) -> str:
        """Return a 64-bit integer in every lane."""
        return self._splat("i64", str(value))

    def _splat(self, kind: str, text: str) -> str:
        return text if self.width == 1 else "<" + ", ".join([f"{kind} {text}"] * self.width) + ">"

    def add(self, a: str, b: str) -> str:
        """Return a + b, which may fuse with a product."""
        return self.let(f"fadd contract {self.real} {a}, {b}")

    def sub(self, a: str, b: str) -> str:
        """Return a - b, which may fuse with a product."""
        return self.let(f"fsub contract {self.real} {a}, {b}")

    def mul(self, a: str, b: str) -> str:
        """Return a * b, which may fuse with a sum."""
        return self.let(f"fmul contract {self.real} {a}, {b}")

    def div(self, a: str, b: str) -> str:
        """Return a / b."""
        return self.let(f"fdiv {self.real} {a}, {b}")

    def reciprocal(self, a: str) -> str:
        """Return 1 / a within 1 ulp; infinite for subnormal numbers.

        AVX-512 has an estimate to 14 bits that two Newton steps make exact to the last place, twice as fast
        as its division. Where they give NaN (zero, infinity, subnormal) the estimate is the answer.
        """
        one = self.constant(1.0)
        if self.width != _AVX512_WIDTH:
            return self.div(one, a)
        self.module.declare(_AVX512_ESTIMATE, self.real, [self.real, self.real, "i8"])
        operands = (f"{self.real} {a}", f"{self.real} zeroinitializer", "i8 -1")
        estimate = value = self.call(_AVX512_ESTIMATE, *operands, returns=self.real)
        negative = self.neg(a)
        for _ in range(2):
            value = self.fma(value, self.fma(negative, value, one), value)
        return self.choose(self.compare("uno", value, value), estimate, value)

    def neg(self, a: str) -> str:
        """Return -a."""
        return self.let(f"fneg {self.real} {a}")

    def exact(self, op: str, a: str, b: str) -> str:
        """Return a sum, difference or product rounded once, never fused."""
        return self.let(f"f{op} {self.real} {a}, {b}")

    def fma(self, a: str, b: str, c: str) -> str:
        """Return a * b + c, rounded once."""
        return self.intrinsic("fma", a, b, c)

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """Sum of coefficients times powers of x, constant term first; even and odd powers side by side."""
        if len(coefficients) < _SPLIT:
            return self._horner(x, coefficients)
        square = self.mul(x, x)
        even, odd = (self._horner(square, coefficients[first::2]) for first in (0, 1))
        return self.add(even, self.mul(x, odd))

    def _horner(self, x: str, coefficients: Sequence[float]) -> str:
        *lower, top = coefficients
        value = self.constant(top)
        for coefficient in reversed(lower):
            value = self.add(self.mul(value, x), self.constant(coefficient))
        return value

    def scale(self, value: str, exponent: str) -> str:
        """Return value * 2^exponent, for whole exponents within +-1100, with subnormal results."""
        if self.width == _AVX512_WIDTH:
            types = [self.real, self.real, self.real, "i8", "i32"]
            self.module.declare(_AVX512_SCALE, self.real, types)
            operands = (value, exponent, "zeroinitializer", "-1", "4")
            pairs = (f"{kind} {operand}" for kind, operand in zip(types, operands, strict=True))
            return self.call(_AVX512_SCALE, *pairs, returns=self.real)
        half = self.intrinsic("floor", self.mul(exponent, self.constant(0.5)))
        for part in (half, self.exact("sub", exponent, half)):
            shifted = self.bits(self.exact("add", part, self.constant(_POWER_OF_TWO)))
            power = self.from_bits(self.int_op("shl", shifted, self.int_constant(52)))
            value = self.exact("mul", value, power)
        return value

    # choices ---------------------------------------------------------------------------
    def compare(self, relation: str, a: str, b: str) -> str:
        """Mask of a relation of reals, e.g. ``olt`` (false where one is NaN)."""
        return self.let(f"fcmp {relation} {self.real} {a}, {b}")

    def both(self, a: str, b: str) -> str:
        """Mask where both masks hold."""
        return self.let(f"and {self.mask} {a}, {b}")

    def either(self, a: str, b: str) -> str:
        """Mask where one of the masks holds."""
        return self.let(f"or {self.mask} {a}, {b}")

    def negate(self, a: str) -> str:
        """Mask where the mask does not hold."""
        return self.let(f"xor {self.mask} {a}, {self._splat('i1', 'true')}")

    def choose(self, mask: str, a: str, b: str, kind: str = "") -> str:
        """``a`` where the mask holds, else ``b``."""
        kind = kind or self.real
        return self.let(f"select {self.mask} {mask}, {kind} {a}, {kind} {b}")

    def as_real(self, mask: str) -> str:
        """1 where the mask holds, else 0."""
        return self.choose(mask, self.constant(1.0), self.constant(0.0))

    def bits(self, a: str) -> str:
        """Reals seen as integers."""
        return self.let(f"bitcast {self.real} {a} to {self.int}")

    def from_bits(self, a: str) -> str:
        """Integers seen as reals."""
        return self.let(f"bitcast {self.int} {a} to {self.real}")

    def int_op(self, op: str, a: str, b: str) -> str:
        """Return the result of an integer operation such as ``add`` or ``lshr``."""
        return self.let(f"{op} {self.int} {a}, {b}")

    def any(self, mask: str) -> str:
        """Scalar i1: whether the mask holds in some lane."""
        packed = self.pack(mask)
        return self.let(f"icmp ne i{self.width} {packed}, 0") if self.width > 1 else packed

    def all(self, mask: str) -> str:
        """Scalar i1: whether the mask holds in every lane."""
        packed = self.pack(mask)
        return self.let(f"icmp eq i{self.width} {packed}, -1") if self.width > 1 else packed

    def pack(self, mask: str) -> str:
        """Scalar integer with one bit a lane."""
        return self.let(f"bitcast {self.mask} {mask} to i{self.width}")

    # memory ----------------------------------------------------------------------------
    def at(self, base: str, index: int | str, kind: str = "") -> str:
        """Address of an element."""
        return self.let(f"getelementptr inbounds {kind or self.real}, ptr {base}, i64 {index}")

    def load(self, base: str, index: int | str, kind: str = "") -> str:
        """Aligned element of an array over all lanes."""
        kind = kind or self.real
        return self.let(f"load {kind}, ptr {self.at(base, index, kind)}, align {8 * self.width}")

    def store(self, value: str, base: str, index: int | str, kind: str = "") -> None:
        """Write an element of an array over all lanes."""
        kind = kind or self.real
        self.emit(f"store {kind} {value}, ptr {self.at(base, index, kind)}, align {8 * self.width}")

    def variable(self, kind: str, value: str) -> str:
        """Address of a local variable with this value."""
        self._count += 1
        self._variables.append(f"  %v{self._count} = alloca {kind}")
        self.emit(f"store {kind} {value}, ptr %v{self._count}")
        return f"%v{self._count}"

    def load_scalar(self, base: str, index: int | str, kind: str = "double") -> str:
        """Element of an array of scalars."""
        return self.let(f"load {kind}, ptr {self.at(base, index, kind)}")

    def store_scalar(self, value: str, base: str, index: int | str, kind: str = "double") -> None:
        """Write an element of an array of scalars."""
        self.emit(f"store {kind} {value}, ptr {self.at(base, index, kind)}")

    def broadcast(self, scalar: str, kind: str = "double") -> str:
        """Return a scalar in every lane."""
        if self.width == 1:
            return scalar
        whole = lanes(kind, self.width)
        first = self.let(f"insertelement {whole} poison, {kind} {scalar}, i64 0")
        return self.let(
            f"shufflevector {whole} {first}, {whole} poison, <{self.width} x i32> zeroinitializer"
        )

    # control flow ----------------------------------------------------------------------
    @contextmanager
    def repeat(self, count: int) -> Iterator[str]:
        """Repeat what follows for an index from 0 to ``count`` - 1 (``count`` at least 1)."""
        before, body, done = self._block, self._label(), self._label()
        self.emit(f"br label %{body}")
        self._start(body)
        place = len(self._lines)
        index = self.let("")
        yield index
        following = self.let(f"add nuw nsw i64 {index}, 1")
        more = self.let(f"icmp ult i64 {following}, {count}")
        self.emit(f"br i1 {more}, label %{body}, label %{done}")
        self._lines[place] = f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{self._block} ]"
        self._start(done)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Do what follows only if the scalar condition holds."""
        then, done = self._label(), self._label()
        self.emit(f"br i1 {condition}, label %{then}, label %{done}")
        self._start(then)
        yield
        self.emit(f"br label %{done}")
        self._start(done)

    def unless(self, usual: str, value: str, otherwise: Callable[[], str]) -> str:
        """Return ``value``, or another one where the scalar condition ``usual`` does not hold."""
        before, rare, done = self._block, self._label(), self._label()
        self.emit(f"br i1 {usual}, label %{done}, label %{rare}")
        self._start(rare)
        other = otherwise()
        origin = self._block
        self.emit(f"br label %{done}")
        self._start(done)
        return self.let(f"phi {self.real} [ {value}, %{before} ], [ {other}, %{origin} ]")

    @contextmanager
    def loop_while(self, condition: Callable[[], str]) -> Iterator[None]:
        """Do what follows as long as the scalar condition, computed anew each time, holds."""
        head, body, done = self._label(), self._label(), self._label()
        self.emit(f"br label %{head}")
        self._start(head)
        self.emit(f"br i1 {condition()}, label %{body}, label %{done}")
        self._start(body)
        yield
        self.emit(f"br label %{head}")
        self._start(done)

    @contextmanager
    def each_lane(self, chosen: str) -> Iterator[str]:
        """Do what follows for every lane whose bit is set in the packed mask, lowest first; gives its number."""
        kind = f"i{self.width}"
        waiting = self.variable(kind, chosen)
        self.module.declare(f"llvm.cttz.{kind}", kind, [kind, "i1"])
        with self.loop_while(lambda: self.let(f"icmp ne {kind} {self.load_scalar(waiting, 0, kind)}, 0")):
            bits = self.load_scalar(waiting, 0, kind)
            lane = self.call(f"llvm.cttz.{kind}", f"{kind} {bits}", "i1 true", returns=kind)
            without = self.let(f"and {kind} {bits}, {self.let(f'sub {kind} {bits}, 1')}")
            self.store_scalar(without, waiting, 0, kind)
            yield self.let(f"zext {kind} {lane} to i64")

    def _label(self) -> str:
        self._count += 1
        return f"b{self._count}"

    def _start(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label

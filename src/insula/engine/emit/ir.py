"""LLVM IR as text: modules, functions, and numbers that live in several lanes at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

from insula.engine.emit.blocks import Blocks, Body
from insula.engine.emit.formats import DOUBLE, SINGLE, WIDEST, Format, alignment, lanes

ATTRIBUTES = 'attributes #0 = { nounwind noinline "prefer-vector-width"="512" }'

# AVX-512: an estimate of the reciprocal to 14 bits, and products with powers of two.
_MASK = {DOUBLE: "i8", SINGLE: "i16"}
_ESTIMATE = {DOUBLE: "llvm.x86.avx512.rcp14.pd.512", SINGLE: "llvm.x86.avx512.rcp14.ps.512"}
_SCALE = {DOUBLE: "llvm.x86.avx512.mask.scalef.pd.512", SINGLE: "llvm.x86.avx512.mask.scalef.ps.512"}
_NEWTON_STEPS = {DOUBLE: 2, SINGLE: 1}
_SPLIT = 5
"""Coefficients from which on two short sums are faster than a long one."""

MathBody = Callable[..., str]
Mathematics = Mapping[Format, Mapping[str, MathBody]]


class Module:
    """Functions and declarations; mathematical functions are added when one is first called.

    Parameters
    ----------
    mathematics
        How they are computed. What single precision lacks is computed in double precision and rounded.
    avx512
        Whether the processor has these instructions.
    """

    def __init__(self, mathematics: Mathematics, avx512: bool) -> None:
        self._mathematics = mathematics
        self.avx512 = avx512
        self._functions: dict[str, Function] = {}
        self._declarations: dict[str, str] = {}

    def function(
        self,
        name: str,
        parameters: Sequence[str],
        width: int,
        returns: str = "void",
        public: bool = False,
        form: Format = DOUBLE,
    ) -> "Function":
        """Start a function; ``parameters`` are written as ``ptr %work``."""
        visible = "" if public else "internal "
        body = Body(f"define {visible}{returns} @{name}({', '.join(parameters)}) #0 {{")
        made = Function(self, body, width, form)
        self._functions[name] = made
        return made

    def declare(self, name: str, returns: str, types: Sequence[str]) -> None:
        """Make an LLVM intrinsic known."""
        self._declarations[name] = f"declare {returns} @{name}({', '.join(types)})"

    def mathematical(self, name: str, width: int, arity: int, form: Format) -> str:
        """Name of the function that computes e.g. ``exp`` over so many lanes."""
        full = f"{name}_{form.suffix}_{width}"
        if full not in self._functions:
            real = lanes(form.real, width)
            names = [f"%x{i}" for i in range(arity)]
            made = self.function(full, [f"{real} {n}" for n in names], width, real, form=form)
            made.emit(f"ret {real} {self._compute(name, made, names)}")
        return full

    def _compute(self, name: str, f: "Function", values: Sequence[str]) -> str:
        body = self._mathematics[f.format].get(name)
        if body is not None:
            return body(f, *values)
        wide = [f.cast(value, f.format, DOUBLE) for value in values]
        return f.cast(f.doubles.math(name, *wide), DOUBLE, f.format)

    def text(self) -> str:
        """Return the whole module."""
        functions = (function.text() for function in self._functions.values())
        return "\n".join([*functions, *self._declarations.values(), ATTRIBUTES, ""])


class Function(Blocks):
    """One function under construction. Every method that computes returns the name of its result.

    Numbers are reals over all lanes unless a method says "scalar". ``contract`` (fused multiply-add) is the
    only liberty LLVM is given, and compensated arithmetic is exempt even from that.
    """

    def __init__(self, module: Module, body: Body, width: int, form: Format) -> None:
        super().__init__(body, width, form)
        self.module = module
        self._constants: dict[float, str] = {}

    @cached_property
    def doubles(self) -> "Function":
        """The same function, seen in double precision."""
        return self if self.format == DOUBLE else Function(self.module, self._body, self.width, DOUBLE)

    def text(self) -> str:
        """Return the function as IR."""
        return self._body.text()

    def cast(self, value: str, source: Format, target: Format) -> str:
        """Number of one format in another one."""
        if source == target:
            return value
        how = "fptrunc" if source.size > target.size else "fpext"
        before, after = (lanes(form.real, self.width) for form in (source, target))
        return self.let(f"{how} {before} {value} to {after}")

    def intrinsic(self, name: str, *values: str) -> str:
        """Call an LLVM intrinsic from reals to a real."""
        kind = self.format.suffix if self.width == 1 else f"v{self.width}{self.format.suffix}"
        self.module.declare(f"llvm.{name}.{kind}", self.real, [self.real] * len(values))
        return self.call(f"llvm.{name}.{kind}", *(f"{self.real} {v}" for v in values), returns=self.real)

    def math(self, name: str, *values: str) -> str:
        """Call a mathematical function."""
        full = self.module.mathematical(name, self.width, len(values), self.format)
        return self.call(full, *(f"{self.real} {v}" for v in values), returns=self.real)

    # numbers ---------------------------------------------------------------------------
    def constant(self, value: float) -> str:
        """Return a number in every lane."""
        if value not in self._constants or value == 0.0:
            self._constants[value] = self._splat(self.format.real, self.format.spell(value))
        return self._constants[value]

    def int_constant(self, value: int) -> str:
        """Return an integer of the size of the numbers in every lane."""
        return self._splat(self.format.integer, str(value))

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

        AVX-512 has an estimate to 14 bits that Newton steps make exact to the last place, twice as fast
        as its division. Where they give NaN (zero, infinity, subnormal) the estimate is the answer.
        """
        one = self.constant(1.0)
        if not self._fills_avx512():
            return self.div(one, a)
        types = [self.real, self.real, _MASK[self.format]]
        estimate = value = self._avx512(_ESTIMATE[self.format], types, a, "zeroinitializer", "-1")
        negative = self.neg(a)
        for _ in range(_NEWTON_STEPS[self.format]):
            value = self.fma(value, self.fma(negative, value, one), value)
        return self.choose(self.compare("uno", value, value), estimate, value)

    def _fills_avx512(self) -> bool:
        return self.module.avx512 and self.width * self.format.size == WIDEST

    def _avx512(self, name: str, types: Sequence[str], *operands: str) -> str:
        self.module.declare(name, self.real, types)
        pairs = (f"{kind} {operand}" for kind, operand in zip(types, operands, strict=True))
        return self.call(name, *pairs, returns=self.real)

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
        """Return value * 2^exponent, with subnormal results, for whole exponents up to the bias and a half more."""
        if self._fills_avx512():
            types = [self.real, self.real, self.real, _MASK[self.format], "i32"]
            return self._avx512(_SCALE[self.format], types, value, exponent, "zeroinitializer", "-1", "4")
        half = self.intrinsic("floor", self.mul(exponent, self.constant(0.5)))
        # Added to a whole number k this leaves the exponent field of 2^k in the lowest bits.
        raised = self.constant(2.0**self.format.mantissa + self.format.bias)
        for part in (half, self.exact("sub", exponent, half)):
            shifted = self.bits(self.exact("add", part, raised))
            power = self.from_bits(self.int_op("shl", shifted, self.int_constant(self.format.mantissa)))
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
        return self.let(f"load {kind}, ptr {self.at(base, index, kind)}, align {alignment(kind, self.width)}")

    def store(self, value: str, base: str, index: int | str, kind: str = "") -> None:
        """Write an element of an array over all lanes."""
        kind = kind or self.real
        self.emit(
            f"store {kind} {value}, ptr {self.at(base, index, kind)}, align {alignment(kind, self.width)}"
        )

    def load_scalar(self, base: str, index: int | str, kind: str = "double") -> str:
        """Element of an array of scalars."""
        return self.let(f"load {kind}, ptr {self.at(base, index, kind)}")

    def store_scalar(self, value: str, base: str, index: int | str, kind: str = "double") -> None:
        """Write an element of an array of scalars."""
        self.emit(f"store {kind} {value}, ptr {self.at(base, index, kind)}")

    def broadcast(self, scalar: str, kind: str = DOUBLE.real) -> str:
        """Return a scalar in every lane; a double becomes a number of this format."""
        value = scalar
        if self.width > 1:
            whole = lanes(kind, self.width)
            first = self.let(f"insertelement {whole} poison, {kind} {scalar}, i64 0")
            order = f"<{self.width} x i32> zeroinitializer"
            value = self.let(f"shufflevector {whole} {first}, {whole} poison, {order}")
        return self.cast(value, DOUBLE, self.format) if kind == DOUBLE.real else value

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

"""Instructions of one function in order, and the loops and branches that they stand in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from insula.engine.emit.formats import Format, lanes


class Body:
    """What has been written of a function so far; shared by the views of it in several formats."""

    def __init__(self, head: str) -> None:
        self.head = head
        self.lines: list[str] = []
        self.variables: list[str] = []
        self.count = 0
        self.block = "entry"

    def text(self) -> str:
        """Return the function as IR."""
        return "\n".join([self.head, "entry:", *self.variables, *self.lines, "}"])

    def name(self) -> str:
        """Return a name that nothing else has."""
        self.count += 1
        return f"%v{self.count}"

    def label(self) -> str:
        """Return a label that nothing else has."""
        self.count += 1
        return f"b{self.count}"

    def start(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self.block = label


class Blocks:
    """A function under construction, seen in one format of numbers: raw instructions and control flow."""

    def __init__(self, body: Body, width: int, form: Format) -> None:
        self._body = body
        self.width, self.format = width, form
        self.real, self.int, self.mask = (lanes(kind, width) for kind in (form.real, form.integer, "i1"))

    # raw -------------------------------------------------------------------------------
    def emit(self, instruction: str) -> None:
        """Add an instruction without a result."""
        self._body.lines.append("  " + instruction)

    def let(self, instruction: str) -> str:
        """Add an instruction and name its result."""
        name = self._body.name()
        self._body.lines.append(f"  {name} = {instruction}")
        return name

    def call(self, name: str, *arguments: str, returns: str = "void") -> str:
        """Call a function of this module; arguments are written with their types."""
        text = f"call {returns} @{name}({', '.join(arguments)})"
        if returns == "void":
            self.emit(text)
            return ""
        return self.let(text)

    def variable(self, kind: str, value: str) -> str:
        """Address of a local variable with this value."""
        name = self._body.name()
        self._body.variables.append(f"  {name} = alloca {kind}")
        self.emit(f"store {kind} {value}, ptr {name}")
        return name

    # control flow ----------------------------------------------------------------------
    @contextmanager
    def repeat(self, count: int) -> Iterator[str]:
        """Repeat what follows for an index from 0 to ``count`` - 1 (``count`` at least 1)."""
        body = self._body
        before, inside, done = body.block, body.label(), body.label()
        self.emit(f"br label %{inside}")
        body.start(inside)
        place = len(body.lines)
        index = self.let("")
        yield index
        following = self.let(f"add nuw nsw i64 {index}, 1")
        more = self.let(f"icmp ult i64 {following}, {count}")
        self.emit(f"br i1 {more}, label %{inside}, label %{done}")
        body.lines[place] = f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{body.block} ]"
        body.start(done)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Do what follows only if the scalar condition holds."""
        then, done = self._body.label(), self._body.label()
        self.emit(f"br i1 {condition}, label %{then}, label %{done}")
        self._body.start(then)
        yield
        self.emit(f"br label %{done}")
        self._body.start(done)

    def unless(self, usual: str, value: str, otherwise: Callable[[], str]) -> str:
        """Return ``value``, or another one where the scalar condition ``usual`` does not hold."""
        body = self._body
        before, rare, done = body.block, body.label(), body.label()
        self.emit(f"br i1 {usual}, label %{done}, label %{rare}")
        body.start(rare)
        other = otherwise()
        origin = body.block
        self.emit(f"br label %{done}")
        body.start(done)
        return self.let(f"phi {self.real} [ {value}, %{before} ], [ {other}, %{origin} ]")

    @contextmanager
    def loop_while(self, condition: Callable[[], str]) -> Iterator[None]:
        """Do what follows as long as the scalar condition, computed anew each time, holds."""
        head, inside, done = (self._body.label() for _ in range(3))
        self.emit(f"br label %{head}")
        self._body.start(head)
        self.emit(f"br i1 {condition()}, label %{inside}, label %{done}")
        self._body.start(inside)
        yield
        self.emit(f"br label %{head}")
        self._body.start(done)

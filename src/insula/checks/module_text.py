"""What a module's text declares and computes, statement by statement, with lines.

Antimony itself accepts misspelt symbols and forgets lines, so the questions about symbols are asked of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = """
abs and acos arccos arcsin arctan asin atan ceil ceiling cos cosh exp false floor ln log log10 max min not or pi
piecewise pow root sin sinh sqrt tan tanh time true xor
"""
FUNCTIONS = frozenset(_WORDS.split())
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)?")
_COMMENT = re.compile(r"//.*")
_FRAME = re.compile(r"^\s*(model\b[^)]*\)\s*;?|end\s*;?|import\b.*)\s*$")
_HAS = re.compile(r"^(\w+)\s+has\s+(\w+)$")
_DECLARES = re.compile(r"^(?:const\s+)?(?:var|species|compartment|const)\s+(.+)$")
_RULE = re.compile(r"^(\w+)\s*('\s*=|:=|=)\s*(.+)$", re.DOTALL)
_REACTION = re.compile(r"^(?:\w+\s*:)?([^;]*)->(.*)$", re.DOTALL)


def names_in(formula: str) -> list[str]:
    """Return the plain or dotted symbols of a formula, functions left out."""
    return [name for name in _NAME.findall(formula) if name not in FUNCTIONS]


@dataclass(frozen=True)
class Formula:
    """One right-hand side; `kind` is rate, rule, start or reaction (which has an empty `symbol`)."""

    line: int
    kind: str
    symbol: str
    text: str

    @property
    def names(self) -> list[str]:
        """Return the symbols that the formula uses, functions left out."""
        return names_in(self.text)


@dataclass
class ModuleSymbols:
    """What a text says about its symbols; the numbers are lines."""

    declared: dict[str, int] = field(default_factory=dict)
    units: dict[str, tuple[str, int]] = field(default_factory=dict)
    ports: set[str] = field(default_factory=set)
    formulas: list[Formula] = field(default_factory=list)
    twice: list[tuple[str, int]] = field(default_factory=list)

    @property
    def known(self) -> set[str]:
        """Return every symbol that is declared or has a unit."""
        return set(self.declared) | set(self.units)

    def computed(self, *kinds: str) -> set[str]:
        """Return the symbols with a formula of one of these kinds."""
        return {formula.symbol for formula in self.formulas if formula.kind in kinds and formula.symbol}

    @property
    def numbers(self) -> set[str]:
        """Return the symbols whose number has to come from parameters.csv."""
        reacting = {name for f in self.formulas if f.kind == "reaction" for name in _NAME.findall(f.symbol)}
        return self.known - self.ports - self.computed("rate", "rule", "start") - reacting

    def line(self, symbol: str) -> int | None:
        """Return where a symbol is first named."""
        return self.declared.get(symbol) or self.units.get(symbol, ("", None))[1]


def read_symbols(text: str) -> ModuleSymbols:
    """Read a module's text; a statement that is not understood is left to Antimony."""
    found = ModuleSymbols()
    waiting = ""
    for line, statement, in_ports in _statements(text):
        if waiting:
            found.formulas.append(Formula(line, "reaction", "", statement))
            waiting = ""
        elif _REACTION.match(statement):
            waiting = statement
        else:
            _take(found, line, statement, in_ports=in_ports)
    return found


def _take(found: ModuleSymbols, line: int, statement: str, *, in_ports: bool) -> None:
    if has := _HAS.match(statement):
        _note_unit(found, has[1], has[2], line)
        name = has[1]
    elif declares := _DECLARES.match(statement):
        for name in re.split(r"\s*,\s*", re.sub(r"\s+in\s+\w+", "", declares[1])):
            if name in found.declared:
                found.twice.append((name, line))
            found.declared.setdefault(name, line)
            found.ports |= {name} if in_ports else set()
        return
    elif rule := _RULE.match(statement):
        kind = {":=": "rule", "=": "start"}.get(rule[2], "rate")
        if kind != "start" and rule[1] in found.computed("rate", "rule"):
            found.twice.append((rule[1], line))
        found.formulas.append(Formula(line, kind, rule[1], rule[3]))
        return
    else:
        return
    found.ports |= {name} if in_ports else set()


def _note_unit(found: ModuleSymbols, name: str, unit: str, line: int) -> None:
    if name in found.units:
        found.twice.append((name, line))
    found.units.setdefault(name, (unit, line))


def _statements(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, statement, whether it stands under ``// ports``)."""
    in_ports, start, waiting = False, 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            in_ports = False  # a section ends with the next heading or an empty line
        elif line.strip().startswith("//"):
            in_ports = line.strip().lower().removeprefix("//").strip().startswith("ports")
        code = _COMMENT.sub("", line)
        if _FRAME.match(code):
            continue
        *whole, rest = code.split(";")
        for part in whole:
            statement = f"{waiting} {part}".strip()
            if statement:
                yield start or number, statement, in_ports
            start, waiting = 0, ""
        if rest.strip():
            start, waiting = start or number, f"{waiting} {rest}".strip()

"""A formula as MathML, which a browser typesets without any script."""

from __future__ import annotations

import unicodedata
from html import escape
from html.entities import name2codepoint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.compiler.equations import Equation, Formula

#: Greek letters by the names that HTML gives them.
GREEK = {
    name: chr(code)
    for name, code in name2codepoint.items()
    if unicodedata.name(chr(code)).startswith("GREEK SMALL LETTER")
}
_RELATIONS = {"lt": "<", "leq": "≤", "gt": ">", "geq": "≥", "eq": "=", "neq": "≠", "and": "∧", "or": "∨"}
_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly an operation binds
_BINDING = {
    "plus": _SUM,
    "minus": _SUM,
    "times": _PRODUCT,
    "power": _POWER,
    "piecewise": _SUM,
} | dict.fromkeys(_RELATIONS, _SUM)
_INDEX = 0.7  # size of an index
_LONG, _LONG_INSIDE = 88, 48  # letters on a line of a sum: of a whole equation, of a part of one


class Typesetter:
    """Typesets for one module: its own symbols go without its name, others keep theirs.

    Parameters
    ----------
    translate
        Gives the words "if" and "otherwise" in the reader's language.
    """

    def __init__(self, module: str, translate: Callable[[str], str]) -> None:
        self._own = f"{module}."
        self._ = translate

    def equation(self, equation: Equation) -> str:
        """Return an equation as a ``<math>`` element; a long sum stands on several lines."""
        right = self._lines(equation.formula, _LONG)
        return f'<math displaystyle="true" lang="en">{self._left(equation)}<mo>=</mo>{right}</math>'

    def symbol(self, dotted: str) -> str:
        """Return a symbol: what stands behind its first underscore is its index."""
        shown = dotted.removeprefix(self._own)
        place, _, name = shown.rpartition(".")
        base, *index = name.split("_")
        text = f"<mi>{escape(GREEK.get(base, base))}</mi>"
        if index and base:
            below = " ".join(GREEK.get(part, part) for part in index)
            text = f"<msub>{text}<mtext>{escape(below)}</mtext></msub>"
        return f"<mrow><mtext>{escape(place)}.</mtext>{text}</mrow>" if place else text

    def formula(self, formula: Formula) -> str:
        """Return a formula as MathML without its ``<math>`` element."""
        op, args = formula.op, formula.args
        if op == "number":
            return f"<mn>{formula.value:g}</mn>"
        if op == "name":
            return self.symbol(formula.name)
        if op in ("plus", "minus"):
            return self._lines(formula, _LONG_INSIDE)
        if op == "times":
            return "<mo>⋅</mo>".join(self._within(arg, _PRODUCT) for arg in args)
        if op == "divide":
            return f"<mfrac>{_row(self.formula(args[0]))}{_row(self.formula(args[1]))}</mfrac>"
        if op == "power":
            return f"<msup>{_row(self._within(args[0], _ATOM))}{_row(self.formula(args[1]))}</msup>"
        return self._other(op, args)

    def _other(self, op: str, args: tuple[Formula, ...]) -> str:
        if op == "root":
            *degree, radicand = [self.formula(arg) for arg in args]
            square = not degree or args[0].value == 2
            return (
                f"<msqrt>{radicand}</msqrt>"
                if square
                else f"<mroot>{_row(radicand)}{_row(degree[0])}</mroot>"
            )
        if op == "abs":
            return f"<mrow><mo>|</mo>{self.formula(args[0])}<mo>|</mo></mrow>"
        if op == "piecewise":
            return self._cases(args)
        if op in _RELATIONS:
            sign = f"<mo>{escape(_RELATIONS[op])}</mo>"
            return sign.join(self._within(arg, _PRODUCT) for arg in args)
        arguments = "<mo>,</mo>".join(self.formula(arg) for arg in args)
        return f"<mrow><mi>{escape(op)}</mi>{_parenthesised(arguments)}</mrow>"

    def _left(self, equation: Equation) -> str:
        symbol = self.symbol(equation.symbol)
        if equation.kind == "rate":
            return f"<mfrac><mrow><mi>d</mi>{symbol}</mrow><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>"
        if equation.kind == "initial":
            return f"{symbol}<mo>(</mo><mn>0</mn><mo>)</mo>"
        if equation.kind == "reaction":
            before, after = (
                "<mo>+</mo>".join(map(self.symbol, side)) or "<mi>∅</mi>" for side in equation.changes
            )
            return f"{before}<mo>→</mo>{after}<mo>:</mo>{symbol}"
        return symbol

    def _lines(self, formula: Formula, most: int) -> str:
        """Return a formula; a sum of more letters is broken into lines, each beginning with its sign."""
        addends = _addends(formula)
        lines, length = [""], 0.0
        for (_, term), text in zip(addends, self._signed(addends), strict=True):
            if lines[-1] and length + self._width(term) > most:
                lines, length = [*lines, ""], 0.0
            lines[-1] += text
            length += self._width(term)
        if len(lines) == 1:
            return f"<mrow>{lines[0]}</mrow>"
        rows = "".join(f"<mtr><mtd>{line}</mtd></mtr>" for line in lines)
        return f'<mtable class="lines">{rows}</mtable>'

    def _width(self, formula: Formula) -> float:
        """Return about how many letters wide a formula is; indices are smaller."""
        if formula.op == "number":
            return len(f"{formula.value:g}")
        if formula.op == "name":
            place, _, name = formula.name.removeprefix(self._own).rpartition(".")
            base, *index = name.split("_")
            return len(place) + len(base) + _INDEX * sum(1 + len(part) for part in index)
        widths = [self._width(arg) for arg in formula.args]
        if formula.op == "divide":
            return max(widths)
        return sum(widths) + 2 * len(widths) + (len(formula.op) if formula.op not in _BINDING else 0)

    def _signed(self, addends: list[tuple[str, Formula]]) -> list[str]:
        texts = []
        for number, (sign, term) in enumerate(addends):
            shown = "" if number == 0 and sign == "+" else f'<mo form="infix">{sign}</mo>'
            binding = _PRODUCT if sign == "−" else _SUM
            texts.append(shown + self._within(term, binding))
        return texts

    def _within(self, formula: Formula, binding: int) -> str:
        text = self.formula(formula)
        loose = _BINDING.get(formula.op, _ATOM) < binding
        return _parenthesised(text) if loose or (binding == _ATOM and formula.op == "divide") else text

    def _cases(self, args: tuple[Formula, ...]) -> str:
        if_, otherwise = escape(self._("if")), escape(self._("otherwise"))
        rows = [
            f"<mtr><mtd>{self.formula(value)}</mtd>"
            f"<mtd><mtext>{if_}&nbsp;</mtext>{self.formula(condition)}</mtd></mtr>"
            for value, condition in zip(args[::2], args[1::2], strict=False)
        ]
        if len(args) % 2:
            rows.append(
                f"<mtr><mtd>{self.formula(args[-1])}</mtd><mtd><mtext>{otherwise}</mtext></mtd></mtr>"
            )
        return f'<mrow><mo>{{</mo><mtable class="cases">{"".join(rows)}</mtable></mrow>'


def _addends(formula: Formula) -> list[tuple[str, Formula]]:
    """Return the terms of a sum with their signs; a formula that is no sum is one term."""
    if formula.op == "plus":
        return [pair for arg in formula.args for pair in _addends(arg)]
    if formula.op == "minus" and len(formula.args) == 2:
        return [*_addends(formula.args[0]), ("−", formula.args[1])]
    if formula.op == "minus":
        return [("−", formula.args[0])]
    return [("+", formula)]


def _row(text: str) -> str:
    return f"<mrow>{text}</mrow>"


def _parenthesised(text: str) -> str:
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

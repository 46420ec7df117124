"""Reads a typeset formula as a person would: MathML on the page back to a number."""

import math
from xml.etree import ElementTree

OPERATORS = {mark: mark for mark in "+(),<>"} | {"⋅": "*", "−": "-", "=": "==", "≤": "<=", "≥": ">="}
FUNCTIONS = {"max": max, "min": min, "exp": math.exp, "ln": math.log, "root": math.sqrt}


def element(math_text):
    return ElementTree.fromstring(math_text.replace("&nbsp;", " "))


def value_of(math_text, typeset, values):
    """Value of what stands behind the first equals sign.

    `typeset` writes a symbol by its dotted name; `values` are the numbers of all symbols.
    """
    known = {ElementTree.tostring(element(typeset(name))): f"values[{name!r}]" for name in values}
    _, _, right = _code(element(math_text), known).partition("==")
    return eval(right, {"values": values, **FUNCTIONS})


def _code(node, known):
    """Python code of a MathML element."""
    tail, node.tail = node.tail, None
    assert not (tail or "").strip()
    if (symbol := known.get(ElementTree.tostring(node))) is not None:
        return symbol
    if node.tag == "mrow" and len(node) and node[0].text in ("{", "|"):
        return _between_signs(node, known)
    parts = [_code(child, known) for child in node]
    match node.tag:
        case "mo":
            return OPERATORS[node.text]
        case "mn":
            return node.text
        case "mi":
            return node.text if node.text in FUNCTIONS else "unknown"
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msup":
            return f"(({parts[0]})**({parts[1]}))"
        case "msqrt":
            return f"root({''.join(parts)})"
        case "mtext":
            return ""
    return "".join(parts)


def _between_signs(row, known):
    """Python code of two cases behind a brace, or of what stands between two bars."""
    if row[0].text == "|":
        return f"abs({''.join(_code(child, known) for child in row[1:-1])})"
    (value, condition), (otherwise, _) = ([_code(cell, known) for cell in cells] for cells in row[1])
    return f"(({value}) if {condition} else ({otherwise}))"

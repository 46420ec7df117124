"""Rosenbrock methods as data, each with its citation."""

from insula.core.errors import UnknownName
from insula.engine.methods.rodas4 import RODAS4
from insula.engine.methods.rodas5p import RODAS5P
from insula.engine.methods.tableau import Tableau

METHODS: dict[str, Tableau] = {method.name: method for method in (RODAS4, RODAS5P)}


def find_method(name: str) -> Tableau:
    """Return the method of that name, or say which there are."""
    if name not in METHODS:
        raise UnknownName("method", name, METHODS)
    return METHODS[name]

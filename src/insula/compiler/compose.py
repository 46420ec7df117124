"""The text under science/ to one flat SBML model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import libsbml

from insula.compiler.flatten import flatten
from insula.compiler.module_text import ModuleText, module_document, read_units
from insula.compiler.wiring import read_wiring
from insula.core.errors import CompileError, suggest


@dataclass(frozen=True)
class ComposedModel:
    """One flat model.

    Attributes
    ----------
    sbml
        Level 3 Version 2, without packages: any SBML simulator reads it.
    names : flat id -> dotted name
    aliases : dotted port -> dotted name of the symbol it is joined to
    time_unit : name of a unit of units.ant
    """

    name: str
    sbml: str
    names: Mapping[str, str]
    aliases: Mapping[str, str]
    time_unit: str


def compose(root: Path, name: str, modules: Mapping[str, ModuleText]) -> ComposedModel:
    """Compose one of the models.

    Parameters
    ----------
    root
        The folder ``science/biology``.
    name
        ``metabolic`` or ``disease``: a file in ``models/``.
    modules : module name -> text and numbers
        Organs, therapies and generated modules alike; those that the wiring does not use are ignored.

    Raises
    ------
    SyntaxProblem, UnknownSymbol, CompileError
        With file and line.
    """
    path = root / "models" / f"{name}.ant"
    wiring = read_wiring(path.read_text(encoding="utf-8"), str(path))
    units = read_units((root / "units.ant").read_text(encoding="utf-8"))
    _require(wiring.instances.values(), modules, path)
    documents = {
        m: module_document(modules[m], units, wiring.time_unit) for m in set(wiring.instances.values())
    }
    document, names, aliases = flatten(wiring, documents, str(path))
    return ComposedModel(name, libsbml.writeSBMLToString(document), names, aliases, wiring.time_unit)


def _require(needed: Iterable[str], modules: Mapping[str, ModuleText], path: Path) -> None:
    missing = [f'{path}  there is no module "{m}". {suggest(m, modules)}' for m in needed if m not in modules]
    if missing:
        raise CompileError("\n".join(missing))

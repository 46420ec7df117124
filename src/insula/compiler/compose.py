"""The text under science/ to one flat SBML model, and on to a system of equations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import libsbml

from insula.catalog.base import DERIVED
from insula.catalog.catalog import Catalog
from insula.catalog.records import Module
from insula.compiler.flatten import flatten
from insula.compiler.module_text import ModuleText, module_document, read_units
from insula.compiler.read_sbml import ActionRow, build_system
from insula.compiler.system import System
from insula.compiler.wiring import read_wiring
from insula.core.errors import CompileError, suggest
from insula.core.spoken import _


@dataclass(frozen=True)
class ComposedModel:
    """One flat model.

    Attributes
    ----------
    sbml
        Level 3 Version 2, without packages: any SBML simulator reads it.
    names : flat id -> dotted name
    aliases : dotted port -> dotted name of the symbol it is joined to
    actions
        Rows of actions.csv of the model and of its modules.
    time_unit : name of a unit of units.ant
    """

    name: str
    sbml: str
    names: Mapping[str, str]
    aliases: Mapping[str, str]
    actions: tuple[ActionRow, ...]
    time_unit: str

    def system(self, inputs: Sequence[str] = ()) -> System:
        """Expressions of the model; each of the inputs gets the actions ``set:<name>`` and ``add:<name>``."""
        return build_system(self.sbml, self.names, inputs, self.actions, self.name, self.aliases)


def compose(catalog: Catalog, name: str, extra: Mapping[str, ModuleText] | None = None) -> ComposedModel:
    """Compose one of the models.

    Parameters
    ----------
    name
        ``metabolic`` or ``disease``: a wiring in ``biology/models/``.
    extra : module name -> text and numbers
        Modules that the machinery makes, such as the averaged day; they stand before those of the catalog.

    Raises
    ------
    SyntaxProblem, UnknownSymbol, CompileError
        With file and line.
    """
    model = catalog.models[name]
    biology = catalog.root / "biology"
    path = biology / "models" / f"{name}.ant"
    wiring = read_wiring(model.text, str(path))
    units = read_units((biology / "units.ant").read_text(encoding="utf-8"))
    used = dict.fromkeys(wiring.instances.values())
    texts = _texts(catalog, used, extra or {}, path)
    documents = {m: module_document(texts[m], units, wiring.time_unit) for m in used}
    document, names, aliases = flatten(wiring, documents, str(path))
    own = [row for m in used if m not in (extra or {}) for row in catalog.modules[m].actions]
    actions = tuple(ActionRow(row.action, row.target, row.expression) for row in (*model.actions, *own))
    sbml = libsbml.writeSBMLToString(document)
    return ComposedModel(name, sbml, names, aliases, actions, wiring.time_unit)


def module_text(catalog: Catalog, name: str) -> ModuleText:
    """Text and numbers of a module of the catalog."""
    module = catalog.modules[name]
    folders = (catalog.root / "biology" / kind / name for kind in ("modules", "therapies"))
    path = next((f for f in folders if f.is_dir()), Path(name)) / f"{name}.ant"
    return ModuleText(path, module.text, _values(module), _formulas(module))


def export_sbml(composed: ComposedModel, path: Path) -> None:
    """Write a model as plain SBML Level 3, for any simulator."""
    path.write_text(composed.sbml, encoding="utf-8")


def _values(module: Module) -> dict[str, float]:
    return {row.symbol: row.value for row in module.parameters if row.value is not None}


def _formulas(module: Module) -> dict[str, str]:
    """Formulas of the rows that have no number of their own."""
    return {row.symbol: row.source.removeprefix(DERIVED) for row in module.parameters if row.value is None}


def _texts(
    catalog: Catalog, used: Iterable[str], extra: Mapping[str, ModuleText], path: Path
) -> dict[str, ModuleText]:
    known = [*extra, *catalog.modules]
    missing = [
        _('{path}  there is no module "{module}". {hint}').format(path=path, module=m, hint=suggest(m, known))
        for m in used
        if m not in known
    ]
    if missing:
        raise CompileError("\n".join(missing))
    return {m: extra[m] if m in extra else module_text(catalog, m) for m in used}

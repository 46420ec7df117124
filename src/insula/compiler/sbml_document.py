"""Opening SBML: parse errors become messages, and what cannot be simulated is refused by name."""

from pathlib import Path
from typing import Any

import libsbml

from insula.compiler.antimony_text import to_sbml
from insula.compiler.errors import SyntaxProblem, UnsupportedConstruct
from insula.core.spoken import _

Model = Any
"""A libSBML Model; it lives as long as its document."""

HARMLESS_PACKAGES = {"layout", "render", "l3v2extendedmath"}
COMPOSITION = "comp"
"""The package of submodels; they are joined on reading."""


def open_document(text: str, source: str = "SBML") -> Any:
    """Parse SBML of any level and return it as a Level 3 Version 2 document.

    Raises
    ------
    SyntaxProblem
        With every parse error and its line.
    UnsupportedConstruct
        For fast reactions and packages that change the mathematics.
    """
    document = libsbml.readSBMLFromString(text)
    _raise_errors(document, source)
    refuse_packages(document)
    _flatten(document, source)
    refuse_unsupported(document)
    if (document.getLevel(), document.getVersion()) != (3, 2):
        document.setLevelAndVersion(3, 2, False)
        _raise_errors(document, source)
    return document


def _raise_errors(document: Any, source: str) -> None:
    problems = [document.getError(i) for i in range(document.getNumErrors())]
    severe = [p for p in problems if p.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if severe:
        lines = (
            _("{source}, line {line}: {message}").format(
                source=source, line=p.getLine(), message=" ".join(p.getMessage().split())
            )
            for p in severe
        )
        raise SyntaxProblem("\n".join(lines))
    if document.getModel() is None:
        raise SyntaxProblem(_("{source} holds no model. Is it an SBML file?").format(source=source))


def _flatten(document: Any, source: str) -> None:
    """Make one model of submodels, where there are any."""
    if document.getPlugin(COMPOSITION) is None:
        return
    for outside in document.getPlugin(COMPOSITION).getListOfExternalModelDefinitions():
        raise UnsupportedConstruct(_("external model"), outside.getId(), source)
    options = libsbml.ConversionProperties()
    options.addOption("flatten comp", True)
    options.addOption("performValidation", False)
    if document.convert(options) != libsbml.LIBSBML_OPERATION_SUCCESS:
        _raise_errors(document, source)
        raise SyntaxProblem(
            _("{source}: its submodels cannot be joined. Check their files and references.").format(
                source=source
            )
        )


def refuse_packages(document: Any) -> None:
    """Raise :class:`UnsupportedConstruct` for the first package that changes the mathematics."""
    where = _('model "{model}"').format(model=document.getModel().getId())
    for i in range(document.getNumPlugins()):
        package = document.getPlugin(i).getPackageName()
        if package not in {*HARMLESS_PACKAGES, COMPOSITION}:
            raise UnsupportedConstruct(_("package"), package, where)
    for i in range(document.getNumUnknownPackages()):
        raise UnsupportedConstruct(_("package"), document.getUnknownPackagePrefix(i), where)


def refuse_unsupported(document: Any) -> None:
    """Raise :class:`UnsupportedConstruct` for the first thing that the engine does not simulate."""
    model = document.getModel()
    where = _('model "{model}"').format(model=model.getId())
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            raise UnsupportedConstruct(_("fast reaction"), reaction.getId(), where)


def read_text(path: Path) -> str:
    """SBML text of an ``.xml``, ``.sbml`` or ``.ant`` file."""
    if path.suffix == ".ant":
        return to_sbml(path.read_text(encoding="utf-8"), str(path), path.parent)
    return path.read_text(encoding="utf-8")

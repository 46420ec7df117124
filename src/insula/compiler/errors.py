"""What can be wrong with a model's text. Every message says what, where and what to do."""

from collections.abc import Iterable

from insula.core.errors import CompileError, suggest
from insula.core.spoken import _


class SyntaxProblem(CompileError):
    """The text cannot be parsed."""


class MissingValue(CompileError):
    """A symbol is used but has no value, rule or initial assignment."""

    def __init__(self, symbol: str, where: str) -> None:
        self.symbol = symbol
        super().__init__(
            _(
                '"{symbol}" has no value but is used in {where}. Give it a row in parameters.csv, a rule '
                "or an initial value; if it is misspelt, correct it where it is used."
            ).format(symbol=symbol, where=_(where))
        )


class UnknownSymbol(CompileError):
    """A formula names something the model does not define."""

    def __init__(self, symbol: str, where: str, known: Iterable[str]) -> None:
        self.symbol = symbol
        super().__init__(
            _('unknown symbol "{symbol}" in {where}. {hint}').format(
                symbol=symbol, where=_(where), hint=suggest(symbol, known)
            )
        )


class CircularDefinition(CompileError):
    """Symbols are defined by one another."""

    def __init__(self, chain: list[str]) -> None:
        self.chain = chain
        circle = " -> ".join(chain)
        super().__init__(
            _("circular definition: {circle}. Make one of these symbols a state.").format(circle=circle)
        )


class UnsupportedConstruct(CompileError):
    """The model uses a part of SBML that the engine does not simulate."""

    def __init__(self, construct: str, identifier: str, where: str) -> None:
        self.construct, self.identifier, self.where = construct, identifier, where
        super().__init__(
            _('{construct} "{identifier}" in {where} is not supported. Rewrite the model without it.').format(
                construct=construct, identifier=identifier, where=_(where)
            )
        )

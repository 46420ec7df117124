"""The attributes that this room reads of the catalog's records, as structural types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Sourced(Protocol):
    """A row of parameters.csv or a sourced quantity of a YAML file; may also have ``low`` and ``high``."""

    @property
    def value(self) -> float | None:
        """The number; None where it is derived."""
        ...

    @property
    def unit(self) -> str:
        """A name of units.txt."""
        ...

    @property
    def spread_type(self) -> str | None:
        """How the two limits are meant."""
        ...

    @property
    def spread_low(self) -> float | None:
        """Lower limit, or the only number."""
        ...

    @property
    def spread_high(self) -> float | None:
        """Upper limit."""
        ...

    @property
    def distribution(self) -> str | None:
        """A name that spread.py knows."""
        ...

    @property
    def varies_by(self) -> str | None:
        """One of none, ensemble, patient, occasion."""
        ...

    @property
    def source(self) -> str | None:
        """Citation key, ``assumed`` or ``derived:<formula>``."""
        ...


class Correlation(Protocol):
    """One entry of a population's ``correlations``."""

    @property
    def between(self) -> Sequence[str]:
        """Two dotted symbols."""
        ...

    @property
    def value(self) -> float:
        """Correlation of the normal scores."""
        ...


class Bound(Protocol):
    """A limit: a number with its unit."""

    @property
    def value(self) -> float:
        """The number."""
        ...

    @property
    def unit(self) -> str:
        """A name of units.txt."""
        ...


class Criterion(Protocol):
    """One entry of ``plausible`` or ``eligible``: either or both limits, both included."""

    @property
    def quantity(self) -> str:
        """Dotted symbol of what was drawn or measured."""
        ...

    @property
    def at_least(self) -> Bound | None:
        """Lower limit."""
        ...

    @property
    def at_most(self) -> Bound | None:
        """Upper limit."""
        ...

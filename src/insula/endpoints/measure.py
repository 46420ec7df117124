"""One entry: all endpoints of the patients of one arm at one visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.endpoints.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.endpoints.definitions import Definition
    from insula.endpoints.visit import Floats, Visit


class _Measured:
    """Endpoints of one visit, each computed once, also those that others are made of."""

    def __init__(
        self, visit: Visit, definitions: Mapping[str, Definition], baseline: _Measured | None
    ) -> None:
        self.visit = visit
        self._definitions = definitions
        self._baseline = baseline
        self._found: dict[str, Floats] = {}

    def value(self, endpoint: str) -> Floats:
        if endpoint not in self._found:
            definition = self._definitions.get(endpoint)
            if definition is None:
                raise UnknownName("endpoint", endpoint, self._definitions)
            compute = FAMILIES[definition.family].compute
            self._found[endpoint] = compute(self, definition.of, **definition.limits)
        return self._found[endpoint]

    def at_baseline(self, endpoint: str) -> Floats:
        return (
            np.full(self.visit.patients, np.nan) if self._baseline is None else self._baseline.value(endpoint)
        )


def measure(
    visit: Visit, definitions: Mapping[str, Definition], baseline: Visit | None = None
) -> dict[str, Floats]:
    """Measure every endpoint of the definitions.

    Parameters
    ----------
    visit
        What was read off P patients.
    definitions
        From `load_definitions`.
    baseline
        The same patients in the same order before the therapy; without it, endpoints that compare with the
        baseline have no value.

    Returns
    -------
    endpoint id -> (P,), unit of the definition; NaN where a patient has no value (rules in each family).

    Raises
    ------
    UnknownName
        When an endpoint is made of one that is not defined.
    ValueError
        When the baseline has another number of patients, or the meal test lacks a sample that a definition
        names.
    """
    if baseline is not None and baseline.patients != visit.patients:
        raise ValueError(
            f"The visit at day {visit.day:g} has {visit.patients} patients, its baseline {baseline.patients}."
        )
    before = None if baseline is None else _Measured(baseline, definitions, None)
    measured = _Measured(visit, definitions, before)
    return {name: measured.value(name) for name in definitions}

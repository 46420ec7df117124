"""The lives before a study as a table: where people stand on the day of entry, every column by its name."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.trial.day_plan import Doses
from insula.trial.past import Past

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]

_PLAIN = ("daily_dose", "born", "diagnosed_on")
_DOSES = tuple(field.name for field in fields(Doses))
_SWITCH = "on_insulin"


def life_columns(clinic: Clinic, past: Past) -> dict[str, NDArray[np.float64]]:
    """Return what a life has made of people, (P,) each: ``state.``, ``input.`` and ``seen.`` before names of the model.

    Parameters
    ----------
    clinic
        In which they lived.
    """
    kernel = clinic.disease.kernel
    blocks = (
        ("state", kernel.states, past.disease_state),
        ("input", kernel.inputs, past.disease_inputs),
        ("seen", clinic.disease.outputs, past.observed),
    )
    named = {f"{kind}.{name}": table[:, k] for kind, names, table in blocks for k, name in enumerate(names)}
    plain = {name: getattr(past, name) for name in _PLAIN}
    doses = {f"dose.{name}": getattr(past.doses, name).astype(np.float64) for name in _DOSES}
    return named | plain | doses


def past_of(clinic: Clinic, columns: Mapping[str, Floats], inputs: Floats) -> Past:
    """Return the past of people in the clinic of a study, of which `life_columns` is the inverse.

    Parameters
    ----------
    inputs : (P, U)
        What the inputs of this clinic are at the start: those that only its own therapies change are so still.

    Raises
    ------
    InsulaError
        Something that this clinic's model needs is not in the table.
    """
    kernel = clinic.disease.kernel
    wanted = [
        *(f"state.{name}" for name in kernel.states),
        *(f"seen.{name}" for name in clinic.disease.outputs),
    ]
    wanted += [*_PLAIN, *(f"dose.{name}" for name in _DOSES)]
    if lacking := [name for name in wanted if name not in columns]:
        told = _("The lives that were saved lack what the model has now: {names}. Save the population again.")
        raise InsulaError(told.format(names=", ".join(lacking)))

    def table(kind: str, names: tuple[str, ...]) -> Floats:
        return np.stack([columns[f"{kind}.{name}"] for name in names], axis=1)

    given = inputs.copy()
    for k, name in enumerate(kernel.inputs):
        given[:, k] = columns.get(f"input.{name}", given[:, k])
    doses = {name: columns[f"dose.{name}"] for name in _DOSES}
    return Past(
        disease_state=table("state", kernel.states),
        disease_inputs=given,
        observed=table("seen", clinic.disease.outputs),
        **{name: columns[name] for name in _PLAIN},
        doses=Doses(**doses | {_SWITCH: doses[_SWITCH] != 0.0}),
    )

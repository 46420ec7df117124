"""From the text of a model to a compiled clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.compiler.compose import compose
from insula.engine.kernel import build_kernel
from insula.trial.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.catalog import Catalog
    from insula.compiler.module_text import ModuleText


def build_clock(
    catalog: Catalog,
    name: str,
    outputs: Sequence[str],
    targets: Sequence[str] = (),
    generated: Mapping[str, ModuleText] | None = None,
    *,
    precision: str = "f64",
) -> Clock:
    """Compile a model.

    Parameters
    ----------
    outputs
        Dotted symbols that are read; ports stand for the symbol they are joined to.
    targets
        Dotted symbols that a protocol sets or adds to.
    generated
        Modules that the machinery makes.
    precision
        Of the steps; mixed is quicker and good for relative tolerances from 1e-5 on.
    """
    model = compose(catalog, name, generated)
    system = model.system(targets)
    read = tuple(model.aliases.get(symbol, symbol) for symbol in outputs)
    kernel = build_kernel(system, outputs=read, precision=precision)
    return Clock(
        name=name,
        kernel=kernel,
        parameters=system.parameters,
        defaults=system.defaults,
        outputs=tuple(outputs),
        actions={action.name: k for k, action in enumerate(system.actions)},
        aliases=dict(model.aliases),
    )

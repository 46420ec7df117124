"""What the pages tell of: models composed from the text, their equations, and their rows of behaviour tried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.behaviour import judge
from insula.analysis.behaviour.bench import still_day
from insula.analysis.behaviour.verdicts import models_of
from insula.compiler.compose import compose
from insula.compiler.equations import equations
from insula.compiler.wiring import read_wiring
from insula.core.errors import UnknownName
from insula.report.manual.diagram.network import Network, network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from insula.analysis.behaviour import Verdict
    from insula.catalog import Catalog
    from insula.compiler.compose import ComposedModel
    from insula.compiler.equations import Equation


@dataclass(frozen=True)
class ReadModel:
    """A composed model: its modules in the order of the wiring, its network, its equations by module."""

    composed: ComposedModel
    modules: tuple[str, ...]
    network: Network
    equations: Mapping[str, Sequence[Equation]]


@dataclass(frozen=True)
class Manual:
    """Everything that some pages need.

    Attributes
    ----------
    home : module -> model in which it stands
    models : those that the pages speak of
    verdicts : module -> what became of its rows of behaviour, in their order
    pages : names of all models and modules that get a page
    """

    catalog: Catalog
    home: Mapping[str, str]
    models: Mapping[str, ReadModel]
    verdicts: Mapping[str, Sequence[Verdict]]
    pages: frozenset[str]


def read_manual(catalog: Catalog, names: Iterable[str], progress: Callable[[str, float], None]) -> Manual:
    """Compose models and try their rows of behaviour.

    Parameters
    ----------
    names
        Models and modules; none means all.
    progress
        Is told which model is at work, and which share of all is done.

    Raises
    ------
    UnknownName
        A name that is neither a model nor a module that stands in one.
    """
    home = models_of(catalog)
    known = [*catalog.models, *(name for name in catalog.modules if name in home)]
    wanted = frozenset(names) or frozenset(known)
    for name in sorted(wanted - set(known)):
        raise UnknownName("model or module", name, known)
    used = [model for model in catalog.models if model in wanted or _stands_in(model, wanted, home)]
    models: dict[str, ReadModel] = {}
    verdicts: dict[str, list[Verdict]] = {}
    for done, model in enumerate(used):
        progress(model, done / len(used))
        models[model] = _read_model(catalog, model)
        shown = [m for m in models[model].modules if m in catalog.modules and wanted & {m, model}]
        for module in shown:
            verdicts[module] = []
        for verdict in judge(catalog, shown):
            verdicts[verdict.held.module].append(verdict)
    progress("", 1.0)
    return Manual(catalog, home, models, verdicts, wanted)


def _stands_in(model: str, names: Iterable[str], home: Mapping[str, str]) -> bool:
    return any(home.get(name) == model for name in names)


def _read_model(catalog: Catalog, name: str) -> ReadModel:
    composed = compose(catalog, name, still_day(catalog))
    wiring = read_wiring(catalog.models[name].text, f"{name}.ant")
    by_module: dict[str, list[Equation]] = {module: [] for module in wiring.instances}
    for equation in equations(composed):
        by_module[equation.symbol.partition(".")[0]].append(equation)
    modules = tuple(wiring.instances.values())
    return ReadModel(composed, modules, network(wiring.instances, composed.aliases), by_module)

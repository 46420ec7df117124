"""An in-silico clinic for cell therapy of diabetes: the names that a user types.

>>> import insula
>>> study = insula.load_study("reichman_2025_zimislecel")
>>> study.arms["full_dose"].size
12

Everything is loaded when it is first used, so that ``import insula`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insula.analysis.compare_runs import compare_runs as compare
    from insula.analysis.compare_with_published import compare_run as analyse
    from insula.catalog import Catalog, load_study
    from insula.checks import check
    from insula.engine.kernel import build_kernel
    from insula.engine.schedule import Schedule
    from insula.engine.simulate import simulate
    from insula.engine.solve import solve
    from insula.evidence import rows_of_study as evidence
    from insula.population.draw import draw as sample
    from insula.report.page import report
    from insula.trial.conduct import conduct as run

__all__ = [
    "Catalog",
    "Schedule",
    "analyse",
    "build_kernel",
    "check",
    "compare",
    "evidence",
    "load_study",
    "report",
    "run",
    "sample",
    "simulate",
    "solve",
]

_PLACES = {
    "Catalog": "insula.catalog:Catalog",
    "Schedule": "insula.engine.schedule:Schedule",
    "analyse": "insula.analysis.compare_with_published:compare_run",
    "build_kernel": "insula.engine.kernel:build_kernel",
    "check": "insula.checks:check",
    "compare": "insula.analysis.compare_runs:compare_runs",
    "evidence": "insula.evidence:rows_of_study",
    "load_study": "insula.catalog:load_study",
    "report": "insula.report.page:report",
    "run": "insula.trial.conduct:conduct",
    "sample": "insula.population.draw:draw",
    "simulate": "insula.engine.simulate:simulate",
    "solve": "insula.engine.solve:solve",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the room where it lives."""
    if name not in _PLACES:
        raise AttributeError(f"insula has no {name!r}; it has {', '.join(__all__)}")
    module, _, attribute = _PLACES[name].partition(":")
    return getattr(import_module(module), attribute)

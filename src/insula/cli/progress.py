"""A progress bar on standard error for everything that takes more than two seconds; silent where nobody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from insula.core.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Move = Callable[[str, float], None]


def progress_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (stage of a trial, share done)."""
    _ = translator(lang)
    return _named(
        {
            "prepare": _("Reading the science, compiling the models"),
            "simulate": _("Simulating patients"),
            "collect": _("Collecting the results"),
            "report": _("Writing the report"),
        }
    )


def studies_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (study, share of all studies done)."""
    _ = translator(lang)
    told = _("Replaying {study}")
    return _bar(lambda study: told.format(study=study))


def manual_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (model, share of all models done); no model means that pages are written."""
    _ = translator(lang)
    rows, pages = _("Trying the rows of {model}"), _("Writing the pages")
    return _bar(lambda model: rows.format(model=model) if model else pages)


def fit_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (stage of a fit or of a sensitivity analysis, share done)."""
    _ = translator(lang)
    return _named(
        {
            "prepare": _("Simulating the studies on real days"),
            "fit": _("Replaying the studies on the averaged map"),
            "leave out": _("Leaving out one study after the other"),
        }
    )


def ask_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (stage of an answer about a patient, share done)."""
    _ = translator(lang)
    return _named(
        {
            "prepare": _("Reading the science, compiling the models"),
            "pool": _("Looking for virtual patients who are alike"),
            "follow": _("Following them in every therapy"),
            "limits": _("Following them without each limit"),
        }
    )


def search_bar(lang: str) -> AbstractContextManager[Move]:
    """Return a bar that is moved by (stage of a search of dose and schedule, share done)."""
    _ = translator(lang)
    return _named(
        {
            "prepare": _("Reading the science, compiling the models"),
            "enrol": _("Enrolling virtual patients"),
            "control": _("Following the control arm"),
            "search": _("Trying schedules"),
        }
    )


def _named(stages: dict[str, str]) -> AbstractContextManager[Move]:
    return _bar(stages.__getitem__)


@contextmanager
def _bar(told: Callable[[str], str]) -> Iterator[Move]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, share: bar.update(task, description=told(stage), completed=share)

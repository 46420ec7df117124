"""A progress bar on standard error for everything that takes more than two seconds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from insula.core.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(lang: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (stage, share done) that moves the bar; it is silent where nobody watches."""
    _ = translator(lang)
    names = {
        "prepare": _("Reading the science, compiling the models"),
        "simulate": _("Simulating patients"),
        "collect": _("Collecting the results"),
        "report": _("Writing the report"),
    }
    with _bar() as bar:
        task = bar.add_task("", total=1.0)

        def move(stage: str, share: float) -> None:
            bar.update(task, description=names[stage], completed=share)

        yield move


@contextmanager
def studies_bar(lang: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (study, share of all studies done) that moves the bar."""
    _ = translator(lang)
    with _bar() as bar:
        task = bar.add_task("", total=1.0)

        def move(study: str, share: float) -> None:
            bar.update(task, description=_("Replaying {study}").format(study=study), completed=share)

        yield move


@contextmanager
def manual_bar(lang: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (model, share of all models done) that moves the bar; no model means that pages are written."""
    _ = translator(lang)
    with _bar() as bar:
        task = bar.add_task("", total=1.0)

        def move(model: str, share: float) -> None:
            told = _("Trying the rows of {model}").format(model=model) if model else _("Writing the pages")
            bar.update(task, description=told, completed=share)

        yield move


@contextmanager
def fit_bar(lang: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (stage of a fit or of a sensitivity analysis, share done) that moves the bar."""
    _ = translator(lang)
    names = {
        "prepare": _("Simulating the studies on real days"),
        "fit": _("Replaying the studies on the averaged map"),
    }
    with _bar() as bar:
        task = bar.add_task("", total=1.0)

        def move(stage: str, share: float) -> None:
            bar.update(task, description=names[stage], completed=share)

        yield move


@contextmanager
def ask_bar(lang: str) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (stage of an answer about a patient, share done) that moves the bar."""
    _ = translator(lang)
    names = {
        "prepare": _("Reading the science, compiling the models"),
        "pool": _("Looking for virtual patients who are alike"),
        "follow": _("Following them in every therapy"),
        "limits": _("Following them without each limit"),
    }
    with _bar() as bar:
        task = bar.add_task("", total=1.0)

        def move(stage: str, share: float) -> None:
            bar.update(task, description=names[stage], completed=share)

        yield move


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)

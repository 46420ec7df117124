"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from insula.core.i18n import default_language, translator
from insula.core.spoken import speaking

Command = Callable[..., Any]


def errors_in(context: click.Context, _: click.Parameter | None, lang: str | None) -> str | None:
    """Let the errors of a command speak its language, as long as it runs; None: that of the locale."""
    context.with_resource(speaking(translator(lang)))
    return lang


def language_option(text: str, default: Callable[[], str] | None, shown: str) -> Callable[[Command], Command]:
    """Return the option --lang, which is read before all others: what is wrong with them speaks this language too."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default=default,
        show_default=shown,
        is_eager=True,
        callback=errors_in,
        help=text,
    )


def _of_the_locale() -> str:
    return "zh" if default_language().startswith("zh") else "en"


language = language_option("Language of tables, report and errors.", _of_the_locale, "from the locale")
output_format = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What is printed to standard output.",
)
workers = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    show_default="all processors",
    help="Worker processes.",
)


def folder(name: str, default: str | None, text: str) -> Callable[[Command], Command]:
    """Return an option that names a folder."""
    return click.option(
        name, type=click.Path(path_type=Path, file_okay=False), default=default, show_default=True, help=text
    )

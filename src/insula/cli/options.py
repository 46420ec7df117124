"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from insula.core.i18n import default_language

Command = Callable[..., Any]

language = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=lambda: "zh" if default_language().startswith("zh") else "en",
    show_default="from the locale",
    help="Language of tables and report.",
)
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

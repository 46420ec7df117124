"""``insula check``: read everything under science/ and report all problems at once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from insula.cli.main import EXIT_WRONG_USE
from insula.cli.options import language
from insula.core.i18n import translator
from insula.core.paths import science_root


@click.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@language
def command(path: Path | None, lang: str) -> None:
    r"""Check the science text in PATH (default: insula's own), or one study's file; exit code 2 when there is an error.

    \b
    Examples:
      insula check
      insula check my_science/
      insula check my_study.yaml --lang zh
    """
    from insula.catalog import Catalog, find_study
    from insula.checks import check, check_study

    if path is not None and path.is_file():
        catalog = Catalog.open().beside_study(path)
        problems = check_study(catalog, find_study(path, catalog))
    else:
        problems = check(path or science_root())
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    _ = translator(lang)
    told = _("{errors} errors, {warnings} warnings")
    click.echo(told.format(errors=errors, warnings=len(problems) - errors), err=True)
    if errors:
        sys.exit(EXIT_WRONG_USE)

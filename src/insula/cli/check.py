"""``insula check``: read everything under science/ and report all problems at once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from insula.cli.main import EXIT_WRONG_USE
from insula.core.paths import science_root


@click.command("check")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def command(path: Path | None) -> None:
    r"""Check the science text in PATH (default: insula's own); exit code 2 when there is an error.

    \b
    Examples:
      insula check
      insula check my_science/
    """
    from insula.checks import check

    problems = check(path or science_root())
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    if errors:
        sys.exit(EXIT_WRONG_USE)

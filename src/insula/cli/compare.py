"""``insula compare``: two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.cli.options import language, output_format
from insula.cli.output import output

_RUN = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("compare")
@click.argument("first", type=_RUN)
@click.argument("second", type=_RUN)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Page with table and plots."
)
@language
@output_format
def command(first: Path, second: Path, out: Path | None, lang: str, output_format: str) -> None:
    r"""Set the endpoints of two finished runs side by side: table here, table and plots in a page.

    \b
    Example:
      insula compare runs/full_dose runs/half_dose --out halved.html
    """
    from insula.report.comparison import compare_summary, terminal_comparison, write_comparison

    summary = compare_summary(first, second, Catalog.open())
    page = write_comparison(summary, out or second / "compare.html", lang)
    if output_format == "json":
        click.echo(json.dumps(summary, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_comparison(summary, lang))
    click.echo(f"{page}", err=True)

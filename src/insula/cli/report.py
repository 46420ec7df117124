"""``insula report``: write the report of a finished run again, for instance in the other language."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.cli.options import language, output_format
from insula.cli.output import output


@click.command("report")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Also the courses as a PNG, in English: few machines have fonts for more.",
)
@language
@output_format
def command(run: Path, picture: Path | None, lang: str, output_format: str) -> None:
    r"""Write ``report.html`` into the folder of the finished run RUN and print its tables; nothing is simulated.

    \b
    Examples:
      insula report runs/zimislecel --lang zh
      insula report runs/zimislecel --picture docs/zimislecel.png
    """
    from insula.report.html import write_report
    from insula.report.picture import write_picture
    from insula.report.summary import summarise
    from insula.report.terminal import terminal_report

    summary = summarise(run, Catalog.open())
    page = write_report(summary, run, lang)
    if picture:
        write_picture(summary, picture)
    if output_format == "json":
        click.echo(json.dumps(summary, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_report(summary, lang))
    click.echo(f"{page}", err=True)

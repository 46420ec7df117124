"""``insula calibrate``: fit uncertain numbers to published rows of the role calibration."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.cli.options import folder, language, output_format
from insula.cli.output import output
from insula.cli.progress import fit_bar


@click.command("calibrate")
@click.argument("plan")
@folder("--out", None, "Folder of the fit; default runs/PLAN.")
@language
@output_format
def command(plan: str, out: Path | None, lang: str, output_format: str) -> None:
    r"""Fit the parameters of PLAN (an id or a YAML file) to the rows that it names: a posterior ensemble.

    Only rows of the role calibration can be named. A fit that was interrupted goes on when the same command is given
    again.

    \b
    Examples:
      insula calibrate donor_islets_smoke --out runs/islets
      insula calibrate islets.yaml --lang zh --format json
    """
    from insula.calibration.answer import answer_of, ensemble_columns
    from insula.calibration.calibrate import calibrate
    from insula.calibration.plan import read_plan
    from insula.report.calibration.page import write_calibration
    from insula.report.calibration.terminal import terminal_calibration

    catalog = Catalog.open()
    record = read_plan(catalog, plan)
    place = out or Path("runs") / record.id
    with fit_bar(lang) as progress:
        found = calibrate(catalog, record, place, progress)
    answer = answer_of(found, catalog)
    page = write_calibration(answer, ensemble_columns(found), place, lang)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_calibration(answer, lang))
    click.echo(f"{page}", err=True)

"""``insula sensitivity``: which uncertain number moves which endpoint of a study."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog, find_study
from insula.checks import check_study
from insula.cli.options import folder, language, output_format
from insula.cli.output import output
from insula.cli.progress import fit_bar
from insula.core.problems import raise_if_any


@click.command("sensitivity")
@click.argument("study")
@click.option(
    "--patients", type=click.IntRange(min=1), default=24, show_default=True, help="Patients in every arm."
)
@click.option(
    "--trajectories",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    help="Random trajectories of Morris; each costs a replay for every uncertain number.",
)
@folder("--out", None, "Folder of the page and the tables; default runs/STUDY_sensitivity.")
@language
@output_format
def command(
    study: str, patients: int, trajectories: int, out: Path | None, lang: str, output_format: str
) -> None:
    r"""Move every uncertain number of STUDY over its prior and see what the endpoints do, on the averaged map.

    \b
    Examples:
      insula sensitivity hering_2023_citr_4cff --out runs/what_matters
      insula sensitivity my_study.yaml --trajectories 20 --format json
    """
    from insula.analysis.sensitivity import answer_of, sensitivity
    from insula.report.sensitivity import terminal_sensitivity, write_sensitivity

    catalog = Catalog.open()
    entry = find_study(study, catalog)
    raise_if_any(check_study(catalog, entry))
    assert entry.record is not None
    with fit_bar(lang) as progress:
        found = sensitivity(
            catalog, entry.record, patients=patients, trajectories=trajectories, progress=progress
        )
    answer = answer_of(found, catalog)
    page = write_sensitivity(answer, out or Path("runs") / f"{entry.record.id}_sensitivity", lang)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_sensitivity(answer, lang))
    click.echo(f"{page}", err=True)

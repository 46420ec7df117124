"""``insula sensitivity``: which uncertain number moves which endpoint of a study."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.checks import sound_study
from insula.cli.options import folder, language, output_format
from insula.cli.output import output
from insula.cli.progress import fit_bar


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
@click.option(
    "--method",
    type=click.Choice(["morris", "sobol"]),
    default="morris",
    show_default=True,
    help="Elementary effects along trajectories, or shares of variance, which cost many more replays.",
)
@click.option(
    "--points",
    type=click.Choice([str(2**power) for power in range(2, 15)]),
    default="64",
    show_default=True,
    metavar="POWER_OF_2",
    help="Base points of Sobol; each costs a replay for every uncertain number and two more.",
)
@folder("--out", None, "Folder of the page and the tables; default runs/STUDY_sensitivity.")
@language
@output_format
def command(
    study: str,
    patients: int,
    trajectories: int,
    method: str,
    points: str,
    out: Path | None,
    lang: str,
    output_format: str,
) -> None:
    r"""Move every uncertain number of STUDY over its prior and see what the endpoints do, on the averaged map.

    \b
    Examples:
      insula sensitivity hering_2023_citr_4cff --out runs/what_matters
      insula sensitivity my_study.yaml --trajectories 20 --format json
      insula sensitivity my_study --method sobol --points 128
    """
    from insula.analysis.sensitivity import answer_of, sensitivity
    from insula.analysis.sensitivity_methods import Morris, Sobol
    from insula.report.sensitivity import terminal_sensitivity, write_sensitivity

    catalog = Catalog.open().beside_study(study)
    planned = sound_study(catalog, study)
    chosen = Morris(trajectories) if method == "morris" else Sobol(int(points))
    with fit_bar(lang) as progress:
        found = sensitivity(catalog, planned, patients=patients, method=chosen, progress=progress)
    answer = answer_of(found, catalog)
    page = write_sensitivity(answer, out or Path("runs") / f"{planned.id}_sensitivity", lang)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_sensitivity(answer, lang))
    click.echo(f"{page}", err=True)

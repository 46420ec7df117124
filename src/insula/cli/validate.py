"""``insula validate``: the scorecard, every prediction held against what was published."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, output_format, workers
from insula.cli.output import output
from insula.cli.progress import studies_bar
from insula.core.i18n import translator
from insula.core.paths import science_root

if TYPE_CHECKING:
    from insula.analysis.validate import Scorecard

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("validate")
@click.option(
    "--role",
    type=click.Choice(["calibration", "validation", "all"]),
    default="all",
    show_default=True,
    help="Only studies whose published rows have this role.",
)
@click.option("--review", default=None, help="Only studies that the review with this id pools.")
@click.option("--evidence", type=_FOLDER, default=None, help="Folder with evidence tables of your own.")
@click.option("--studies", type=_FOLDER, default=None, help="Folder with study files of your own.")
@click.option(
    "--patients", type=click.IntRange(min=1), default=200, show_default=True, help="Patients in every arm."
)
@folder("--out", "runs/scorecard", "Folder of the page, the tables and a run for each study.")
@workers
@language
@output_format
def command(
    role: str,
    review: str | None,
    evidence: Path | None,
    studies: Path | None,
    patients: int,
    out: Path,
    workers: int | None,
    lang: str,
    output_format: str,
) -> None:
    r"""Replay every study that names evidence and judge each published row: predicted, interval, z, skill.

    Finished replays in --out are used again; an interrupted command goes on when it is given again. With --studies the
    study files of that folder are replayed instead of insula's own; own protocols/ and populations/ may lie beside
    them. With --evidence alone, the studies that those tables hold are replayed.

    \b
    Examples:
      insula validate --role validation --patients 200 --out runs/scorecard
      insula validate --review msc_diabetes --patients 200 --out runs/msc
      insula validate --evidence my/evidence --studies my/studies --format json > scorecard.json
    """
    from insula.analysis.replays import plan_replays
    from insula.analysis.validate import validate
    from insula.report.scorecard.names import Names
    from insula.report.scorecard.page import write_scorecard
    from insula.report.scorecard.terminal import terminal_scorecard

    plan = plan_replays(science_root(), studies, evidence, role, review)
    with studies_bar(lang) as progress:
        found = validate(plan, patients=patients, out=out, workers=workers, progress=progress)
    answer, names = found.answer(), Names(plan, lang)
    page = write_scorecard(answer, names, out)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_scorecard(answer, names))
    click.echo(f"{page}", err=True)
    _complain(found, lang)


def _complain(found: Scorecard, lang: str) -> None:
    """Warn of unstable intervals; end the process with 1 when more patients failed than a study allows."""
    _ = translator(lang)
    for run in found.runs:
        if not run.stable:
            text = _(
                "insula: {study}: only {members} ensemble members stand among the patients; its intervals "
                "are unstable. Use more --patients."
            )
            click.echo(text.format(study=run.study_file, members=run.members), err=True)
    failed = [run for run in found.runs if not run.acceptable]
    for run in failed:
        text = _(
            "insula: {study}: {failed} of {patients} virtual patients could not be integrated, more than the "
            "study allows."
        )
        told = text.format(study=run.study_file, failed=run.n_failed, patients=run.n_patients)
        click.echo(told, err=True)
    if failed:
        sys.exit(EXIT_FAILURES)

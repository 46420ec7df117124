"""``insula run``: simulate a study, hold it against what was published, write the report."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insula.catalog import Catalog
from insula.checks import sound_study
from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, output_format, workers
from insula.cli.output import output
from insula.cli.progress import progress_bar
from insula.core.spoken import _
from insula.trial.conduct import conduct

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.catalog.records import Study
    from insula.trial.conduct import RunOutcome


@click.command("run")
@click.argument("study")
@click.option("--patients", type=int, default=200, show_default=True, help="Patients in every arm.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=None,
    show_default="the study's own",
    help="Seed of all randomness.",
)
@folder("--out", None, "Folder of the run; default runs/STUDY.")
@language
@workers
@output_format
def command(
    study: str,
    patients: int,
    seed: int | None,
    out: Path | None,
    lang: str,
    workers: int | None,
    output_format: str,
) -> None:
    r"""Simulate STUDY (an id from `insula list`, or a YAML file) and report it.

    A run that was interrupted goes on when the same command is given again. Own populations, habits, regimens and
    protocols are found in folders of these names beside the YAML file; so is a population that was saved there
    (`insula population`).

    \b
    Examples:
      insula run reichman_2025_zimislecel --patients 200 --out runs/zimislecel
      insula run my_study.yaml --patients 50 --lang zh --format json
    """
    catalog = Catalog.open().beside_study(study)
    record = sound_study(catalog, study)
    run_and_report(
        catalog,
        record,
        patients=patients,
        seed=seed,
        out=out or Path("runs") / record.id,
        lang=lang,
        workers=workers,
        output_format=output_format,
    )


def run_and_report(
    catalog: Catalog,
    study: Study,
    *,
    patients: int,
    seed: int | None,
    out: Path,
    lang: str,
    workers: int | None,
    output_format: str,
) -> None:
    """Simulate, compare, write ``report.html`` and print; ends the process with 1 when too many patients failed."""
    with progress_bar(lang) as progress:
        outcome = conduct(
            catalog, study, patients=patients, seed=seed, out=out, workers=workers, progress=progress
        )
        progress("report", 0.0)
        show = _report(catalog, study, outcome, lang)
    show(output_format)
    if not outcome.acceptable:
        click.echo(
            _(
                "insula: {failed_share:.1%} of the patients could not be integrated; the study allows "
                "{failure_limit:.1%}. The reasons stand in {folder}."
            ).format(
                failed_share=outcome.failed_share,
                failure_limit=outcome.failure_limit,
                folder=outcome.folder / "results" / "patients.parquet",
            ),
            err=True,
        )
        sys.exit(EXIT_FAILURES)


def _report(catalog: Catalog, study: Study, outcome: RunOutcome, lang: str) -> Callable[[str], None]:
    """Write comparison and report; return the function that prints the result."""
    from insula.analysis.compare_with_published import compare_run
    from insula.report.html import write_report
    from insula.report.run_folder import read_run
    from insula.report.science_text import read_science
    from insula.report.summary import summary
    from insula.report.terminal import terminal_report

    compare_run(catalog, study, outcome.folder)
    result = summary(read_run(outcome.folder), read_science(catalog, study))
    page = write_report(result, outcome.folder, lang)

    def show(output_format: str) -> None:
        if output_format == "json":
            click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))
            return
        output().print(terminal_report(result, lang))
        click.echo(f"{page}", err=True)

    return show

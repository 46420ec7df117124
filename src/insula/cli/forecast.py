"""``insula forecast``: register what a study whose result is not known will report, and check what was registered."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insula.catalog import Catalog
from insula.checks import sound_study
from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, output_format, workers
from insula.cli.output import output
from insula.cli.progress import progress_bar
from insula.core.errors import InsulaError
from insula.core.spoken import _

if TYPE_CHECKING:
    from insula.catalog.records import Study

_PATIENTS = 400


@click.command("forecast")
@click.argument("study", required=False)
@click.option(
    "--patients",
    type=click.IntRange(min=1),
    show_default=str(_PATIENTS),
    help="Virtual patients in every arm.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    show_default="all",
    help="Endpoint to forecast; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="YAML file of the forecast; it must not exist.",
)
@click.option(
    "--check",
    "registered",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check a file that this command wrote, instead of writing one: its texts, and the same numbers again.",
)
@folder(
    "--run", None, "Folder of the simulation; default runs/STUDY_forecast, with --check runs/STUDY_check."
)
@language
@output_format
@workers
def command(
    study: str | None,
    patients: int | None,
    endpoints: tuple[str, ...],
    out: Path | None,
    registered: Path | None,
    run: Path | None,
    lang: str,
    output_format: str,
    workers: int | None,
) -> None:
    r"""Simulate STUDY (an id from `insula list`, or a YAML file) and register what it will report.

    Writes one file with the prediction and the 90 % interval for arms of the planned size, the date, and the hash of
    the text that it was made from. A file that exists is refused: a forecast is written once. When the result
    is published, `insula run STUDY` holds it against the same prediction.

    With --check a registered file is read, and simulated again with its seed and number of patients: are the texts
    still those that it was made from, and do they still give its numbers? STUDY is needed there only where the
    study was a file of your own.

    \b
    Examples:
      insula forecast my_study.yaml --endpoint insulin_independent --out forecasts/my_study.yaml
      insula forecast --check forecasts/kyoto_2025_ips_sheet.yaml

    Exit codes: 0 fine, 1 a checked forecast comes out otherwise today, 2 wrong use.
    """
    if registered is not None:
        if patients is not None or endpoints or out is not None:
            raise click.UsageError(_("--check takes patients and endpoints from the file, and writes none."))
        _check(registered, study, run, lang, output_format, workers)
    elif study is None or out is None:
        raise click.UsageError(_("Name a STUDY and the file to write (--out), or a forecast to --check."))
    else:
        _register(study, patients or _PATIENTS, endpoints, out, run, lang, output_format, workers)


def _register(
    study: str,
    patients: int,
    endpoints: tuple[str, ...],
    out: Path,
    run: Path | None,
    lang: str,
    output_format: str,
    workers: int | None,
) -> None:
    from insula.analysis.forecast import forecast_of, refuse_what_exists, register, wanted_endpoints

    refuse_what_exists(out)
    catalog = Catalog.open().beside_study(study)
    wanted = wanted_endpoints(catalog, endpoints)
    found = sound_study(catalog, study)
    place = run or Path("runs") / f"{found.id}_forecast"
    _simulate(catalog, found, patients, None, place, lang, workers)
    chosen = [part for name in endpoints for part in ("--endpoint", name)]
    repeats = shlex.join(
        ["insula", "forecast", study, "--patients", str(patients), *chosen, "--out", str(out)]
    )
    forecast = forecast_of(found, wanted, place, datetime.now(UTC).date(), repeats)
    register(out, forecast)
    if output_format == "json":
        click.echo(json.dumps(forecast, ensure_ascii=False, allow_nan=False))
    click.echo(f"{out}", err=True)


def _check(
    path: Path, study: str | None, run: Path | None, lang: str, output_format: str, workers: int | None
) -> None:
    """Say what has become of a forecast; 1 where its numbers come out otherwise."""
    from insula.analysis.forecast import forecast_of, wanted_endpoints
    from insula.analysis.forecast_check import check_of, read_forecast
    from insula.analysis.visit_values import read_manifest
    from insula.report.forecast import terminal_forecast_check

    forecast = read_forecast(path)
    catalog = Catalog.open().beside_study(study or forecast.study)
    found = sound_study(catalog, study or forecast.study)
    if found.id != forecast.study:
        raise InsulaError(
            _("{path} is a forecast of {study}, not of {found}.").format(
                path=path, study=forecast.study, found=found.id
            )
        )
    named = {line.endpoint for line in forecast.forecasts}
    wanted = {name: one for name, one in wanted_endpoints(catalog, ()).items() if name in named}
    place = run or Path("runs") / f"{found.id}_check"
    made = forecast.made_from
    _simulate(catalog, found, made.patients, made.seed, place, lang, workers)
    again = forecast_of(found, wanted, place, datetime.now(UTC).date(), forecast.command)
    answer = check_of(forecast, read_manifest(place), again)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_forecast_check(answer, found, catalog, lang))
    if answer["same"] < answer["predictions"]:
        sys.exit(EXIT_FAILURES)


def _simulate(
    catalog: Catalog,
    study: Study,
    patients: int,
    seed: int | None,
    place: Path,
    lang: str,
    workers: int | None,
) -> None:
    from insula.trial.conduct import conduct

    with progress_bar(lang) as progress:
        conduct(catalog, study, patients=patients, seed=seed, out=place, workers=workers, progress=progress)

"""``insula forecast``: simulate a study whose result is not known and register what it will report."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import click

from insula.catalog import Catalog, find_study
from insula.checks import check_study
from insula.cli.options import folder, language, workers
from insula.cli.progress import progress_bar
from insula.core.problems import raise_if_any


@click.command("forecast")
@click.argument("study")
@click.option(
    "--patients",
    type=click.IntRange(min=1),
    default=400,
    show_default=True,
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
    required=True,
    help="YAML file of the forecast; it must not exist.",
)
@folder("--run", None, "Folder of the simulation; default runs/STUDY_forecast.")
@language
@workers
def command(
    study: str,
    patients: int,
    endpoints: tuple[str, ...],
    out: Path,
    run: Path | None,
    lang: str,
    workers: int | None,
) -> None:
    r"""Simulate STUDY (an id from `insula list`, or a YAML file) and register what it will report.

    Writes one file with the prediction and the 90 % interval for arms of the planned size, the date, and the hash of
    the text that it was made from. A file that exists is refused: a forecast is written once. When the result
    is published, `insula run STUDY` holds it against the same prediction.

    \b
    Example:
      insula forecast my_study.yaml --endpoint insulin_independent --out forecasts/my_study.yaml
    """
    from insula.analysis.forecast import forecast_of, refuse_what_exists, register, wanted_endpoints
    from insula.trial.conduct import conduct

    refuse_what_exists(out)
    catalog = Catalog.open()
    wanted = wanted_endpoints(catalog, endpoints)
    found = find_study(study, catalog)
    raise_if_any(check_study(catalog, found))
    assert found.record is not None
    place = run or Path("runs") / f"{found.record.id}_forecast"
    with progress_bar(lang) as progress:
        conduct(
            catalog, found.record, patients=patients, seed=None, out=place, workers=workers, progress=progress
        )
    chosen = [part for name in endpoints for part in ("--endpoint", name)]
    repeats = shlex.join(
        ["insula", "forecast", study, "--patients", str(patients), *chosen, "--out", str(out)]
    )
    register(out, forecast_of(found.record, wanted, place, datetime.now(UTC).date(), repeats))
    click.echo(f"{out}", err=True)

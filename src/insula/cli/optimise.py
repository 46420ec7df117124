"""``insula optimise``: dose and schedule of a study's therapy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from insula.analysis.optimise.schedules import VARIABLES, Limits, space_of
from insula.catalog import Catalog
from insula.checks import sound_study
from insula.cli.options import folder, language, output_format, workers
from insula.cli.output import output
from insula.cli.progress import search_bar
from insula.core.spoken import _


def _ordered(_context: click.Context, _option: click.Parameter, pair: tuple[float, float] | None) -> Any:
    if pair is not None and not 0 < pair[0] <= pair[1] < float("inf"):
        raise click.BadParameter(
            _("{low:g} {high:g}: LOW must be above 0 and not above HIGH.").format(low=pair[0], high=pair[1])
        )
    return pair


def _variables(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    if unknown := [name for name in names if name not in VARIABLES]:
        raise click.BadParameter(
            _('"{unknown}" cannot be varied. Choose from {names}.').format(
                unknown=unknown[0], names=", ".join(VARIABLES)
            )
        )
    return names


@click.command("optimise")
@click.argument("study")
@click.option(
    "--over", default=",".join(VARIABLES), show_default=True, callback=_variables, help="What is varied."
)
@click.option("--therapy", default=None, show_default="the arm's only one", help="Whose doses are varied.")
@click.option(
    "--benefit",
    default="mmtt_c_peptide_auc",
    show_default=True,
    help="Endpoint at the last visit (science/endpoints.yaml).",
)
@click.option("--lower-is-better", is_flag=True, help="A lower endpoint is better (HbA1c, insulin dose).")
@click.option(
    "--dose",
    type=float,
    nargs=2,
    metavar="LOW HIGH",
    callback=_ordered,
    default=(0.25, 2.0),
    show_default=True,
    help="Multiples of the protocol's dose.",
)
@click.option(
    "--infusions", type=click.IntRange(min=1), default=4, show_default=True, help="Infusions at most."
)
@click.option(
    "--spacing",
    type=int,
    nargs=2,
    metavar="LOW HIGH",
    callback=_ordered,
    default=None,
    show_default="a week to half a year, or the protocol's",
    help="Days between two infusions.",
)
@click.option(
    "--trials", type=click.IntRange(min=1), default=40, show_default=True, help="Schedules that are tried."
)
@click.option(
    "--patients",
    type=click.IntRange(min=4),
    default=60,
    show_default=True,
    help="Virtual patients, the same in each.",
)
@click.option(
    "--members",
    type=click.IntRange(min=2),
    default=12,
    show_default=True,
    help="Members of the ensemble they come from.",
)
@click.option(
    "--alpha",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Two-sided, of the planned trial.",
)
@click.option(
    "--power",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="Of the planned trial.",
)
@click.option(
    "--choose",
    type=click.IntRange(min=1),
    default=None,
    show_default="the greatest benefit",
    help="Trial of the front for which a study is planned.",
)
@folder("--out", None, "Folder of the trials, the page and the tables; default runs/STUDY_optimise.")
@language
@output_format
@workers
def command(
    study: str, out: Path | None, lang: str, output_format: str, workers: int | None, **asked: Any
) -> None:
    r"""Search dose and schedule of the first treated arm of STUDY: benefit against all that is given.

    The same virtual patients live through every schedule. A search that was interrupted goes on in the same folder;
    more --trials continue it.

    \b
    Examples:
      insula optimise protrans_repeat --trials 40 --out runs/which_dose
      insula optimise my_study.yaml --over dose --benefit hba1c --lower-is-better --format json
    """
    from insula.analysis.optimise.optimise import Wanted, optimise
    from insula.core.team import default_workers
    from insula.report.optimise import terminal_search, write_search

    catalog = Catalog.open().beside_study(study)
    planned = sound_study(catalog, study)
    limits = Limits(*(asked.pop(name) for name in ("dose", "infusions", "spacing")))
    space = space_of(catalog, planned, asked.pop("therapy"), asked.pop("over"), limits)
    place = out or Path("runs") / f"{planned.id}_optimise"
    with search_bar(lang) as progress:
        answer = optimise(
            catalog,
            planned,
            space,
            Wanted(**asked),
            out=place,
            workers=workers or default_workers(),
            progress=progress,
        )
    page = write_search(answer, place, lang)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_search(answer, lang))
    click.echo(f"{page}", err=True)

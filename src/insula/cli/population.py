"""``insula population``: draw a population, look at it, share it, and check one that was shared."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.checks import check_population
from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, output_format
from insula.cli.output import output
from insula.cli.progress import progress_bar
from insula.core.problems import raise_if_any
from insula.core.spoken import _


@click.command("population")
@click.argument("population", required=False)
@click.option("--size", type=click.IntRange(min=1), default=200, show_default=True, help="Patients.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all randomness."
)
@folder("--out", None, "Folder of the population; default runs/POPULATION_population.")
@click.option(
    "--check",
    "shared",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Check a folder that this command wrote, instead of drawing: its hash, and the same draw again.",
)
@language
@output_format
def command(
    population: str | None,
    size: int,
    seed: int,
    out: Path | None,
    shared: Path | None,
    lang: str,
    output_format: str,
) -> None:
    r"""Draw patients of POPULATION (an id from `insula list`) as they enter a study, before anything is measured.

    Writes patients.csv and patients.parquet (a row a patient), columns.csv (units, sources), what a run of these people
    needs (screened.csv, spare.csv, lives.csv) and population.json, which holds the SHA-256 that the population goes by.
    People with a life before the study live it. A study runs them when the folder is populations/NAME beside its file,
    which says `population: NAME`. A study of POPULATION that is run with the same seed takes the same people, too.

    \b
    Examples:
      insula population t1d_impaired_awareness --size 1000 --out people
      insula population t1d_new_onset --size 200 --seed 7 --out my_trial/populations/people
      insula population --check people

    Exit codes: 0 fine, 1 a checked folder was altered or is not the same when it is drawn again, 2 wrong use.
    """
    if (population is None) == (shared is None):
        raise click.UsageError(_("Name either a POPULATION to draw or a folder to --check."))
    catalog = Catalog.open()
    if shared is not None:
        _check(catalog, shared, lang)
    else:
        assert population is not None
        place = out or Path("runs") / f"{population}_population"
        _draw(catalog, population, size, seed, place, lang, output_format)


def _draw(
    catalog: Catalog, name: str, size: int, seed: int, out: Path, lang: str, output_format: str
) -> None:
    from insula.analysis.population_marginals import answer_of
    from insula.report.population import terminal_population
    from insula.trial.draw_patients import draw_patients
    from insula.trial.population_folder import write_population

    raise_if_any(check_population(catalog, name))
    with progress_bar(lang) as progress:
        patients = draw_patients(catalog, catalog.populations[name], size, seed, progress)
    answer = answer_of(catalog, patients, write_population(catalog, patients, out))
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_population(answer, lang))
    click.echo(f"{out}", err=True)


def _check(catalog: Catalog, shared: Path, lang: str) -> None:
    """Say whether the tables are those that were written, and whether they are drawn the same again; 1 where not."""
    from insula.catalog.saved_population import altered, read_made
    from insula.trial.population_folder import repeat

    wrong = altered(shared, read_made(shared))
    if wrong:
        click.echo(
            _("insula: altered since it was written, or missing: {names}").format(names=", ".join(wrong)),
            err=True,
        )
        sys.exit(EXIT_FAILURES)
    with progress_bar(lang) as progress:
        changed = repeat(catalog, shared, progress)
    for line in changed.causes:
        click.echo(_("differs: {line}").format(line=line), err=True)
    if changed.results:
        click.echo(
            _("insula: not the same when drawn again: {names}").format(names=", ".join(changed.results)),
            err=True,
        )
        sys.exit(EXIT_FAILURES)
    click.echo(_("the hash is right, and the same bytes are drawn again"), err=True)

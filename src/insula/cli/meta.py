"""``insula meta``: pool the studies of a table."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.cli.meta_answer import answer, show
from insula.cli.meta_table import read_studies
from insula.cli.options import language, output_format
from insula.cli.output import output
from insula.statistics.meta.effect_sizes import COLUMNS
from insula.statistics.meta.model import INTERVALS
from insula.statistics.meta.tau2 import COMMON, METHODS


@click.command("meta")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--measure", type=click.Choice(list(COLUMNS)), required=True, help="Effect size; see below.")
@click.option(
    "--method", type=click.Choice(METHODS), default="REML", show_default=True, help="EE: common effect."
)
@click.option(
    "--interval",
    type=click.Choice(INTERVALS),
    default=None,
    show_default="hksj, for EE wald",
    help="Of the mean.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option("--by", default=None, metavar="COLUMN", help="Subgroups, and a test whether they differ.")
@click.option("--moderators", default=None, metavar="A,B", help="Columns of a meta-regression.")
@click.option("--correlation", type=float, default=None, help="Stands in for a missing ri (MC, SMCC, SMCR).")
@language
@output_format
def command(
    table: Path,
    measure: str,
    method: str,
    interval: str | None,
    level: float,
    by: str | None,
    moderators: str | None,
    correlation: float | None,
    lang: str,
    output_format: str,
) -> None:
    r"""Pool the studies of TABLE.csv, a row per study; other columns are welcome, `study` names the rows.

    \b
    Columns by measure (an empty cell is missing):
      MD SMD ROM         m1i sd1i n1i m2i sd2i n2i   mean, SD, size of two groups
      OR RR RD PETO AS   ai bi ci di                 events and others of two groups
                         or ai n1i ci n2i            events and sizes
      IRR IRD IRSD       x1i t1i x2i t2i             events and person-time of two groups
      PR PLN PLO PAS PFT xi mi, or xi ni             events and others, or size, of one group
      IR IRLN IRS        xi ti                       events and person-time of one group
      COR ZCOR           ri ni                       correlation, size
      MC SMCC            m1i m2i sd1i sd2i ni ri     after, before, their SDs, size, correlation
      SMCR               m1i m2i sd1i ni ri          the same, by the SD sd1i
      GEN                yi vi                       effect and its variance
    A study with a zero count gets 1/2 in each count, as in metafor (not for AS, PAS, PFT, IRS, IRSD).

    \b
    Examples:
      insula meta trials.csv --measure MD --method REML --interval hksj
      insula meta trials.csv --measure RR --by design
      insula meta trials.csv --measure OR --moderators year,dose --format json
    """
    names = tuple(name.strip() for name in moderators.split(",")) if moderators else ()
    studies = read_studies(table, measure, by=by, moderators=names, correlation=correlation)
    found = answer(studies, method=method, interval=interval or _usual(method), level=level)
    if output_format == "json":
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        output().print(show(found, studies.effects.notes, lang))


def _usual(method: str) -> str:
    return "wald" if method == COMMON else "hksj"

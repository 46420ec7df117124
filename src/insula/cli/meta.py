"""``insula meta``: pool the studies of a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from insula.analysis.meta_analysis.answer import answer
from insula.analysis.meta_analysis.judgements import read_grade, read_risk_of_bias
from insula.analysis.meta_analysis.pooling import METHODS, WITHOUT_SPREAD, Request
from insula.analysis.meta_analysis.read import read_studies
from insula.analysis.meta_analysis.studies import Roles
from insula.cli.options import folder, language, output_format
from insula.cli.output import output
from insula.core.i18n import translator
from insula.statistics.meta.effect_sizes import COLUMNS
from insula.statistics.meta.model import INTERVALS

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("meta")
@click.argument("table", type=_FILE)
@click.option("--measure", type=click.Choice(list(COLUMNS)), required=True, help="Effect size; see below.")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="REML",
    show_default=True,
    help="EE: common effect; MH, GLMM: from counts.",
)
@click.option(
    "--interval",
    type=click.Choice(INTERVALS),
    default=None,
    show_default="hksj, for EE, MH and GLMM wald",
    help="Of the mean.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option("--by", default=None, metavar="COLUMN", help="Subgroups, and a test whether they differ.")
@click.option("--moderators", default=None, metavar="A,B", help="Columns of a meta-regression.")
@click.option(
    "--order", default=None, metavar="COLUMN", help="Cumulate the studies in this order, say of years."
)
@click.option(
    "--cluster",
    default=None,
    metavar="COLUMN",
    help="Dependent effects: three-level model, robust intervals.",
)
@click.option(
    "--shared-control", default=None, metavar="COLUMN", help="Comparisons that share a control group."
)
@click.option("--correlation", type=float, default=None, help="Stands in for a missing ri (MC, SMCC, SMCR).")
@click.option("--risk-of-bias", type=_FILE, default=None, help="Judgements: study, D1 ... D5, overall.")
@click.option("--grade", type=_FILE, default=None, help="Certainty of evidence: outcome, domains, certainty.")
@click.option(
    "--favours", default=None, metavar="LEFT,RIGHT", help="What the sides of the forest plot speak for."
)
@folder("--out", None, "New folder for the report, and all figures as SVG, PNG and CSV.")
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
    order: str | None,
    cluster: str | None,
    shared_control: str | None,
    correlation: float | None,
    risk_of_bias: Path | None,
    grade: Path | None,
    favours: str | None,
    out: Path | None,
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
    A column `kind` (published, virtual) sets virtual trials beside published studies and pools them apart; a column
    `unit` must say the same in all rows.
    A study with a zero count gets 1/2 in each count, as in metafor (not for PETO, AS, PAS, PFT,
    IRS, IRSD, MH, GLMM).
    A table may be UTF-8 or GB18030, with commas, semicolons or tabs.

    \b
    Examples:
      insula meta trials.csv --measure MD --by disease --out meta_disease
      insula meta trials.csv --measure RR --method MH --order year
      insula meta trials.csv --measure OR --moderators year,dose --format json
    """
    from insula.report.meta_terminal import show

    names = tuple(name.strip() for name in moderators.split(",")) if moderators else ()
    studies = read_studies(table, measure, Roles(by, names, order, cluster, shared_control), correlation)
    judged = {
        "risk_of_bias": read_risk_of_bias(risk_of_bias, studies.names) if risk_of_bias else None,
        "grade": read_grade(grade) if grade else None,
    }
    found = {**answer(studies, _request(method, interval, level)), **judged}
    if out:
        _save(found, out, lang, table.name, _sides(favours))
    if output_format == "json":
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        output().print(show(found, lang))


def _request(method: str, interval: str | None, level: float) -> Request:
    usual = "wald" if method in WITHOUT_SPREAD else "hksj"
    return Request(method, interval or usual, level)


def _save(found: dict[str, Any], out: Path, lang: str, source: str, favours: tuple[str, str]) -> None:
    from insula.report.meta_figures.saving import chinese_fonts  # only drawing needs matplotlib
    from insula.report.meta_page import write_meta_report

    page = write_meta_report(found, out, lang, source=source, favours=favours)
    chinese = lang == "zh" or not all(row["study"].isascii() for row in found["studies"])
    if chinese and not chinese_fonts():
        _ = translator(lang)
        text = _(
            "This machine has no Chinese font: the PNG files lack Chinese letters; page and SVG files have them."
        )
        click.echo(f"insula: {text}", err=True)
    click.echo(f"{page}", err=True)


def _sides(favours: str | None) -> tuple[str, str]:
    left, _, right = (favours or "").partition(",")
    return left.strip(), right.strip()

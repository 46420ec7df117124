"""``insula evidence``: what was published, harmonised and as printed."""

from __future__ import annotations

import json

import click

from insula.catalog import Catalog
from insula.cli.options import language, output_format
from insula.cli.output import output
from insula.core.spoken import _


@click.command("evidence")
@click.argument("study", required=False)
@click.option("--outcome", default=None, help="Only this endpoint or outcome, of every study or of STUDY.")
@click.option(
    "--contradictions", is_flag=True, help="What contradicts what, and what the model does with each."
)
@language
@output_format
def command(
    study: str | None, outcome: str | None, contradictions: bool, lang: str, output_format: str
) -> None:
    r"""Show published rows in one unit each, the original beside them; without STUDY and --outcome, an overview.

    \b
    Examples:
      insula evidence
      insula evidence brooks_2013_uk
      insula evidence --outcome insulin_dose_per_kg --format json
      insula evidence --contradictions --lang zh
    """
    from insula.report.contradictions import contradictions_listing, terminal_contradictions
    from insula.report.evidence_listing import evidence_listing, evidence_overview
    from insula.report.evidence_terminal import terminal_listing, terminal_overview

    if contradictions and (study or outcome):
        raise click.UsageError(
            _("--contradictions lists all of them: name no STUDY and no --outcome with it.")
        )
    catalog = Catalog.open()
    everything = study is None and outcome is None
    if contradictions:
        found = contradictions_listing(catalog)
    else:
        found = evidence_overview(catalog) if everything else evidence_listing(catalog, study, outcome)
    if output_format == "json":
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    elif contradictions:
        output().print(terminal_contradictions(found, lang))
    else:
        output().print(terminal_overview(found, lang) if everything else terminal_listing(found, lang))

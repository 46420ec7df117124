"""``insula evidence``: what was published, harmonised and as printed."""

from __future__ import annotations

import json

import click

from insula.catalog import Catalog
from insula.cli.options import language, output_format
from insula.cli.output import output


@click.command("evidence")
@click.argument("study", required=False)
@click.option("--outcome", default=None, help="Only this endpoint or outcome, of every study or of STUDY.")
@language
@output_format
def command(study: str | None, outcome: str | None, lang: str, output_format: str) -> None:
    r"""Show published rows in one unit each, the original beside them; without STUDY and --outcome, an overview.

    \b
    Examples:
      insula evidence
      insula evidence brooks_2013_uk
      insula evidence --outcome insulin_dose_per_kg --format json
    """
    from insula.report.evidence_listing import evidence_listing, evidence_overview
    from insula.report.evidence_terminal import terminal_listing, terminal_overview

    catalog = Catalog.open()
    everything = study is None and outcome is None
    found = evidence_overview(catalog) if everything else evidence_listing(catalog, study, outcome)
    if output_format == "json":
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_overview(found, lang) if everything else terminal_listing(found, lang))

"""``insula review``: a living review, pooled again from the evidence tables."""

from __future__ import annotations

import json
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.cli.options import language, output_format
from insula.cli.output import output


@click.command("review")
@click.argument("review")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for the page, the forest plots and every number as CSV.",
)
@click.option(
    "--runs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Folder of finished runs: its trials are pooled beside the published ones.",
)
@language
@output_format
def command(review: str, out: Path | None, runs: Path | None, lang: str, output_format: str) -> None:
    r"""Pool what the evidence tables hold as the review with the id REVIEW says, beside what was published.

    With --runs the same trials with virtual patients stand beside the published ones. `insula validate --review REVIEW
    --out DIR` makes these runs.

    \b
    Examples:
      insula review msc_diabetes
      insula review msc_diabetes --out reviews/msc --lang zh
      insula review msc_diabetes --runs runs/scorecard --out reviews/msc
    """
    from insula.report.review.summary import review_summary
    from insula.report.review.terminal import terminal_review

    summary = review_summary(Catalog.open(), review, runs)
    if out:
        from insula.report.review.page import write_review

        click.echo(f"{write_review(summary, out, lang)}", err=True)
    if output_format == "json":
        click.echo(json.dumps(summary, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_review(summary, lang))

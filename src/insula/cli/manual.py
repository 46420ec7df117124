"""``insula manual``: a page for every model and module, made from the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from insula.catalog import Catalog
from insula.cli.options import folder, language_option
from insula.cli.progress import manual_bar
from insula.core.i18n import default_language, translator

if TYPE_CHECKING:
    from pathlib import Path


@click.command("manual")
@click.argument("names", nargs=-1, metavar="[MODEL|MODULE]...")
@folder("--out", "manual", "Folder of the pages: en/ and zh/, each with an index.")
@language_option("Pages in one language only.", None, "both")
def command(names: tuple[str, ...], out: Path, lang: str | None) -> None:
    r"""Write a page for each MODEL and MODULE (default: all): wiring, equations, numbers with sources, behaviour.

    Everything on a page is made from the text under science/. Every row of behaviour is tried anew, and the value
    reached stands beside its limits.

    \b
    Examples:
      insula manual
      insula manual disease immunity --lang zh --out pages
    """
    from insula.report.manual.pages import write_manual
    from insula.report.manual.reading import read_manual

    spoken = lang or default_language().split("_")[0]
    _ = translator(spoken)
    with manual_bar(spoken) as progress:
        manual = read_manual(Catalog.open(), names, progress)
        indexes = write_manual(manual, out, (lang,) if lang else ("zh", "en"))
    missed = [v.held.id for verdicts in manual.verdicts.values() for v in verdicts if not v.met]
    if missed:
        click.echo(_("insula: rows not met: {rows}").format(rows=", ".join(missed)), err=True)
    for index in indexes:
        click.echo(f"{index}", err=True)

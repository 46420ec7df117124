"""``insula list``: what there is."""

from __future__ import annotations

import click
from rich.table import Table

from insula.catalog import Catalog
from insula.cli.options import language
from insula.cli.output import output
from insula.core.i18n import pick, translator

_TITLED = (
    "studies",
    "protocols",
    "populations",
    "regimens",
    "habits",
    "therapies",
    "procedures",
    "endpoints",
    "adverse_events",
    "reviews",
    "questions",
)


@click.command("list")
@language
def command(lang: str) -> None:
    """Show studies, protocols, populations, therapies, modules, models, reviews and questions by id and title."""
    catalog, _ = Catalog.open(), translator(lang)
    names = {
        "studies": _("Studies"), "protocols": _("Protocols"), "populations": _("Populations"),
        "regimens": _("Regimens"),
        "habits": _("Habits"), "therapies": _("Therapies"), "procedures": _("Procedures"), "endpoints": _("Endpoints"),
        "adverse_events": _("Adverse events"),
        "modules": _("Modules"), "models": _("Models"), "topics": _("Topics of evidence"), "reviews": _("Reviews"),
        "questions": _("Questions about a patient"),
    }  # fmt: skip
    console = output()
    for shelf, heading in names.items():
        things = getattr(catalog, shelf)
        table = Table(title=heading, title_justify="left", show_header=False, box=None)
        for key in sorted(things):
            table.add_row(f"  {key}", pick(things[key].title, lang) if shelf in _TITLED else "")
        console.print(table)

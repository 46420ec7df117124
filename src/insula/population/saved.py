"""Whether the people of a saved population are people of the models as they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from insula.catalog.saved_population import COLUMNS, how_to_save_again, read_made
from insula.core.problems import Problem, error
from insula.core.spoken import _
from insula.population.sample import varying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.population.records import Sourced

_SHOWN = 12  # letters of a hash by which a person tells two apart


def misfits(catalog: Catalog, name: str, quantities: Mapping[str, Sourced] | None) -> list[Problem]:
    """Say why a saved population cannot be run with the science as it is; nothing where it can.

    Parameters
    ----------
    name
        Of the population among ``catalog.saved``; its folder is whole and unaltered.
    quantities
        What a candidate of it would be drawn from now, by dotted symbol; None where that cannot be told.
    """
    folder = catalog.saved[name]
    path, made = catalog.populations.entry(name).path, read_made(folder)
    hint = _("Use the science it was saved with, or save it again: {command}").format(
        command=how_to_save_again(made)
    )
    told = [] if quantities is None else list(_other_numbers(folder, quantities))
    if made["science"] != catalog.science_hash:
        text = _("saved with another science text ({then} at commit {commit}; here is {now}).")
        then, now, commit = made["science"][:_SHOWN], catalog.science_hash[:_SHOWN], made.get("commit")
        told.append(text.format(then=then, now=now, commit=commit or "-"))
    return [error(path, text, hint) for text in told]


def _other_numbers(folder: Path, quantities: Mapping[str, Sourced]) -> Iterator[str]:
    """Tell what differs between the people of the folder and not here, the other way round, and in which unit."""
    with (folder / COLUMNS).open(encoding="utf-8", newline="") as file:
        saved = {row["column"]: row["unit"] for row in csv.DictReader(file)}
    now = {symbol: quantities[symbol].unit for symbol in varying(quantities)}
    if gone := sorted(saved.keys() - now.keys()):
        yield _("its people have numbers that no model takes from them here: {names}.").format(
            names=", ".join(gone)
        )
    if new := sorted(now.keys() - saved.keys()):
        yield _("its people lack numbers in which people differ here: {names}.").format(names=", ".join(new))
    for symbol in sorted(saved.keys() & now.keys()):
        if saved[symbol] != now[symbol]:
            told = _("{symbol} is saved in {then}, and is in {now} here.")
            yield told.format(symbol=symbol, then=saved[symbol], now=now[symbol])

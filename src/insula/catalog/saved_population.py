"""A population that was drawn and saved in a folder: its files, the hash that it goes by, and its text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from insula.catalog.records import Population
from insula.catalog.shelf import Entry
from insula.core.errors import NotReproducible
from insula.core.problems import Problem, error
from insula.core.provenance import hash_of_hashes, text_hash, tree_hashes
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SCHEMA = 2  # of the folder: with 1 it held nothing of lives and of who was not taken, so it cannot be run
MANIFEST = "population.json"
PATIENTS, COLUMNS, SCREENED, SPARE, LIVES = _TABLES = (
    "patients.csv", "columns.csv", "screened.csv", "spare.csv", "lives.csv",
)  # fmt: skip
PARQUET = "patients.parquet"  # the patients once more, for who analyses; no part of the hash: its bytes are pyarrow's
FILES = (*_TABLES, PARQUET)
_DECIDING = ("schema", "science", "seed", "patients", "population", "population_text")


def saved_folders(beside: Iterable[Path]) -> dict[str, Path]:
    """Return the saved populations beside a study by the name of their folder, whole or not."""
    places = (place for folder in beside for place in sorted(folder.glob("populations/*/")))
    return {place.name: place for place in places if any((place / f).is_file() for f in (MANIFEST, *FILES))}


def address_of(made: Mapping[str, Any]) -> str:
    """Return the hash that a population goes by: of its tables, and of what else decides a run of its people."""
    hashes = {name: made["results"].get(name, "") for name in _TABLES}
    return hash_of_hashes(
        hashes | {key: text_hash(json.dumps(made[key], sort_keys=True)) for key in _DECIDING}
    )


def read_made(folder: Path) -> dict[str, Any]:
    """Return what stands in population.json.

    Raises
    ------
    NotReproducible
        There is none, it is no JSON, or of another schema.
    """
    path = folder / MANIFEST
    if not path.is_file():
        told = _("There is no {path}. Name a folder that `insula population` has written.")
        raise NotReproducible(told.format(path=path))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as trouble:
        told = _("{path} cannot be read as JSON: {trouble}.").format(path=path, trouble=trouble)
        raise NotReproducible(told) from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA or not {*_DECIDING, "results", "sha256"} <= set(found):
        told = _("{path} has schema {schema} or is not whole; this version reads schema {ours}.")
        raise NotReproducible(told.format(path=path, schema=schema, ours=SCHEMA))
    return dict(found)


def altered(folder: Path, made: Mapping[str, Any]) -> list[str]:
    """Return the files that are missing or are not those that were written, as population.json tells them."""
    now = tree_hashes(folder, FILES)
    wrong = {name for name in made["results"] if made["results"][name] != now.get(name)}
    if made["sha256"] != address_of(made):
        wrong.add(MANIFEST)
    return sorted(wrong)


def how_to_save_again(made: Mapping[str, Any]) -> str:
    """Return the command that saves such a population with the science as it is."""
    return f"insula population {made['population']} --size {made['patients']} --seed {made['seed']}"


def read_saved(folder: Path) -> Entry[Population]:
    """Read the text of a saved population, which is called as its folder; every file must be as it was written."""
    path = folder / MANIFEST
    try:
        made = read_made(folder)
    except NotReproducible as trouble:
        return Entry(path, None, (error(path, str(trouble), _("Save it again with `insula population`.")),))
    hint = _("Copy the folder anew from whom you have it, or save it again: {command}").format(
        command=how_to_save_again(made)
    )
    told = _("missing, or not as it was when the population was saved.")
    problems: list[Problem] = [error(folder / name, told, hint) for name in altered(folder, made)]
    if folder.with_suffix(".yaml").exists():
        told = _('the population "{name}" is there twice: as this folder, and as {name}.yaml.')
        problems.append(error(path, told.format(name=folder.name), _("Give one of them another name.")))
    try:
        people = Population.model_validate(made["population_text"] | {"id": folder.name})
    except ValidationError as trouble:
        told = _("this version cannot read its text: {trouble}").format(trouble=trouble.errors()[0]["msg"])
        return Entry(path, None, (*problems, error(path, told, hint)))
    return Entry(path, None if problems else people, tuple(problems))

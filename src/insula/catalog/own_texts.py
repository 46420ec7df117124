"""A user's own texts: populations (saved ones too), habits, regimens, protocols; their copy in a run's folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from insula.catalog.saved_population import FILES, MANIFEST
from insula.core.provenance import hash_of_hashes, tree_hashes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OWN = ("populations/", "habits/", "regimens/", "protocols/")
KEPT = "own"  # folder of a run that holds the texts it was made from
_SAVED = tuple(f"populations/*/{name}" for name in (MANIFEST, *FILES))
_PATTERNS = (*(f"{name}*.yaml" for name in OWN), *_SAVED)


def folders_of_studies(studies: Path) -> tuple[Path, ...]:
    """Return where own texts may lie beside the studies in a folder: above a folder ``studies``, and in it."""
    studies = studies.resolve()
    return (studies.parent, studies) if studies.name == "studies" else (studies,)


def with_texts(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return those of the folders that hold any own text."""
    return tuple(folder for folder in folders if any(next(folder.glob(one), None) for one in _PATTERNS))


def hash_of_texts(folders: Iterable[Path]) -> str:
    """Return one hash of all own texts by name; where two folders have the same name, of the later one's."""
    hashes: dict[str, str] = {}
    for folder in folders:
        hashes |= tree_hashes(folder, _PATTERNS)
    return hash_of_hashes(hashes)


def keep_texts(folders: Iterable[Path], run: Path) -> None:
    """Copy all own texts into the folder of a run, so that it can be reported and repeated without the originals.

    They may lie in that folder already: what was kept goes when the new copy is whole.
    """
    fresh = run / f".unfinished_{KEPT}"
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in folders:
        for name in tree_hashes(folder, _PATTERNS):
            copy = fresh / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, copy)
    shutil.rmtree(run / KEPT, ignore_errors=True)
    if fresh.is_dir():
        fresh.replace(run / KEPT)

"""``insula rerun``: repeat a run from its manifest and say whether it came out the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from insula.catalog import Catalog
from insula.catalog.records import Study
from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, workers
from insula.cli.progress import progress_bar
from insula.core.errors import NotReproducible
from insula.core.spoken import _
from insula.trial.conduct import conduct
from insula.trial.manifest import SCHEMA, differences


@click.command("rerun")
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@folder("--out", None, "Folder of the repeated run; default: beside the first, with _rerun.")
@workers
@language
def command(manifest: Path, out: Path | None, workers: int | None, lang: str) -> None:
    r"""Repeat the run of MANIFEST and compare every result table byte by byte.

    \b
    Example:
      insula rerun runs/zimislecel/manifest.json
    """
    first = _read(manifest)
    folder = out or manifest.parent.with_name(manifest.parent.name + "_rerun")
    with progress_bar(lang) as progress:
        conduct(
            Catalog.open().of_run(manifest.parent),
            Study.model_validate(first["study_text"]),
            patients=first["patients"],
            seed=first["seed"],
            out=folder,
            workers=workers,
            progress=progress,
        )
    second = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    changed = differences(first, second)
    for line in changed.causes:
        click.echo(_("differs: {line}").format(line=line), err=True)
    if changed.results:
        click.echo(_("insula: not the same: {names}").format(names=", ".join(changed.results)), err=True)
        sys.exit(EXIT_FAILURES)
    click.echo(_("the same bytes in results/"), err=True)


def _read(path: Path) -> dict[str, Any]:
    """Return a manifest that this version can repeat."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as trouble:
        raise NotReproducible(
            _("{path} cannot be read as JSON: {trouble}.").format(path=path, trouble=trouble)
        ) from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise NotReproducible(
            _("{path} has schema {schema}; this version repeats schema {ours}.").format(
                path=path, schema=schema, ours=SCHEMA
            )
        )
    return dict(found)

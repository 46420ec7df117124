"""The report of a finished run, from its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.catalog import Catalog
from insula.report.html import write_report
from insula.report.summary import summarise

if TYPE_CHECKING:
    from pathlib import Path


def report(folder: Path, *, lang: str = "en", catalog: Catalog | None = None) -> Path:
    """Write ``report.html`` into the folder of a finished run, in ``zh`` or ``en``, and return its path.

    Raises
    ------
    InsulaError
        When the folder is no finished run; names the file that is missing.
    """
    return write_report(summarise(folder, catalog or Catalog.open()), folder, lang)

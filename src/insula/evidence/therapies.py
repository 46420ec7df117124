"""Which arms got a therapy of the same kind: the classes of therapy_classes.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.evidence_schema import TherapyClass


def class_of(therapy: str, classes: Mapping[str, TherapyClass]) -> str:
    """Return the id of the first class that fits a therapy, else its own text; the word ``=`` fits an empty one."""
    text = therapy.casefold().strip()
    fits = (name for name, one in classes.items() if any(_fits(word.casefold(), text) for word in one.words))
    return next(fits, text)


def classes_in_order(catalog: Catalog) -> dict[str, TherapyClass]:
    """Return the classes from the top of their file, the order in which they are tried."""
    lines = {name: entry.line(name) or 0 for name, entry in catalog.therapy_classes.entries().items()}
    return {name: catalog.therapy_classes[name] for name in sorted(lines, key=lines.__getitem__)}


def _fits(word: str, text: str) -> bool:
    return text == word[1:] if word.startswith("=") else word in text

"""The manual page is the one that the text under science/ makes, in both languages."""

import pytest

from insula.catalog import Catalog
from insula.core.paths import science_root
from insula.evidence.manual import manual_page

PAGES = {"en": "evidence_tables.md", "zh": "evidence_tables.zh.md"}


@pytest.mark.parametrize("language", PAGES)
def test_the_page_in_the_manual_is_current(language):
    """If this fails: python -m insula.evidence.manual en > docs/reference/evidence_tables.md, and the same with zh."""
    path = science_root().parent / "docs" / "reference" / PAGES[language]
    assert path.read_text(encoding="utf-8") == manual_page(Catalog.open(), language)


def test_every_column_and_outcome_is_on_the_page():
    catalog = Catalog.open()
    page = manual_page(catalog, "en")
    columns = [name for table in catalog.evidence_schema.values() for name in table.columns]
    assert all(f"| `{name}` |" in page for name in [*columns, *catalog.outcomes])

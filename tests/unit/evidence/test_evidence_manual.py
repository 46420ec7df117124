"""The manual page is the one that the text under science/ makes, in both languages."""

import pytest

from insula.catalog import Catalog
from insula.checks.evidence_rows import STATISTICS
from insula.core.i18n import translator
from insula.core.paths import science_root
from insula.core.tables import read_csv
from insula.evidence import disagreements, harmonise, per_weight, pooled, spread
from insula.evidence.manual import manual_page
from insula.evidence.pooled import DOSES, MEASURES
from insula.evidence.vocabulary_problems import RULES, SCALES, WORDS

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


def test_the_scales_of_the_schema_are_those_of_the_code():
    schema = Catalog.open().evidence_schema
    assert tuple(schema["vocabulary"].columns["scale"].words) == SCALES == tuple(STATISTICS)
    assert tuple(schema["vocabulary"].columns) == WORDS
    assert tuple(schema["not_scorable"].columns) == RULES
    assert tuple(schema["pooled_measures"].columns) == MEASURES
    assert tuple(schema["dose_units"].columns) == DOSES


def test_every_reason_and_method_has_a_chinese_translation():
    texts = {
        value
        for module in (disagreements, harmonise, per_weight, pooled, spread)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and " " in value
    }
    for table in ("dose_units", "pooled_measures"):
        rows, _ = read_csv(science_root() / "evidence" / f"{table}.csv", [])
        texts |= {row.cells["reason"] for row in rows}
    chinese = translator("zh")
    assert len(texts) > 20
    assert sorted(text for text in texts - {""} if chinese(text) == text) == []

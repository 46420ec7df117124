"""The manual page of the evidence tables, from schema.yaml and outcomes.yaml: ``python -m insula.evidence.manual``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from insula.catalog import Catalog
from insula.core.i18n import pick, translator
from insula.evidence.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.catalog.evidence_schema import Column, Table
    from insula.evidence.vocabulary import Meaning, Vocabulary


def manual_page(catalog: Catalog, language: str) -> str:
    """Return the page as Markdown in ``en`` or ``zh``: every column of every table, and every outcome."""
    _ = translator(language)
    vocabulary = load_vocabulary(catalog.root / "evidence")
    lines = [
        f"# {_('The evidence tables')}",
        "",
        _(
            "Written by `python -m insula.evidence.manual {language}` from the text under `science/evidence/`."
        ).format(language=language),
        "",
        f"## {_('Tables')}",
        "",
    ]
    for table in catalog.evidence_schema.values():
        lines += _table(table, language, _)
    about = _(
        "What the words of the sources stand for. Endpoints are measured by insula too (`science/endpoints.yaml`)."
    )
    lines += [f"## {_('Published outcomes')}", "", about, ""]
    lines += [f"| {_('Id')} | {_('Title')} | {_('Meaning')} | {_('Unit')} | {_('Words of the sources')} |"]
    lines += ["|---|---|---|---|---|", *_outcomes(vocabulary, language, _)]
    return "\n".join(lines) + "\n"


def _table(table: Table, language: str, _: Callable[[str], str]) -> list[str]:
    head = f"| {_('Column')} | {_('Type')} | {_('Unit')} | {_('Meaning')} |"
    rows = [_column(name, column, language, _) for name, column in table.columns.items()]
    return [f"### {pick(table.title, language)}: `{table.file}`", "", head, "|---|---|---|---|", *rows, ""]


def _column(name: str, column: Column, language: str, _: Callable[[str], str]) -> str:
    kind = column.type + (f", {_('required')}" if column.required else "")
    words = "".join(f"<br>`{word}`: {pick(meaning, language)}" for word, meaning in column.words.items())
    return f"| `{name}` | {kind} | {column.unit or ''} | {_cell(pick(column.meaning, language) + words)} |"


def _outcomes(vocabulary: Vocabulary, language: str, _: Callable[[str], str]) -> list[str]:
    words: dict[str, set[str]] = {}
    for (outcome, unit, _study), word in vocabulary.words.items():
        if word.meaning:
            words.setdefault(word.meaning.id, set()).add(f"`{outcome}` ({unit})")
    meanings = (vocabulary.meanings[name] for name in sorted(words))
    return [_outcome(meaning, sorted(words[meaning.id]), language, _) for meaning in meanings]


def _outcome(meaning: Meaning, words: list[str], language: str, _: Callable[[str], str]) -> str:
    definition = meaning.definition.get(language) or _("endpoint")
    cells = (f"`{meaning.id}`", pick(meaning.title, language), definition, meaning.unit, ", ".join(words))
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(manual_page(Catalog.open(), sys.argv[1] if len(sys.argv) > 1 else "en"))

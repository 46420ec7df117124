"""Sources: a small strict reader of citations.bib, and a reference as a person reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.core.problems import Problem, error, warning
from insula.core.spoken import _

if TYPE_CHECKING:
    from pathlib import Path

_START = re.compile(r"@(\w+)\s*\{\s*([^,\s}]+)\s*,")
_FIELD = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
_KEY = re.compile(r"^[a-z][a-z_-]*\d{4}[a-z]?(_[a-z0-9_]+)?$")


@dataclass(frozen=True)
class Citation:
    """One entry of citations.bib; `fields` has lower-case names and text without outer braces."""

    key: str
    kind: str
    fields: dict[str, str]
    line: int

    @property
    def link(self) -> str:
        """Return the address of the paper: DOI, else PubMed, else url, else empty."""
        if doi := self.fields.get("doi"):
            return f"https://doi.org/{doi}"
        if pmid := self.fields.get("pmid"):
            return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        return self.fields.get("url", "")


def read_bibliography(path: Path) -> tuple[dict[str, Citation], list[Problem]]:
    """Read every ``@kind{key, field = {text}, ...}``; a text between entries is a comment."""
    text = path.read_text(encoding="utf-8")
    found: dict[str, Citation] = {}
    problems: list[Problem] = []
    for start in _START.finditer(text):
        line = text.count("\n", 0, start.start()) + 1
        fields, trouble = _fields(text, start.end())
        key = start[2]
        entry = Citation(key, start[1].lower(), fields, line)
        problems += _faults(path, entry, trouble, found)
        found.setdefault(key, entry)
    return found, problems


def _faults(path: Path, entry: Citation, trouble: str, found: dict[str, Citation]) -> list[Problem]:
    name, line = _('entry "{key}"').format(key=entry.key), entry.line
    faults = []
    if trouble:
        faults.append(
            error(
                path,
                _("{name} is not readable: {trouble}.").format(name=name, trouble=trouble),
                _("Write field = {text}."),
                line=line,
            )
        )
    if entry.key in found:
        first = _("The first is on line {line}.").format(line=found[entry.key].line)
        faults.append(error(path, _("{name} is there twice.").format(name=name), first, line=line))
    if not _KEY.match(entry.key):
        hint = _("For example bergman1979b.")
        faults.append(
            warning(path, _("{name}: its key is not firstauthor + year.").format(name=name), hint, line=line)
        )
    if not (trouble or entry.link or "howpublished" in entry.fields or "note" in entry.fields):
        faults.append(
            warning(
                path,
                _("{name} leads nowhere.").format(name=name),
                _("Give doi, pmid, url or note."),
                line=line,
            )
        )
    return faults


def _fields(text: str, position: int) -> tuple[dict[str, str], str]:
    """Return the fields up to the closing brace, and what stopped the reading (empty when nothing did)."""
    fields: dict[str, str] = {}
    while field := _FIELD.match(text, position):
        value, position = _value(text, field.end())
        if value is None:
            return fields, _('field "{field}" does not end').format(field=field[1])
        fields[field[1].lower()] = " ".join(value.split())
        comma = re.compile(r"\s*,?").match(text, position)
        position = comma.end() if comma else position
    rest = text[position:].lstrip()
    if rest.startswith("}"):
        return fields, ""
    return fields, _('unexpected "{text}"').format(text=rest[:20].splitlines()[0]) if rest else _(
        "the file ends inside it"
    )


def _value(text: str, position: int) -> tuple[str | None, int]:
    if text[position : position + 1] != "{":
        bare = re.compile(r"\d+").match(text, position)
        return (bare[0], bare.end()) if bare else (None, position)
    depth = 0
    for index in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[position + 1 : index], index + 1
    return None, position


def format_reference(citation: Citation) -> str:
    """Return authors (year). Title. Where. Link. as one line of plain text."""
    fields = citation.fields
    where = ", ".join(
        filter(None, (fields.get(n, "") for n in ("journal", "booktitle", "publisher", "volume", "pages")))
    )
    parts = [
        f"{_authors(fields.get('author', ''))} ({fields.get('year', 'n.d.')})",
        fields.get("title", ""),
        where,
    ]
    text = ". ".join(re.sub(r"[{}]", "", part).strip(". ") for part in parts if part.strip())
    return f"{text}. {citation.link}".strip()


def _authors(field: str) -> str:
    names = [name.strip() for name in re.split(r"\s+and\s+", field) if name.strip()]
    if len(names) > 3:
        return f"{names[0]} et al."
    return "; ".join(names) or "Anonymous"

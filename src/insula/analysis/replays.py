"""Which studies a scorecard replays, and what each is held against; everything wrong is told before one is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.known_rows import rows_by_study, twins
from insula.analysis.naive import Published
from insula.analysis.review.studies import trials_of_review
from insula.catalog import Catalog, find_study
from insula.catalog.own_texts import folders_of_studies
from insula.checks import check_evidence, check_studies
from insula.core.errors import EvidenceError
from insula.core.problems import error, raise_if_any
from insula.core.spoken import _
from insula.evidence import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from insula.analysis.known_rows import StudyRows
    from insula.catalog.records import Study
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

ALL = "all"


@dataclass(frozen=True)
class Planned:
    """A study to be replayed and its published rows."""

    study: Study
    rows: StudyRows


@dataclass(frozen=True)
class Plan:
    """Studies in alphabetical order, the science text with the user's own beside it, and all published rows."""

    catalog: Catalog
    replays: tuple[Planned, ...]
    published: Published


def plan_replays(
    root: Path, studies: Path | None, evidence: Path | None, role: str, review: str | None = None
) -> Plan:
    """Find the studies that name evidence, and their published rows.

    Parameters
    ----------
    root
        The science folder.
    studies
        Folder of study files, instead of those of the science. Own protocols, populations, habits and regimens may lie
        in folders of these names inside it, or beside it when it is called ``studies``.
    evidence
        Folder of evidence tables (a topic, or topics). Its studies go before those of the same id in the science;
        without `studies`, only studies that it holds are replayed.
    role
        ``calibration``, ``validation`` or ``all``.
    review
        Only studies that this review pools.

    Raises
    ------
    InvalidText
        With every fault of the studies and of the user's tables.
    EvidenceError
        When there is nothing to replay.
    UnknownName
        For a review that there is not; with close names.
    """
    beside = folders_of_studies(studies) if studies else ()
    science = Catalog(root, beside)
    own = Catalog(root, beside, evidence) if evidence else None
    problems = _evidence_problems(own) if own else []
    entries = _entries(science, studies, problems)
    held = _ids(own) if own else set()
    if own and studies is None:
        entries = [entry for entry in entries if entry.record and entry.record.evidence in held]
    if review is not None:
        pooled = trials_of_review(science, review)
        entries = [entry for entry in entries if entry.record is None or entry.record.published in pooled]
    ours = [entry for entry in entries if own is None or _only_in_science(entry, science, held)]
    problems += check_studies(science, ours)
    if own:
        problems += check_studies(own, [entry for entry in entries if entry not in ours])
    raise_if_any(problems)
    rows = rows_by_study([own, science] if own else [science], load_vocabulary(root / "evidence"))
    replays = tuple(_planned(entries, rows, role))
    if not replays:
        raise EvidenceError(_nothing(studies, evidence, role, review))
    judged = tuple(row for one in rows.values() for row in one.known if row.source.scorable)
    return Plan(science, replays, Published(judged, twins([own, science] if own else [science])))


def _evidence_problems(own: Catalog) -> list[Problem]:
    assert own.own_evidence is not None
    if not own.topics:
        columns = _(
            "It needs studies.csv, arms.csv and outcomes.csv, in itself or in a folder for each topic."
        )
        return [error(own.own_evidence, _("no evidence tables lie here."), columns)]
    return check_evidence(own)


def _entries(science: Catalog, studies: Path | None, problems: list[Problem]) -> list[Entry[Study]]:
    """Return the studies that name evidence, and those that cannot be read."""
    if studies is None:
        found = list(science.studies.entries().values())
    else:
        found = [
            find_study(path, science) for pattern in ("*.yaml", "*.yml") for path in studies.glob(pattern)
        ]
        if not found:
            problems.append(error(studies, _("no study lies here."), _("A study is a file <id>.yaml.")))
        for entry in found:
            if entry.record and not entry.record.evidence:
                told = _("the study names no evidence, so there is nothing to hold it against.")
                problems.append(error(entry.path, told, _("Write evidence: <study_id of its studies.csv>.")))
    wanted = (entry for entry in found if entry.record is None or entry.record.evidence)
    return sorted(wanted, key=lambda entry: entry.path.stem)


def _only_in_science(entry: Entry[Study], science: Catalog, held: set[str]) -> bool:
    """Whether the evidence of a study stands in the science text and not in the user's own tables."""
    return entry.record is not None and entry.record.evidence in _ids(science) - held


def _ids(catalog: Catalog) -> set[str]:
    """Return the ids of the published studies, as far as their tables can be read."""
    return {row.cells["study_id"] for tables in catalog.topics.readable().values() for row in tables.studies}


def _planned(entries: list[Entry[Study]], rows: dict[str, StudyRows], role: str) -> Iterator[Planned]:
    for entry in entries:
        study = entry.record
        if study is not None and study.evidence is not None and role in (ALL, rows[study.evidence].role):
            yield Planned(study, rows[study.evidence])


def _nothing(studies: Path | None, evidence: Path | None, role: str, review: str | None) -> str:
    where = _("in {studies}").format(studies=studies) if studies else _("of the science text")
    what = (
        _("names a study of {evidence}").format(evidence=evidence)
        if evidence and studies is None
        else _("names evidence")
    )
    kind = "" if role == ALL else _(" whose role is {role}").format(role=role)
    kind += _(" and is pooled by the review {review}").format(review=review) if review else ""
    return _(
        "No study {where} {what}{kind}. Write a study file with `evidence: <study_id>` and name "
        "its folder with --studies."
    ).format(where=where, what=what, kind=kind)

"""The one result object of a run: terminal, JSON and HTML all print from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.compare_with_published import LEVEL
from insula.catalog.records import Study
from insula.core.citations import format_reference
from insula.report import tallies
from insula.report.bands import course_bands, profiles
from insula.report.evidence_rows import comparison_rows, key_rows, verdict
from insula.report.expected_results import expected_results
from insula.report.harms import harms_of_run
from insula.report.numbers_used import count_numbers, numbers_used
from insula.report.published_courses import published_courses
from insula.report.run_folder import Run, in_order, read_run, without_failures
from insula.report.science_text import read_science

if TYPE_CHECKING:
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.report.science_text import ScienceText, Text


_SAID_ELSEWHERE = ("study_text", "citations", "effective_sample_size", "matched")


def summarise(folder: Path, catalog: Catalog) -> dict[str, Any]:
    """Read a finished run and return its summary.

    The study is the one of the catalog; of a study that is not there, the text in the manifest.

    Raises
    ------
    InsulaError
        The folder is no finished run, or the science text lacks something that the study names.
    """
    run, catalog = read_run(folder), catalog.of_run(folder)
    known = run.study in catalog.studies
    study = catalog.studies[run.study] if known else Study.model_validate(run.manifest["study_text"])
    return summary(run, read_science(catalog, study))


def summary(run: Run, science: ScienceText) -> dict[str, Any]:
    """Return all that the report says, ready for JSON: numbers in the unit beside them, None for missing."""
    whole, run = run, without_failures(run)
    rows = comparison_rows(run, science)
    judged = verdict(rows)
    numbers, harms = numbers_used(science), harms_of_run(run, science)
    arms = [str(arm) for arm in in_order(whole.table("patients")["arm"])]
    return {
        "folder": whole.folder.name,
        "study": _study(run, science),
        "arms": [_arm(arm, science, run) for arm in arms],
        "endpoints": dict(science.endpoints),
        "outcomes": _outcomes(rows, science),
        "key_results": key_rows(rows),
        "expected": [] if judged["scored"] else expected_results(run, science),
        "interval_level": LEVEL,
        "verdict": judged,
        "comparison": rows,
        "published_courses": published_courses(rows),
        "people": tallies.people(whole, science),
        "weights": tallies.weights(whole),
        "baseline": tallies.baseline(run, science),
        "screening": tallies.screening(whole, science),
        "failures": tallies.failures(whole),
        "map_error": tallies.map_error(run, science),
        "harms": harms,
        "course": {arm: course_bands(run.tables, arm, science) for arm in arms},
        "profiles": {arm: profiles(run, arm) for arm in arms},
        "number_counts": count_numbers(numbers),
        "numbers": numbers,
        "references": _references(numbers, harms, science),
        "provenance": {key: value for key, value in run.manifest.items() if key not in _SAID_ELSEWHERE},
    }


def _outcomes(rows: list[dict[str, Any]], science: ScienceText) -> Text:
    """Return the titles of the published outcomes that are no endpoint but are made of some."""
    known = science.catalog.outcomes.readable()
    names = dict.fromkeys(str(row["outcome"]) for row in rows)
    return {name: {"title": known[name].title.model_dump()} for name in names if name in known}


def _study(run: Run, science: ScienceText) -> Text:
    study = science.study
    kept = {
        name: study.get(name) for name in ("title", "question", "follow_up", "limitations", "failure_limit")
    }
    people = {"population": science.population.get("title"), "regimen": science.regimen.get("title")}
    return {
        "id": run.study,
        **kept,
        **people,
        "habits": science.habits.get("title"),
        "seed": run.manifest.get("seed"),
    }


def _arm(arm: str, science: ScienceText, run: Run) -> Text:
    text = science.study["arms"].get(arm, {})
    protocol = science.protocols.get(text.get("protocol", ""), {})
    steps = [
        {
            **step,
            "title": science.therapies[step["therapy"]]["title"],
            "evidence_from": science.therapies[step["therapy"]].get("evidence_from", ()),
            "share": tallies.share_given(run, arm, step),
        }
        for step in protocol.get("give") or ()
    ]
    return {
        "id": arm,
        "title": text.get("title", arm),
        "size": text.get("size"),
        "protocol": protocol.get("title", ""),
        "steps": steps,
    }


def _references(
    numbers: list[dict[str, Any]], harms: list[dict[str, Any]], science: ScienceText
) -> list[dict[str, str]]:
    """Return the sources of numbers, harms and endpoints in order of their keys; one without entry is printed bare."""
    keys = {str(row["source"]) for row in numbers} | {
        str(text.get("source", "")) for text in science.endpoints.values()
    }
    keys |= {one["source"] for arm in harms for row in arm["known"] for one in row["observed"]}
    cited = sorted(key for key in keys if key and key != "assumed" and not key.startswith("derived:"))
    known = science.catalog.citations
    return [
        {
            "key": key,
            "text": format_reference(known[key]) if key in known else key,
            "link": known[key].link if key in known else "",
        }
        for key in cited
    ]

"""``insula ask``: one patient asked about."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from insula.catalog import Catalog
from insula.cli.main import EXIT_FAILURES
from insula.cli.options import folder, language, output_format, workers
from insula.cli.output import output
from insula.cli.progress import ask_bar
from insula.core.errors import UnknownName


@click.command("ask")
@click.argument("patient", type=click.Path(path_type=Path))
@click.option(
    "--question",
    default=None,
    show_default="the only one",
    help="Id of a file in science/questions: what is asked, and which therapies are compared.",
)
@click.option(
    "--patients",
    type=click.IntRange(min=2),
    default=None,
    show_default="as the question says",
    help="Virtual patients like this one who are followed.",
)
@folder("--out", None, "Folder of the answer; default runs/ask_PATIENT.")
@workers
@language
@output_format
def command(
    patient: Path,
    question: str | None,
    patients: int | None,
    out: Path | None,
    workers: int | None,
    lang: str,
    output_format: str,
) -> None:
    r"""Ask what virtual patients who are like this one would gain from each therapy, and what limits it.

    PATIENT is a YAML file with what a clinic knows; all but the type and the age may be missing. The virtual
    population is weighted by how like the patient each virtual patient is. Nothing is recommended, and where too few
    are alike there is no answer (exit code 1). The same command goes on where it was interrupted.

    \b
    A patient.yaml:
      diabetes_type: type_1
      facts:
        age: {value: 44, unit: year}
        weight: {value: 62, unit: kg}
        hba1c: {value: 7.9, unit: percent}
        insulin_dose: {value: 34, unit: U_per_day}
        severe_hypoglycaemia: {value: 3, unit: event}
        c_peptide_stimulated: {below: 3.3, unit: pmol_per_L}
        earlier_transplant: no
      sensor: {file: trace.csv, unit: mmol_per_L}    # optional: a fortnight; an export, or columns time and glucose

    \b
    Examples:
      insula ask patient.yaml --out runs/patient
      insula ask patient.yaml --patients 48 --lang zh --format json
    """
    from insula.analysis.ask.answer import answer_of
    from insula.analysis.ask.ask import ask
    from insula.analysis.ask.patient import read_patient
    from insula.core.parts import discard
    from insula.core.team import default_workers
    from insula.report.ask.page import write_answer
    from insula.report.ask.terminal import terminal_answer

    catalog = Catalog.open()
    asked_for = catalog.questions[_question(catalog, question)]
    asked = read_patient(catalog, asked_for, patient)
    folder = out or Path("runs") / f"ask_{patient.stem}"
    parts = folder / "parts"
    with ask_bar(lang) as progress:
        threads = workers or default_workers()
        inquiry = ask(
            catalog, asked_for, asked, patients=patients, workers=threads, parts=parts, progress=progress
        )
    answer = answer_of(catalog, inquiry)
    page = write_answer(answer, folder, lang)
    discard(parts)
    if output_format == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        output().print(terminal_answer(answer, lang))
    click.echo(f"{page}", err=True)
    if not answer["answered"]:
        sys.exit(EXIT_FAILURES)


def _question(catalog: Catalog, name: str | None) -> str:
    """Return the id of the question; without a name there must be only one."""
    if name is None and len(catalog.questions) != 1:
        raise UnknownName("question named with --question", "", catalog.questions)
    return name or next(iter(catalog.questions))
